"""A question with one-key answers: dismiss, snooze, copy, mode, and yes to something large."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from caseyos.tui.guard import Guarded
from caseyos.tui.ink import Line
from caseyos.tui.keys import shown
from caseyos.tui.painted import Page


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: the key, what it means here, and what it says."""

    key: str
    value: str
    label: str


class Question(Guarded[str | None]):
    """Shows a question and its answers; its result is the value of the answer, None for none."""

    def __init__(
        self, title: str, choices: Sequence[Choice], *, about: Iterable[str] = (), foot: str = ""
    ) -> None:
        super().__init__()
        self._title = title
        self._choices = {choice.key: choice for choice in choices}
        self._about = tuple(about)
        self._foot = foot

    def compose(self) -> ComposeResult:
        """A small box in the middle."""
        with Vertical(classes="dialog small"):
            yield Page(self._lines, id="question")

    def on_mount(self) -> None:
        """As tall as what it says."""
        super().on_mount()
        self.query_one("#question").styles.height = len(self._lines(48))

    def on_key(self, event: events.Key) -> None:
        """An answer's key answers; escape and q close; nothing else does anything."""
        event.stop()
        event.prevent_default()
        choice = self._choices.get(event.key)
        if choice is not None:
            self.dismiss(choice.value)
        elif event.key in ("escape", "q"):
            self.dismiss(None)

    def _lines(self, width: int) -> list[Line]:
        lines: list[Line] = [[(f" {self._title}", "title")]]
        lines += [[(f" {text}", "dim")] for text in self._about]
        lines.append([])
        lines += [
            [(f"  {shown(choice.key):<3}", "key"), (choice.label, "text")]
            for choice in self._choices.values()
        ]
        lines += [[], [(" esc back", "dim"), (f"   {self._foot}" if self._foot else "", "dim")]]
        return lines


DISMISS = (
    Choice("n", "not-now", "not now (ask again in 2 weeks)"),
    Choice("w", "wrong-person", "wrong person"),
    Choice("d", "done", "already done"),
    Choice("b", "bad", "bad suggestion"),
    Choice("s", "stop-company", "stop suggesting for this company"),
    Choice("full_stop", "none", "no reason"),
)
SNOOZE = (
    Choice("1", "later", "later today"),
    Choice("2", "tomorrow", "tomorrow"),
    Choice("3", "monday", "Monday"),
    Choice("4", "2w", "in 2 weeks"),
    Choice("5", "reply", "until a reply"),
    Choice("slash", "?", "another time, in words"),
)
YES = (Choice("y", "yes", "yes"), Choice("n", "", "no"))


def dismiss_question(what: str) -> Question:
    """Why is it dismissed?"""
    return Question("Dismiss why?", DISMISS, about=(what,), foot="z undoes")


def snooze_question(what: str) -> Question:
    """Until when?"""
    return Question("Snooze until when?", SNOOZE, about=(what,), foot="z undoes")


def yes_question(title: str, *about: str) -> Question:
    """Really?"""
    return Question(title, YES, about=about)
