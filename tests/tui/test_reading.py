"""Dialogs that are only read scroll with the keys and close with any of theirs."""

import pytest

from caseyos.app import App
from caseyos.tui.reading import ReadingDialog
from tests.tui.stage import Seat, fill, play


@pytest.mark.parametrize("opened", ["w", "question_mark"])
@pytest.mark.parametrize("closing", ["escape", "q", "enter", "itself"])
def test_it_opens_scrolls_and_closes(core: App, impatient: None, opened: str, closing: str) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press(opened)
        assert isinstance(seat.program.screen, ReadingDialog)
        await seat.press("j", "k")
        assert isinstance(seat.program.screen, ReadingDialog)
        await seat.press(opened if closing == "itself" else closing)
        assert seat.program.screen is seat.today

    play(core, scene)
