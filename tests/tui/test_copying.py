"""Copying through the terminal."""

from caseyos.app import App
from tests.tui.stage import Seat, add, play


def test_y_offers_what_there_is_and_copies_it_harmless(core: App, impatient: None) -> None:
    add(core, "c222", "Call \x1b]0;x\x07Lena", recipient="lena@x.example")

    async def scene(seat: Seat) -> None:
        await seat.press("y")
        assert "Copy of c222" in seat.text
        assert "e-mail address" in seat.text
        assert "subject" not in seat.text.split("Copy of")[1].split("╰")[0]
        await seat.press("e")
        assert seat.program.clipboard == "lena@x.example"
        await seat.press("y", "t")
        assert seat.program.clipboard == "Call ^[]0;x^GLena"
        assert seat.said[-1] == "Copied the title to the terminal's clipboard."

    play(core, scene)
