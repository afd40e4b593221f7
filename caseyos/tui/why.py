"""Why a move has its score, in full."""

from __future__ import annotations

from textual.binding import Binding

from caseyos.domain.model import Move
from caseyos.domain.views import Why
from caseyos.tui import facts
from caseyos.tui.ink import Line
from caseyos.tui.reading import ReadingDialog
from caseyos.tui.verbs import MoveScreen


def open_why(screen: MoveScreen, move: Move) -> None:
    """Read the explanation of a move's score and show it."""
    program = screen.program
    core = program.core

    def done(found: Why) -> None:
        program.push_screen(Reading(found))

    program.ask(lambda: core.queue.why(str(move.id)), done)


class Reading(ReadingDialog):
    """A score with its drivers, evidence and change since yesterday."""

    BINDINGS = [Binding("w", "back", show=False)]  # noqa: RUF012

    def __init__(self, found: Why) -> None:
        super().__init__()
        self._found = found

    def _lines(self, width: int) -> list[Line]:
        return facts.why(self._found, width, self.program.look)
