"""Asking the sources for news from the screen."""

from caseyos.app import App
from tests.tui.stage import Seat, executions, fill, play


def test_r_makes_moves_of_waiting_signals_and_sends_nothing(core: App) -> None:
    fill(core)
    core.intake.add_manual(
        "by-hand:1", "Call Lena", {"title": "Call Lena", "action": "create_task"}
    )

    async def scene(seat: Seat) -> None:
        await seat.press("R")
        assert seat.said[-1] == "Done: 1 new moves. r shows what is new."
        assert executions(core) == 0
        await seat.press("r")
        assert "Call Lena" in seat.text

    play(core, scene)


def test_beside_a_leader_it_says_who_works(core: App) -> None:
    fill(core)
    assert core.operations.leader.acquire()
    other = type(core)(core.config, clock=core.clock)

    async def scene(seat: Seat) -> None:
        await seat.press("R")
        assert seat.said[-1].startswith("Not now: another ")

    play(other, scene)
    core.operations.leader.release()
    other.close()
