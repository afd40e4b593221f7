"""Surfaces of lines: they follow the width and scroll."""

from caseyos.app import App
from caseyos.tui.ink import Line
from caseyos.tui.painted import Page
from tests.tui.stage import Seat, play


def test_a_page_is_laid_out_anew_for_each_width_and_scrolls(core: App) -> None:
    widths: list[int] = []

    def lines(width: int) -> list[Line]:
        widths.append(width)
        return [[(f"line {number} of {width}", "text")] for number in range(100)]

    async def scene(seat: Seat) -> None:
        await seat.press("4")
        page = seat.program.screen.query_one("#view", Page)
        page.renew(lines)
        await seat.settle()
        assert f"line 0 of {widths[-1]}" in seat.text
        page.scroll_relative(y=30, animate=False)
        await seat.settle()
        assert "line 30 of" in seat.text
        assert "line 29 of" not in seat.text
        await seat.pilot.resize_terminal(100, 24)
        await seat.settle()
        assert widths[-1] > 90
        page.renew(lambda _width: [])
        await seat.settle()
        assert "line" not in seat.text

    play(core, scene)
