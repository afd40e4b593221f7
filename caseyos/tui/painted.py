"""Widgets that draw lines of inked text: the base of every surface, and the scrolling page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from caseyos.tui.ink import Line, cells

if TYPE_CHECKING:
    from rich.style import Style

    from caseyos.tui.program import Program


class Painted(ScrollView):
    """A surface of inked lines."""

    ALLOW_SELECT = False

    @property
    def program(self) -> Program:
        """The program this widget is of."""
        return cast("Program", self.app)

    def ink(self, name: str) -> Style:
        """The look of an ink, without a ground; a screen mixes its inks once for all it shows."""
        return self.screen.get_component_rich_style(f"ink--{name}", partial=True)

    def paint(self, line: Line, width: int, *, cursor: bool = False) -> Strip:
        """A line as cells on this widget's ground."""
        ground = self.rich_style + self.ink("cursor") if cursor else self.rich_style
        return cells(line, width, self.ink, ground, self.program.glyphs)


class Page(Painted, can_focus=False):
    """Lines that scroll; made anew for the width whenever the size changes."""

    def __init__(self, lines: Callable[[int], Sequence[Line]], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._make = lines
        self._lines: Sequence[Line] = ()

    def renew(self, lines: Callable[[int], Sequence[Line]] | None = None) -> None:
        """Draw again, perhaps something else."""
        self._make = lines or self._make
        self._measure()

    def on_mount(self) -> None:
        """Draw for the first size."""
        self._measure()

    def on_resize(self, event: events.Resize) -> None:
        """Lay the lines out for the new width."""
        self._measure()

    def render_line(self, y: int) -> Strip:
        """The line at a place of the visible part."""
        place = y + self.scroll_offset.y
        line = self._lines[place] if place < len(self._lines) else ()
        return self.paint(line, self.scrollable_content_region.width)

    def _measure(self) -> None:
        width = self.scrollable_content_region.width
        if width:
            self._lines = self._make(width)
            self.virtual_size = Size(width, len(self._lines))
            self.refresh()


class Bar(Painted, can_focus=False):
    """One line; parts of it are buttons."""

    def line(self, width: int) -> Sequence[tuple[str, str, str]]:
        """The parts of the line: text, ink, and the action of a click or nothing."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """The one line."""
        width = self.size.width
        parts = self.line(width) if y == 0 else ()
        return self.paint([(text, ink) for text, ink, _ in parts], width)

    async def on_click(self, event: events.Click) -> None:
        """Do what the part under the mouse does."""
        place = 0
        for text, _, action in self.line(self.size.width):
            place += len(text)
            if event.x < place:
                if action:
                    await self.app.run_action(action, self.screen)
                return
