"""The keys of a screen, from the table."""

import os

import pytest

from caseyos.app import App
from caseyos.tui.help import HelpScreen
from caseyos.tui.keys import EVERYWHERE, keys_of
from tests.tui.stage import Seat, check_golden, fill, play

UPDATE = os.environ.get("CASEYOS_GOLDEN") == "write"


@pytest.mark.parametrize("screen", EVERYWHERE)
@pytest.mark.parametrize("width", [70, 120])
def test_every_key_of_the_screen_is_told(screen: str, width: int) -> None:
    text = "\n".join(
        "".join(part for part, _ in line) for line in HelpScreen(screen, {})._lines(width)
    )
    assert all(key.help in text for key in keys_of(screen))
    assert ("[yes: the only key that sends]" in text) == (screen == "preview")


def test_the_picture(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("question_mark")
        check_golden("help-80x24", seat.text, UPDATE)
        before = seat.text
        await seat.press("j", "j")
        assert seat.text != before
        await seat.press("escape")
        assert seat.program.screen is seat.today

    play(core, scene)
