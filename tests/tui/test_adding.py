"""Adding a move by hand from the screen."""

from caseyos.app import App
from tests.tui.stage import Seat, play


def test_plus_asks_adds_and_shows(core: App, impatient: None) -> None:
    async def scene(seat: Seat) -> None:
        await seat.press("plus")
        assert "What is to be done?" in seat.text
        await seat.type("Call Lena due:tomorrow")
        await seat.press("enter")
        assert "Added" in seat.said[-1]
        (move,) = core.queue.page(seat.today.filter).moves
        assert (move.title, move.status) == ("Call Lena", "pending")
        assert move.due_by is not None
        assert "Call Lena" in seat.text.splitlines()[3]

    play(core, scene)


def test_a_day_that_is_none_is_refused_and_nothing_is_added(core: App, impatient: None) -> None:
    async def scene(seat: Seat) -> None:
        await seat.press("plus")
        await seat.type("Call Lena due:someday")
        await seat.press("enter")
        assert "no time I know" in seat.said[-1]
        assert core.operations.status().pending == 0
        await seat.press("plus", "escape")
        assert core.operations.status().pending == 0

    play(core, scene)
