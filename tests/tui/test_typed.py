"""Questions answered in words."""

from caseyos.app import App
from tests.tui.stage import Seat, fill, play, status_of


def test_a_note_is_kept_and_an_empty_one_is_not(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("n", "enter")
        await seat.press("n")
        await seat.type("ask for Ravi")
        await seat.press("escape")
        assert seat.said == []
        await seat.press("n")
        await seat.type("ask for Ravi")
        await seat.press("enter")
        assert seat.said[-1].startswith("Noted on m1ka")
        with core.unit_of_work() as uow:
            row = uow.connection.execute(
                "SELECT note FROM command_queue_items WHERE code = 'm1ka'"
            ).fetchone()
        assert row is not None
        assert row["note"] == "ask for Ravi"

    play(core, scene)


def test_snoozing_in_words(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("h", "slash")
        await seat.type("never")
        await seat.press("enter")
        assert "no time I know" in seat.said[-1]
        assert status_of(core, "m1ka") == "pending"
        await seat.press("s", "slash")
        await seat.type("3d")
        await seat.press("enter")
        assert status_of(core, "m1ka") == "snoozed"
        assert "until Fri 27 Nov 08:00" in seat.said[-1]

    play(core, scene)
