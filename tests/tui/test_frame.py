"""What every screen can do: views, undo, redo, reload, help, back."""

import pytest

from caseyos.app import App
from caseyos.tui.frame import bindings
from caseyos.tui.keys import EVERYWHERE, keys_of
from tests.tui.stage import Seat, fill, play, status_of


@pytest.mark.parametrize("screen", EVERYWHERE)
def test_a_screens_bindings_are_the_tables(screen: str) -> None:
    assert [one.id for one in bindings(screen)] == [key.name for key in keys_of(screen)]


def test_every_key_of_every_screen_has_an_action() -> None:
    from caseyos.tui.detail import DetailScreen
    from caseyos.tui.preview import PreviewDialog
    from caseyos.tui.today import TodayScreen
    from caseyos.tui.views import ReadingView

    classes = {
        "today": TodayScreen,
        "detail": DetailScreen,
        "preview": PreviewDialog,
        "view": ReadingView,
    }
    for screen, owner in classes.items():
        for key in keys_of(screen):
            assert hasattr(owner, f"action_{key.action.partition('(')[0]}"), (screen, key.name)


def test_undo_and_redo_work_from_every_view_and_views_change(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("a", "4")
        assert "pending → accepted" in seat.text
        await seat.press("z")
        assert status_of(core, "m1ka") == "pending"
        await seat.press("3", "ctrl+r")
        assert status_of(core, "m1ka") == "accepted"
        await seat.press("2", "1")
        assert seat.program.screen is seat.today
        await seat.press("z", "z")
        assert seat.said[-1] == "Nothing to undo."
        await seat.press("ctrl+l", "4", "q")
        assert seat.program.screen is seat.today

    play(core, scene)


def test_undoing_what_the_list_no_longer_holds_brings_it_back(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("a", "r")
        assert " m1ka  91" not in seat.text
        assert seat.focused.code == "m2kb"
        await seat.press("z")
        assert " 1 m1ka" in seat.text
        assert seat.focused.code == "m2kb"

    play(core, scene)
