"""The list: cursor, headings, marks, mouse."""

from caseyos.app import App
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
