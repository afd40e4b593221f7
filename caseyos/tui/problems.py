"""What needs a person: UNKNOWN with its four answers, stops, shut channels, waits and failures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from textual.binding import Binding

from caseyos.domain.model import ExecutionResult, Move, MoveStatus
from caseyos.domain.views import QueueFilter
from caseyos.errors import CaseyError
from caseyos.tui import acting, labels
from caseyos.tui.choices import Choice, Question
from caseyos.tui.ink import Line, fit, wrapped
from caseyos.tui.reading import ReadingDialog

if TYPE_CHECKING:
    from caseyos.app import App
    from caseyos.domain.guardrails import Switch
    from caseyos.domain.ports.intake import SourceHealth
    from caseyos.tui.frame import Frame

ANSWERS = (
    Choice("1", "check", "check again: look for it where it would be"),
    Choice("2", "sent", "it was sent: mark it done"),
    Choice("3", "again", "it was not: make it ready to send again"),
    Choice("4", "abandon", "abandon it: leave it undone"),
)
AT_MOST = 9  # that have a key
LATELY = timedelta(days=7)  # a failure that nobody took up in a week is no news any more


@dataclass(frozen=True, slots=True)
class Problems:
    """Everything that needs a person, as it is now."""

    outbox: Sequence[Mapping[str, Any]]
    stops: Sequence[Switch]
    breakers: Sequence[Mapping[str, Any]]
    failed: Sequence[Move] = ()
    sources: Sequence[SourceHealth] = ()

    @property
    def unknown(self) -> list[Mapping[str, Any]]:
        """What nobody can say was done."""
        return [row for row in self.outbox if row["state"] == "unknown"]

    @property
    def blocked(self) -> list[Mapping[str, Any]]:
        """What waits for a person."""
        return [row for row in self.outbox if row["state"] == "blocked"]


def read_problems(core: App) -> Problems:
    """Ask the App."""
    breakers = [row for row in core.actions.breakers() if row["state"] != "closed"]
    lately = core.clock.now() - LATELY
    failed = core.queue.page(QueueFilter(status=MoveStatus.FAILED), limit=100).moves
    sources = [one for one in core.intake.sources() if one.last_error]
    return Problems(
        core.actions.outbox(),
        core.switchboard.stops(),
        breakers,
        [move for move in failed if move.updated_at >= lately],
        sources,
    )


def open_problems(frame: Frame) -> None:
    """Read them, then show them."""
    program = frame.program

    def done(found: Problems) -> None:
        program.push_screen(ProblemsDialog(frame, found))

    program.ask(lambda: read_problems(program.core), done)


def ask_unknown(frame: Frame, move_id: UUID, code: str, title: str) -> None:
    """The four answers to UNKNOWN."""
    program = frame.program

    def chosen(word: str | None) -> None:
        if word is None:
            return

        def work() -> tuple[ExecutionResult, tuple[Move, ...]]:
            result = program.core.actions.answer_unknown(move_id, word)
            return result, acting.present(program.core, [move_id])

        def done(told: tuple[ExecutionResult, tuple[Move, ...]]) -> None:
            result, moves = told
            still = result.state == "unknown"
            words = "not found; that proves nothing, it stays UNKNOWN" if still else result.sentence
            if word == "again" and not still:
                words = "ready to be sent again; E opens it"
            program.say(f"{code}: {words}.", bad=still)
            frame.changed([move.id for move in moves])
            program.feel_pulse()

        def failed(error: CaseyError) -> None:
            program.say_error(error)

        program.ask(work, done, failed)

    about = (
        fit(title, 46, program.glyphs).rstrip(),
        "Nobody can say whether it was done.",
        "It is never tried again by itself.",
    )
    program.push_screen(Question(f"UNKNOWN: {code}. What was it?", ANSWERS, about=about), chosen)


class ProblemsDialog(ReadingDialog):
    """The list; a number answers an UNKNOWN."""

    BINDINGS = [  # noqa: RUF012
        Binding("exclamation_mark", "back", show=False),
        *(Binding(str(n), f"answer({n})", show=False) for n in range(1, AT_MOST + 1)),
    ]

    def __init__(self, behind: Frame, found: Problems) -> None:
        super().__init__()
        self._behind, self._found = behind, found

    def action_answer(self, number: int) -> None:
        """The answers of an UNKNOWN."""
        unknown = self._found.unknown[:AT_MOST]
        if number <= len(unknown):
            row = unknown[number - 1]
            self.dismiss()
            ask_unknown(self._behind, row["move_id"], row["code"] or "", row["title"] or "")

    def _lines(self, width: int) -> list[Line]:
        found, glyphs, zone = self._found, self.program.glyphs, self.program.zone
        lines: list[Line] = [[(" Problems", "title")], []]
        for number, row in enumerate(found.unknown, 1):
            sign = f" {number} " if number <= AT_MOST else "   "
            head = f"UNKNOWN {row['code'] or ''} "
            title = fit(row["title"] or "", width - 8 - len(head), glyphs)
            lines.append([(sign, "key"), (f"{glyphs.care} {head}", "bad"), (title, "text")])
            lines += [[("     ", "text"), *one] for one in _told(row["error"], width)]
        if found.unknown:
            told = " A number answers: check, it was sent, send again, abandon."
            lines += [[(fit(told, width - 1, glyphs), "dim")], []]
        for stop in found.stops:
            why = f": {stop.reason}" if stop.reason else ""
            head = "stopped by itself" if stop.automatic else "stopped"
            lines += [
                [(f" {glyphs.care} ", "bad"), *one]
                for one in wrapped(f"{head}: {stop.level}{why}. M lets it go.", width - 5, "bad")
            ]
        for row in found.breakers:
            again = labels.stamp(row["retry_at"], zone)
            told = f"{row['channel']} is shut, tried again {again}: {row['reason'] or ''}"
            lines += [[(f" {glyphs.care} ", "care"), *one] for one in wrapped(told, width - 5)]
        for row in found.blocked:
            told = f"{row['code'] or ''} waits: {row['blocked_reason'] or ''}"
            lines += [[(f" {glyphs.care} ", "care"), *one] for one in wrapped(told, width - 5)]
        for told in _failures(found):
            lines += [[(f" {glyphs.care} ", "care"), *one] for one in wrapped(told, width - 5)]
        if len(lines) == 2:
            lines.append([(" Nothing needs you. That is how it should be.", "good")])
        return lines


def _failures(found: Problems) -> Iterator[str]:
    for move in found.failed[:AT_MOST]:
        yield f"{move.code} failed and was not done: {move.title}"
    if found.failed:
        yield f"{len(found.failed)} failed this week: / status:failed finds them, E tries again."
    for source in found.sources:
        yield f"{source.source} cannot be read: {source.last_error}"


def _told(text: str | None, width: int) -> Sequence[Line]:
    return wrapped(text, width - 7, "dim") if text else ()
