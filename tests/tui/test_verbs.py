"""Deciding from the list: each verb, its refusals, and what stays on the screen."""

from caseyos.app import App
from tests.tui.stage import Seat, add, fill, play, status_of


def test_snooze_wake_and_reopen(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("h", "2")
        assert status_of(core, "m1ka") == "snoozed"
        await seat.press("k", "u")
        assert status_of(core, "m1ka") == "pending"
        assert seat.said[-1].startswith("Woke m1ka")
        await seat.press("k", "d", "n")
        assert "Comes back by itself" in seat.said[-1]
        await seat.press("k", "u")
        assert seat.said[-1].startswith("Reopened m1ka")
        assert status_of(core, "m1ka") == "pending"

    play(core, scene)


def test_what_the_status_does_not_allow_is_said(core: App) -> None:
    add(core, "x222", "Gone", status="dismissed")

    async def scene(seat: Seat) -> None:
        await seat.press("slash")
        await seat.type("status:dismissed")
        await seat.press("enter", "a")
        assert "x222 is dismissed, so it cannot be accepted." in seat.said[-1]

    play(core, scene)


def test_a_batch_is_refused_as_a_whole(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("space", "space")
        with core.unit_of_work() as uow:
            uow.connection.execute(
                "UPDATE command_queue_items SET status = 'dismissed' WHERE code = 'm2kb'"
            )
        await seat.press("a")
        assert "m2kb changed since you saw it" in seat.said[-1]
        assert status_of(core, "m1ka") == "pending"

    play(core, scene)


def test_keys_on_an_empty_list_do_nothing(core: App) -> None:
    async def scene(seat: Seat) -> None:
        await seat.press(*"adhonepEwyxuVjkG", "enter", "space", "z")
        assert seat.program.screen is seat.today
        assert seat.said == ["Nothing to undo."]

    play(core, scene)
