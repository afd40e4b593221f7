"""The preview: everything shown, S once and only where it may, Enter never."""

import os
import re
from dataclasses import replace

from caseyos.app import App
from caseyos.tui.preview import PreviewDialog
from tests.tui.stage import Seat, add, check_golden, executions, fill, play, status_of

UPDATE = os.environ.get("CASEYOS_GOLDEN") == "write"


def dialog(seat: Seat) -> PreviewDialog:
    assert isinstance(seat.program.screen, PreviewDialog)
    return seat.program.screen


def test_the_picture(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("E")
        # The scroll bar's end is drawn a frame later than the text, on a busy machine.
        text = re.sub("[▁-▇]", " ", seat.text)
        lines = [line for line in text.splitlines() if "plan pl_" not in line]
        check_golden("preview-80x24", "\n".join(lines), UPDATE)

    play(core, scene)


def test_s_writes_locally_once_and_z_undoes(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("j", "E")
        assert "S write locally" in seat.text
        assert "Book demo with Ravi Menon" in seat.text
        await seat.press("enter", "y", "space", "s")
        assert executions(core) == 0
        await seat.press("S")
        assert executions(core) == 1
        assert status_of(core, "m2kb") == "executed"
        assert "›✓ 2 m2kb" in seat.text
        assert seat.focused.code == "m2kb"
        await seat.press("z")
        assert status_of(core, "m2kb") == "rolled_back"

    play(core, scene)


def test_p_only_shows(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("p")
        assert "S write" not in seat.text
        assert "Only a look; E acts" in seat.text
        await seat.press("S")
        assert executions(core) == 0
        assert seat.said[-1].startswith("This preview only shows")
        await seat.press("escape")
        assert not isinstance(seat.program.screen, PreviewDialog)

    play(core, scene)


def test_safe_has_no_send_key_for_what_reaches_outside(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        move = seat.focused
        plan = replace(core.actions.preview(move.id), outside=True)
        for live, shown in ((False, "SAFE: sending is off"), (True, "S send now")):
            screen = PreviewDialog(seat.today, move, plan, armed=True, live=live)
            seat.program.push_screen(screen)
            await seat.settle()
            assert shown in seat.text
            assert screen.can_send is live
            if not live:
                assert "S send" not in seat.text
                await seat.press("S")
                assert seat.said[-1].startswith("SAFE: sending is off")
            await seat.press("escape")
        assert executions(core) == 0

    play(core, scene)


def test_a_blocking_check_takes_the_place_of_s(core: App, impatient: None) -> None:
    add(core, "b222", "Write to nobody", action="send_email")

    async def scene(seat: Seat) -> None:
        await seat.press("E")
        assert "there is nobody to write to" in seat.text
        assert "S write" not in seat.text
        await seat.press("S")
        assert executions(core) == 0
        assert "It cannot be done as it stands" in seat.said[-1]

    play(core, scene)


def test_a_plan_of_a_move_that_changed_is_refused(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("j", "E")
        with core.unit_of_work() as uow:
            uow.connection.execute(
                "UPDATE command_queue_items SET title = 'Something else' WHERE code = 'm2kb'"
            )
        await seat.press("S")
        assert executions(core) == 0
        assert status_of(core, "m2kb") == "pending"
        assert "Something else" in seat.text

    play(core, scene)


def test_a_warning_is_seen_before_the_text(core: App, impatient: None) -> None:
    fill(core)
    core.suppressions.add(["x.example"], reason="they asked")

    async def scene(seat: Seat) -> None:
        await seat.press("E")
        lines = seat.text.splitlines()
        told = next(n for n, line in enumerate(lines) if "Do not contact: x.example" in line)
        assert "1 block" in lines[told - 1]
        assert told < next(n for n, line in enumerate(lines) if "Subject" in line)
        assert "S write" not in seat.text

    play(core, scene)
