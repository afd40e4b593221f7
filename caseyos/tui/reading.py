"""A dialog that is only read: one page, its keys to scroll and to close."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from caseyos.tui.guard import Guarded
from caseyos.tui.ink import Line
from caseyos.tui.painted import Page


class ReadingDialog(Guarded[None]):
    """Shows `_lines`; a dialog of this kind adds the key that opened it to those that close it."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape,q,enter", "back", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
    ]

    def _lines(self, width: int) -> list[Line]:
        """What there is to read."""
        raise NotImplementedError

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
