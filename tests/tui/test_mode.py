"""SAFE and LIVE from the screen."""

from caseyos.app import App
from caseyos.domain.model import Mode
from tests.tui.stage import Seat, fill, play


def test_m_arms_with_an_end_and_disarms(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("M")
        assert "Mode: SAFE" in seat.text
        await seat.press("escape")
        assert core.switchboard.mode().mode == Mode.SAFE
        await seat.press("M", "1")
        state = core.switchboard.mode()
        assert state.mode == Mode.LIVE
        assert state.until is not None
        assert "LIVE 15m" in seat.text or "LIVE 14m" in seat.text
        await seat.press("M", "0")
        assert core.switchboard.mode().mode == Mode.SAFE
        assert seat.text.splitlines()[1].endswith("SAFE")

    play(core, scene)
