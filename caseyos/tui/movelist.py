"""The list: a window on the ranked queue, drawn line by line, so a long one costs what shows."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from caseyos.domain.model import Move
from caseyos.domain.views import Page
from caseyos.tui import rows
from caseyos.tui.ink import Line
from caseyos.tui.painted import Painted
from caseyos.tui.window import Heading, Wanted, Window

ROOMY = 100  # cells from which a move gets a second line with its reason


class MoveList(Painted, can_focus=True):
    """Rows of moves with a cursor and marks."""

    class Focused(Message):
        """The cursor stands on another move, or on none."""

    class Wants(Message):
        """Rows came into view that nobody has read."""

        def __init__(self, pages: Sequence[Wanted]) -> None:
            super().__init__()
            self.pages = pages

    class Opened(Message):
        """A move was double-clicked."""

    def __init__(self) -> None:
        super().__init__(id="moves")
        self.window = Window()
        self.cursor = 0
        self.marks: dict[UUID, Move] = {}
        self.dimmed = False

    @property
    def focused_move(self) -> Move | None:
        """The move under the cursor."""
        found = self.window.at(self.cursor)
        return found if isinstance(found, Move) else None

    @property
    def row_height(self) -> int:
        """Lines a move takes."""
        return 2 if self.size.width >= ROOMY - 20 and self.app.size.width >= 120 else 1

    @property
    def columns(self) -> rows.Columns:
        """The columns for the present width."""
        return rows.Columns.of(self.scrollable_content_region.width, self.window.moves)

    def show(self, window: Window, cursor: int) -> None:
        """Show another window, with the cursor in a row of it."""
        self.window = window
        self.marks = {}
        self.dimmed = False
        self._measure()
        self.cursor = self._nearest(min(cursor, max(window.length - 1, 0)), 1)
        self._bring_into_view()
        self.look_ahead()
        self.post_message(self.Focused())

    def put(self, wanted: Wanted, page: Page) -> None:
        """Take in a page that was read."""
        self.window.put(wanted.spot, page)
        self.window.trim(self.cursor)
        self.refresh()
        self.post_message(self.Focused())

    def replace(self, moves: Sequence[Move]) -> None:
        """Show moves as they are now, in their old places."""
        self.window.replace(moves)
        for move in moves:
            self.marks.pop(move.id, None)
        self.refresh()
        self.post_message(self.Focused())

    def step(self, by: int) -> None:
        """Move the cursor by rows."""
        self._to(self.cursor + by, 1 if by > 0 else -1)

    def edge(self, way: int) -> None:
        """Move the cursor to the first or the last row."""
        self._to(self.window.length - 1 if way > 0 else 0, -way)

    def page(self, way: int) -> None:
        """Move the cursor by most of a page."""
        self.step(way * max(1, self._visible() - 1))

    def toggle_mark(self) -> None:
        """Mark the focused move, or take its mark away, and go down."""
        move = self.focused_move
        if move is not None:
            if self.marks.pop(move.id, None) is None:
                self.marks[move.id] = move
            self.refresh()
        self.step(1)

    def on_screen(self) -> list[UUID]:
        """The moves that show now."""
        first = self.scroll_offset.y // self.row_height
        found = (self.window.at(row) for row in range(first, first + self._visible() + 1))
        return [move.id for move in found if isinstance(move, Move)]

    def clear_marks(self) -> bool:
        """Take all marks away; whether there were any."""
        had = bool(self.marks)
        self.marks = {}
        self.refresh()
        return had

    def render_line(self, y: int) -> Strip:
        """One line of the visible part."""
        width = self.scrollable_content_region.width
        row, part = divmod(y + self.scroll_offset.y, self.row_height)
        if row >= self.window.length:
            return self.paint((), width)
        found = self.window.at(row)
        if isinstance(found, Heading):
            return self.paint(self._heading(found, width) if part == 0 else (), width)
        if found is None:
            told = "no longer open; r reloads" if self.window.known(row) else "reading"
            line: Line = [(f"   {self.program.glyphs.dot} {told}", "dim")] if part == 0 else ()
            return self.paint(line, width, cursor=row == self.cursor)
        return self.paint(self._row(found, row, part), width, cursor=row == self.cursor)

    def look_ahead(self) -> None:
        """Ask for what shows and a screenful around it."""
        shown = self._visible()
        first = self.scroll_offset.y // self.row_height
        pages = self.window.wanted(max(0, first - shown), first + 2 * shown)
        if pages:
            self.post_message(self.Wants(pages))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolling brings rows into view."""
        super().watch_scroll_y(old_value, new_value)
        self.look_ahead()

    def on_resize(self, event: events.Resize) -> None:
        """Keep the cursor in view at the new size."""
        self._measure()
        self._bring_into_view()
        self.look_ahead()

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a double click opens."""
        row = (event.y + self.scroll_offset.y) // self.row_height
        if self.window.is_move(row):
            self._to(row, 1)
            if event.chain == 2:
                self.post_message(self.Opened())

    def _row(self, move: Move, row: int, part: int) -> Line:
        columns, glyphs = self.columns, self.program.glyphs
        if part == 1:
            return rows.reason(move, columns, glyphs)
        line = rows.row(
            move,
            self.window.number(row),
            columns,
            glyphs,
            now=self.program.core.clock.now(),
            zone=self.program.zone,
            focused=row == self.cursor,
            marked=move.id in self.marks,
        )
        return [(text, "dim") for text, _ in line] if self.dimmed else line

    def _heading(self, heading: Heading, width: int) -> Line:
        rule = self.program.glyphs.rule
        text = f"{rule * 3} {heading.text} "
        return [(text + rule * max(0, width - len(text)), "rule")]

    def _to(self, row: int, way: int) -> None:
        row = self._nearest(max(0, min(row, self.window.length - 1)), way)
        if row != self.cursor:
            self.cursor = row
            self._bring_into_view()
            self.refresh()
            self.post_message(self.Focused())

    def _nearest(self, row: int, way: int) -> int:
        """The next row that is a move's, in the direction of travel, else in the other."""
        for step in (way, -way):
            place = row
            while 0 <= place < self.window.length:
                if self.window.is_move(place):
                    return place
                place += step
        return 0

    def _visible(self) -> int:
        return max(1, self.size.height // self.row_height)

    def _measure(self) -> None:
        height = self.window.length * self.row_height
        self.virtual_size = Size(self.scrollable_content_region.width, height)
        self.refresh()

    def _bring_into_view(self) -> None:
        tall = self.row_height
        width = max(1, self.scrollable_content_region.width)
        self.scroll_to_region(Region(0, self.cursor * tall, width, tall), animate=False, force=True)
