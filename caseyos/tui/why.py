"""Why a move has its score, in full."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from caseyos.domain.model import Move
from caseyos.domain.views import Why
from caseyos.tui import facts
from caseyos.tui.guard import Guarded
from caseyos.tui.ink import Line
from caseyos.tui.painted import Page
from caseyos.tui.verbs import MoveScreen


def open_why(screen: MoveScreen, move: Move) -> None:
    """Read the explanation of a move's score and show it."""
    program = screen.program
    core = program.core

    def done(found: Why) -> None:
        program.push_screen(Reading(found))

    program.ask(lambda: core.queue.why(str(move.id)), done)


class Reading(Guarded[None]):
    """A score with its drivers, evidence and change since yesterday."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape,q,w,enter", "back", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
    ]

    def __init__(self, found: Why) -> None:
        super().__init__()
        self._found = found

    def compose(self) -> ComposeResult:
        """One page."""
        with Vertical(classes="dialog tall"):
            yield Page(self._lines, id="plan")
            yield Page(lambda _width: [[(" j k scroll   esc back", "dim")]], id="foot")

    def action_back(self) -> None:
        """Close."""
        self.dismiss()

    def action_scroll(self, way: int) -> None:
        """Read on."""
        self.query_one("#plan", Page).scroll_relative(y=way, animate=False)

    def _lines(self, width: int) -> list[Line]:
        return facts.why(self._found, width, self.program.look)
