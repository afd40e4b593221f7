"""Today's Moves on the screen: the list, its detail, decisions in place, news that moves nothing."""

import os
from collections.abc import Callable

import pytest

from caseyos.app import App
from caseyos.tui.acting import targets
from caseyos.tui.pulse import News
from tests.tui.stage import Seat, add, check_golden, fill, many, play, status_of

UPDATE = os.environ.get("CASEYOS_GOLDEN") == "write"


@pytest.mark.parametrize("size", [(80, 24), (140, 40), (58, 20)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_the_picture(core: App, size: tuple[int, int]) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("j")
        check_golden(f"today-{size[0]}x{size[1]}", seat.text, UPDATE)

    play(core, scene, size=size)


def test_the_picture_in_ascii(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("j")
        assert seat.text.isascii()
        check_golden("today-ascii", seat.text, UPDATE)

    play(core, scene, ascii_only=True)


def test_no_color_says_the_same_words(core: App, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(core)
    monkeypatch.setenv("NO_COLOR", "1")

    async def scene(seat: Seat) -> None:
        await seat.press("j")
        check_golden("today-80x24", seat.text, False)

    play(core, scene)


def test_accept_keeps_the_row_and_goes_on_and_z_takes_it_back(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        first = seat.focused
        await seat.press("a")
        assert status_of(core, first.code) == "accepted"
        assert seat.focused.code != first.code
        assert f" ✓ 1 {first.code}" in seat.text
        assert seat.said[-1].startswith(f"Accepted {first.code}")
        await seat.press("z")
        assert status_of(core, first.code) == "pending"
        assert f"   1 {first.code}" in seat.text

    play(core, scene)


def test_marks_take_a_decision_together_and_one_undo_takes_it_back(
    core: App, impatient: None
) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("space", "j", "space")
        assert "2 marked" in seat.text
        assert seat.text.count("●") == 2
        await seat.press("d")
        assert "2 marked moves" in seat.text
        await seat.press("w")
        assert [status_of(core, one) for one in ("m1ka", "m2kb", "m3kc")] == [
            "dismissed",
            "pending",
            "dismissed",
        ]
        await seat.press("z")
        assert status_of(core, "m1ka") == status_of(core, "m3kc") == "pending"

    play(core, scene)


def test_news_waits_and_the_cursor_follows_its_move(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("j")
        before, focused = seat.text.splitlines()[2:13], seat.focused
        add(core, "n111", "Something urgent", aps=99)
        add(core, "n222", "Something else", aps=98)
        seat.program.feel_pulse()
        await seat.settle()
        assert "2 new, r shows them" in seat.text
        assert seat.text.splitlines()[2:13] == before
        assert seat.focused.id == focused.id
        await seat.press("r")
        assert seat.focused.id == focused.id
        assert "›  4 m2kb" in seat.text
        assert "new, r" not in seat.text

    play(core, scene)


def test_what_another_terminal_changed_is_refused_then_shown(
    core: App, make_core: Callable[..., App]
) -> None:
    fill(core)
    other = make_core()

    async def scene(seat: Seat) -> None:
        move = seat.focused
        other.decisions.dismiss(targets(other, [move]), "bad")
        seat.program.feel_pulse()
        await seat.settle()
        assert seat.today._news == News(new=0, changed=1)
        await seat.press("a")
        assert "changed since you saw it: it is dismissed now" in seat.said[-1]
        assert status_of(core, move.code) == "dismissed"
        assert f"›× 1 {move.code}" in seat.text

    play(core, scene)


def test_thousands_are_read_as_they_come_into_view(core: App) -> None:
    many(core, 5000)

    async def scene(seat: Seat) -> None:
        listed = seat.today.moves
        assert listed.window.moves == 5000
        assert sum(1 for _ in listed.window.held()) <= 400
        seen = []
        for _ in range(20):
            seen.append(seat.focused.aps)
            await seat.press("ctrl+d")
        assert seen == sorted(seen, reverse=True)
        await seat.press("G")
        assert listed.window.number(listed.cursor) == 5000
        assert "5,000 of 5,000" in seat.text
        lowest = seat.focused
        assert lowest.aps < 1
        await seat.press("g")
        assert listed.window.number(listed.cursor) == 1
        await seat.press("G")
        assert seat.focused.id == lowest.id

    play(core, scene)


def test_reading_emits_that_it_was_viewed(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        with core.unit_of_work() as uow:
            row = uow.connection.execute(
                "SELECT count(*) AS n FROM events WHERE name = 'recommendation_viewed'"
            ).fetchone()
        assert row is not None
        assert row["n"] == 6

    play(core, scene)


def test_mark_all_marks_what_the_filter_shows(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("slash")
        await seat.type("type:send_email")
        await seat.press("enter", "V")
        assert sorted(move.code for move in seat.today.chosen()) == ["m1ka", "m5ke", "m7kg"]
        await seat.press("escape")
        assert seat.today.filter_text == ""

    play(core, scene)


def test_many_marked_moves_ask_once_more(core: App, impatient: None) -> None:
    many(core, 12)

    async def scene(seat: Seat) -> None:
        await seat.press("V", "a")
        assert "Accept 12 moves?" in seat.text
        await seat.press("n")
        assert core.operations.status().accepted == 0
        await seat.press("a", "y")
        assert core.operations.status().accepted == 12
        await seat.press("z")
        assert core.operations.status().accepted == 0

    play(core, scene)


def test_too_small_says_so_and_q_still_quits(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        assert "Too small (50x14)" in seat.text
        assert "m1ka" not in seat.text
        await seat.press("a", "enter", "E")
        assert seat.program.screen is seat.today
        assert status_of(core, "m1ka") == "pending"
        await seat.pilot.resize_terminal(80, 24)
        await seat.settle()
        assert "m1ka" in seat.text
        await seat.pilot.resize_terminal(50, 14)
        await seat.settle()
        await seat.pilot.press("q")

    program = play(core, scene, size=(50, 14))
    assert program.return_code == 0
