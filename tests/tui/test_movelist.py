"""The list: cursor, headings, marks, mouse; and that no key ever waits for the database."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from caseyos.app import App
from caseyos.store.unit_of_work import UnitOfWork
from tests.tui.stage import Seat, fill, many, play


def test_the_cursor_steps_over_the_heading_and_stops_at_the_ends(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        walked = [seat.focused.code]
        for _ in range(10):
            await seat.press("j")
            walked.append(seat.focused.code)
        assert walked[:9] == [f"m{n}k{'abcdefghj'[n - 1]}" for n in range(1, 10)]
        assert walked[9:] == ["m9kj", "m9kj"]
        await seat.press("k", "k", "k")
        assert seat.focused.code == "m6kf"
        await seat.press("home", "up")
        assert seat.focused.code == "m1ka"
        await seat.press("end")
        assert seat.focused.code == "m9kj"

    play(core, scene)


def test_a_click_moves_the_cursor_a_double_click_opens_the_wheel_scrolls(core: App) -> None:
    many(core, 100)

    async def scene(seat: Seat) -> None:
        await seat.pilot.click(offset=(20, 6))
        await seat.settle()
        assert seat.today.moves.cursor == 3
        await seat.pilot.click(offset=(20, 7), times=2)
        await seat.settle()
        assert "1 Today ›" in seat.text
        await seat.press("escape")
        first = seat.text.splitlines()[3]
        seat.today.moves.scroll_relative(y=5, animate=False)
        await seat.settle()
        assert seat.text.splitlines()[3] != first
        assert seat.today.moves.cursor == 4

    play(core, scene)


def test_resizing_keeps_the_cursor_in_view(core: App) -> None:
    many(core, 300)

    async def scene(seat: Seat) -> None:
        await seat.press(*["ctrl+d"] * 4)
        code = seat.focused.code
        for size in ((140, 40), (60, 16), (58, 30), (200, 60), (80, 24)):
            await seat.pilot.resize_terminal(*size)
            await seat.settle()
            assert seat.focused.code == code
            assert "›" in "".join(line[:2] for line in seat.text.splitlines()[3:])

    play(core, scene)


def test_no_key_calls_the_database_and_none_where_the_rows_are_there(
    core: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All calls are made by the other thread; within what was read, none is made at all."""
    many(core, 1500)
    callers: list[threading.Thread] = []

    def noted(made: AbstractContextManager[UnitOfWork]) -> AbstractContextManager[UnitOfWork]:
        @contextmanager
        def note() -> Iterator[UnitOfWork]:
            callers.append(threading.current_thread())
            with made as unit:
                yield unit

        return note()

    reading, writing = core.reading, core.unit_of_work
    monkeypatch.setattr(core, "reading", lambda: noted(reading()))
    monkeypatch.setattr(core, "unit_of_work", lambda: noted(writing()))

    async def scene(seat: Seat) -> None:
        first = len(callers)
        assert first
        await seat.press(*("j" * 30), *("k" * 10), "pagedown", "pageup", "home", "v")
        assert len(callers) == first
        await seat.press("end", "pageup", *(["pagedown"] * 3), "home", "a", "z")
        assert len(callers) > first

    play(core, scene)
    assert threading.main_thread() not in callers
