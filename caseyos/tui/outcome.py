"""What came of a move: one key for what, a few words if there is more to say."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from caseyos.domain.model import Move
from caseyos.domain.text import safe_line
from caseyos.tui import labels
from caseyos.tui.guard import Guarded
from caseyos.tui.ink import Line, Span
from caseyos.tui.painted import Page


@dataclass(frozen=True, slots=True)
class Said:
    """An outcome as it was chosen."""

    word: str
    positive: bool | None
    note: str | None


# key -> word, whether it went well, label
CHOICES: dict[str, tuple[str, bool | None, str]] = {
    "1": ("replied", True, "replied, positive"),
    "2": ("meeting_booked", True, "meeting booked"),
    "3": ("stage_advanced", True, "deal moved forward"),
    "4": ("replied", False, "replied, negative"),
    "5": ("no_response", None, "no reply yet"),
    "6": ("bounced", False, "bounced"),
    "7": ("unsubscribed", False, "asked to stop"),
    "8": ("deal_won", True, "deal won"),
    "9": ("deal_lost", False, "deal lost"),
    "0": ("deliverable_shipped", True, "delivered"),
}


class OutcomeDialog(Guarded[Said | None]):
    """Choose, perhaps note, save with enter. Nothing of it leaves this computer."""

    def __init__(self, move: Move) -> None:
        super().__init__()
        self._move = move
        self._choice: str | None = None

    def compose(self) -> ComposeResult:
        """The choices, the note, the keys."""
        with Vertical(classes="dialog"):
            yield Page(self._lines, id="question")
            yield Input(id="words", placeholder="a note, if you like", max_length=500)
            yield Page(self._keys, id="foot")

    def on_mount(self) -> None:
        """As tall as what it says; the choices have the keys."""
        super().on_mount()
        self.query_one("#question").styles.height = len(self._lines(70))
        self.query_one("#foot").styles.height = 2
        self.query_one("#words", Input).can_focus = False

    def on_key(self, event: events.Key) -> None:
        """Digits choose while nothing is typed; tab goes to the note; enter saves."""
        words = self.query_one("#words", Input)
        if event.key == "escape":
            self.dismiss(None)
        elif event.key == "enter":
            self._save()
        elif event.key == "tab":
            words.can_focus = True
            words.focus()
        elif not words.has_focus and event.key in CHOICES:
            self._choice = event.key
            self.query_one("#question", Page).renew()
        else:
            return
        event.stop()
        event.prevent_default()

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Enter in the note saves too."""
        self._save()

    def _save(self) -> None:
        if self._choice is None:
            self.program.say("Choose what happened first: a digit.")
            return
        word, positive, _ = CHOICES[self._choice]
        note = self.query_one("#words", Input).value.strip() or None
        self.dismiss(Said(word, positive, note))

    def _lines(self, width: int) -> list[Line]:
        what = f"{self._move.code} {safe_line(labels.title(self._move), 44)}"
        lines: list[Line] = [[(" What happened?   ", "title"), (what, "dim")], []]
        items = list(CHOICES.items())
        half = len(items) // 2
        for left, right in zip(items[:half], items[half:], strict=True):
            lines.append([*self._choice_spans(*left), *self._choice_spans(*right)])
        note = "7 also puts the person on the do-not-contact list." if self._choice == "7" else ""
        return [*lines, [], [(f" {note or 'Note (optional)'}", "dim")]]

    def _choice_spans(self, key: str, choice: tuple[str, bool | None, str]) -> list[Span]:
        chosen = key == self._choice
        sign = self.program.glyphs.cursor if chosen else " "
        return [
            (f" {sign}", "key"),
            (f"{key}  ", "key"),
            (f"{choice[2]:<26}", "title" if chosen else "text"),
        ]

    def _keys(self, _width: int) -> list[Line]:
        return [[], [(" digit choose   tab note   enter save   esc back   z undoes", "dim")]]
