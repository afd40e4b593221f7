"""The story of one move on one screen."""

from __future__ import annotations

from caseyos.app import App
from tests.tui.stage import Seat, fill, play


def test_t_tells_it_and_closes_it(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("j", "E", "S")
        await seat.press("t")
        lines = seat.text.splitlines()
        told = [line for line in lines if " 24 Nov " in line or ":" in line]
        assert any("move" in line for line in told)
        for what in ("accept", "enqueue", "dispatch", "execute"):
            assert sum(what in line for line in lines) >= 1, what
        assert "into the outbox" in seat.text
        await seat.press("t")
        assert "into the outbox" not in seat.text

    play(core, scene)
