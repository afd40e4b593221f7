"""Signals, dashboard and activity."""

from caseyos.app import App
from caseyos.tui.views import view
from tests.tui.stage import Seat, fill, play


def test_each_view_reads_what_the_app_has(core: App) -> None:
    fill(core)
    core.intake.add_manual("by-hand:1", "One [rang] \x1b[2J", {"title": "Call back"})
    core.generation.run()

    async def scene(seat: Seat) -> None:
        await seat.press("a", "2")
        assert "One [rang] ^[[2J" in seat.text
        assert "manual" in seat.text
        await seat.press("3")
        assert "1 signals" in seat.text
        assert "accept" in seat.text
        await seat.press("4", "j", "k", "r")
        assert "casey   accept    m3kc  Follow up" in seat.text
        await seat.press("escape")
        assert seat.program.screen is seat.today

    play(core, scene)


def test_an_empty_view_says_what_fills_it(core: App) -> None:
    async def scene(seat: Seat) -> None:
        for key, told in (
            ("2", "No signal yet."),
            ("4", "Nothing was done yet."),
            ("3", "nothing yet"),
        ):
            await seat.press(key)
            assert told in seat.text

    play(core, scene)


def test_an_answer_for_a_view_that_was_left_is_dropped(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        for key in ("2", "1", "3", "1", "4", "1", "enter", "J", "K", "escape") * 3:
            await seat.hit(key)
        await seat.settle()
        assert seat.program.screen is seat.today

    play(core, scene)


def test_the_view_knows_its_name() -> None:
    assert [view(name).view_name for name in ("signals", "dashboard", "activity")] == [
        "signals",
        "dashboard",
        "activity",
    ]
