"""One move in full. Opening it sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from textual.binding import BindingType
from textual.widget import Widget

from caseyos.domain.model import Move
from caseyos.domain.views import MoveDetail
from caseyos.tui import facts, keys
from caseyos.tui.frame import bindings
from caseyos.tui.ink import Line
from caseyos.tui.painted import Page
from caseyos.tui.verbs import MoveScreen

if TYPE_CHECKING:
    from caseyos.tui.today import TodayScreen


class DetailScreen(MoveScreen):
    """The page of the move that the list's cursor stands on."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(keys.DETAIL)]
    keys_of = keys.DETAIL

    def __init__(self, behind: TodayScreen) -> None:
        super().__init__()
        self._behind = behind
        self._detail: MoveDetail | None = None

    @property
    def place(self) -> str:
        """The move's code."""
        move = self.looked_at()
        return move.code if move else "gone"

    def body(self) -> Iterable[Widget]:
        """One long page."""
        yield Page(self._lines, id="detail")

    def on_mount(self) -> None:
        """Read everything about the move."""
        self._read()

    def chosen(self) -> Sequence[Move]:
        """This one move, whatever is marked in the list."""
        move = self.looked_at()
        return [move] if move is not None else []

    def looked_at(self) -> Move | None:
        """The move under the list's cursor."""
        return self._behind.looked_at()

    def status_parts(self) -> Sequence[tuple[str, str, str]]:
        """Which of how many."""
        window = self._behind.moves.window
        here = f"{window.number(self._behind.moves.cursor):,} of {window.moves:,}"
        return [(here, "text", ""), *super().status_parts()]

    def show_again(self, moves: Sequence[Move], *, decided: bool) -> None:
        """The list has the truth; this page is read again."""
        self._behind.show_again(moves, decided=False)
        self._read()

    def changed(self, move_ids: Iterable[UUID]) -> None:
        """Undone or redone."""
        self._behind.changed(move_ids)
        self.call_later(self._read)

    def outbox_ran(self) -> None:
        """Something left the outbox: perhaps this."""
        self._read()

    def action_item(self, by: int) -> None:
        """The next or the previous move."""
        self._behind.action_row(by)
        self._read()

    def action_scroll(self, way: int) -> None:
        """Read on."""
        self.query_one("#detail", Page).scroll_relative(y=way, animate=False)

    def action_reload(self) -> None:
        """Read it again."""
        move = self.looked_at()
        if move is not None:
            self.look_again([move.id])

    def _read(self) -> None:
        if not self.here:
            return
        move = self.looked_at()
        if move is None:
            self._detail = None
            self.query_one("#detail", Page).renew()
            return
        core, move_id = self.program.core, move.id

        def done(detail: MoveDetail) -> None:
            looked = self.looked_at()
            if looked is not None and looked.id == detail.move.id and self.here:
                self._detail = detail
                self.query_one("#detail", Page).renew()
                self.refresh_bars()

        self.program.ask(lambda: core.queue.detail(str(move_id)), done)

    def _lines(self, width: int) -> list[Line]:
        if self._detail is not None:
            return [[], *facts.whole(self._detail, width, self.program.look)]
        move = self.looked_at()
        return [[], *facts.pane(move, width, self.program.look)] if move is not None else []
