"""The explanation of a score as a page."""

from caseyos.app import App
from caseyos.tui.why import Reading
from tests.tui.stage import Seat, fill, play


def test_w_explains_and_closes(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("w")
        assert isinstance(seat.program.screen, Reading)
        assert "APS 91.0 = 36.0 + 23.5 + 12.0 + 19.5" in seat.text
        assert "she asked for a price" in seat.text
        assert "80% of the weight is known" in seat.text
        await seat.press("j", "k", "w")
        assert seat.program.screen is seat.today

    play(core, scene)
