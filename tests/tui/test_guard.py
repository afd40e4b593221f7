"""A new dialog is deaf for half a second, and one that can send until it is quiet."""

import asyncio

from textual._time import get_time

from caseyos.app import App
from caseyos.tui.choices import dismiss_question
from caseyos.tui.guard import DEAF, Guarded
from caseyos.tui.preview import PreviewDialog
from tests.tui.stage import Seat, executions, fill, play, status_of


def test_an_early_answer_is_no_answer(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        code = seat.focused.code
        await seat.press("d", "w")
        assert status_of(core, code) == "pending"
        assert isinstance(seat.program.screen, Guarded)
        await asyncio.sleep(DEAF + 0.05)
        await seat.press("w")
        assert status_of(core, code) == "dismissed"

    play(core, scene)


def test_type_ahead_of_execute_and_send_does_nothing(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.pilot.press("E", "S", "S", "enter")
        await seat.settle()
        assert isinstance(seat.program.screen, PreviewDialog)
        await seat.press("S")
        assert executions(core) == 0

    play(core, scene)


def test_a_held_key_never_gets_through(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("E")
        begun = get_time()
        for repeat in range(12):  # as fast as a keyboard repeats, however slow the machine is
            await seat.hit("S", at=begun + repeat * 0.08)
        await seat.settle()
        assert executions(core) == 0
        await seat.hit("S", at=begun + 11 * 0.08 + DEAF + 0.05)
        await seat.settle()
        assert executions(core) == 1

    play(core, scene)


def test_before_it_is_painted_it_hears_nothing() -> None:
    from textual import events

    dialog = dismiss_question("m1ka")
    assert dialog.too_soon(events.Key("w", "w"))
