"""Title, status and footer: they fit, they tell the mode, and they can be clicked."""

import pytest
from rich.cells import cell_len

from caseyos.app import App
from caseyos.tui.keys import KEYS, shown
from tests.tui.stage import Seat, fill, play


@pytest.mark.parametrize("width", [60, 66, 80, 100, 120, 140, 200])
def test_every_bar_fits_and_the_mode_is_always_there(core: App, width: int) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        for keys in ((), ("enter",), ("escape", "2"), ("3",), ("4",)):
            await seat.press(*keys)
            lines = seat.text.splitlines()
            assert all(cell_len(line) <= width for line in lines)
            assert lines[1].endswith("SAFE")
            assert lines[-1].rstrip().endswith("? help")

    play(core, scene, size=(width, 24))


def test_no_footer_is_cut_off_and_its_labels_are_buttons(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        footer = seat.text.splitlines()[-1]
        for key in KEYS:
            if key.foot and "today" in key.screens and key.label in footer:
                assert f"{shown(key.keys.split(',')[0])} {key.label}" in footer
        await seat.pilot.click(offset=(footer.index("accept"), 23))
        await seat.settle()
        assert seat.said[-1].startswith("Accepted m1ka")
        await seat.pilot.click(offset=(seat.text.index("4 Activity"), 0))
        await seat.settle()
        assert "accept" in seat.text
        assert "pending → accepted" in seat.text

    play(core, scene)


def test_trouble_comes_first_in_the_status_line(core: App) -> None:
    fill(core)
    core.switchboard.stop("outbound")
    with core.unit_of_work() as uow:
        uow.connection.execute("UPDATE command_queue_items SET status='unknown' WHERE code='m9kj'")

    async def scene(seat: Seat) -> None:
        line = seat.text.splitlines()[1]
        assert line.startswith(" ! STOPPED: outbound · ! 1 UNKNOWN · ")

    play(core, scene)
