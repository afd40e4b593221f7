"""Every command by name; none that sends."""

from caseyos.app import App
from tests.tui.stage import Seat, executions, fill, play, status_of


def test_a_command_is_found_and_run(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("colon")
        await seat.type("Accept")
        await seat.pilot.pause(0.3)
        assert "caseyos accept" in seat.text
        await seat.press("down", "enter")
        await seat.pilot.pause(0.2)
        await seat.settle()
        assert status_of(core, "m1ka") == "accepted"

    play(core, scene)


def test_send_is_not_among_them(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("ctrl+p")
        await seat.type("do it")
        await seat.pilot.pause(0.3)
        assert "do it" not in seat.text.lower().split("a command")[-1].replace("do it", "", 1)
        await seat.press("enter", "enter")
        assert executions(core) == 0

    play(core, scene)
