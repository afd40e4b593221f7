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


def test_the_kill_switch_from_the_screen(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("M", "p")
        assert "Stop what?" in seat.text and "schedule meeting" in seat.text
        await seat.press("2")
        assert [stop.level for stop in core.switchboard.stops()] == ["outbound"]
        assert "! STOPPED: outbound" in seat.text
        await seat.press("M", "r")
        assert core.switchboard.stops() == ()
        assert "STOPPED" not in seat.text.splitlines()[1]

    play(core, scene)


def test_a_stop_that_engaged_itself_says_why(core: App, impatient: None) -> None:
    fill(core)
    with core.unit_of_work() as uow:
        uow.switches.change(
            "stop:outbound",
            {"on": True, "automatic": True},
            lasts=None,
            reason="3 of 20 bounced",
            actor="guardrails",
        )

    async def scene(seat: Seat) -> None:
        assert "! STOPPED: outbound: 3 of 20 bounced" in seat.text

    play(core, scene)
