"""One move in full."""

import os

from caseyos.app import App
from caseyos.tui.detail import DetailScreen
from tests.tui.stage import Seat, check_golden, executions, fill, play, status_of

UPDATE = os.environ.get("CASEYOS_GOLDEN") == "write"


def test_the_picture_and_enter_sends_nothing(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("enter", "enter", "enter")
        assert isinstance(seat.program.screen, DetailScreen)
        assert executions(core) == 0
        check_golden("detail-80x24", seat.text, UPDATE)

    play(core, scene)


def test_it_walks_decides_and_comes_back_to_the_move(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("enter", "J", "J", "K")
        assert "1 Today › m2kb" in seat.text
        assert "2 of 9" in seat.text
        await seat.press("a")
        assert status_of(core, "m2kb") == "accepted"
        assert "pending → accepted" in seat.text
        await seat.press("d", "b")
        assert "accepted" in seat.said[-1]
        await seat.press("z", "escape")
        assert seat.program.screen is seat.today
        assert seat.focused.code == "m2kb"
        assert seat.focused.status == "pending"

    play(core, scene)


def test_marks_of_the_list_are_not_acted_on_here(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("space", "enter", "a")
        assert status_of(core, "m1ka") == "pending"
        assert status_of(core, "m2kb") == "accepted"

    play(core, scene)
