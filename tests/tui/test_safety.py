"""The safety walk: every printable key on every screen, and nothing is carried out."""

import string

import pytest

from caseyos.app import App
from tests.tui.stage import Seat, executions, fill, play

PRINTABLE = string.ascii_letters + string.digits + string.punctuation + " "

# How each kind of screen is reached from Today's Moves, and the keys that are left out there; the
# views share their keys, and so do the questions.
SCREENS = {
    "today": ((), "q"),
    "detail": (("enter",), ""),
    "preview": (("p",), ""),
    "armed preview": (("E",), "S"),
    "bulk preview": (("space", "space", "E"), ""),
    "dismiss": (("d",), ""),
    "outcome": (("o",), ""),
    "help": (("question_mark",), ""),
    "palette": (("colon",), ""),
    "filter": (("slash",), ""),
    "activity": (("4",), ""),
}


@pytest.mark.parametrize("name", SCREENS)
def test_no_key_carries_anything_out(
    core: App, name: str, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(core)
    monkeypatch.setenv("EDITOR", "false")
    path, left_out = SCREENS[name]

    async def scene(seat: Seat) -> None:
        base = seat.program.screen_stack[0]
        there = None
        for key in PRINTABLE:
            if key in left_out:
                continue
            if there is None or seat.program.screen is not there:
                while len(seat.program.screen_stack) > 1:
                    seat.program.pop_screen()
                    await seat.settle()
                seat.today.moves.focus()
                await seat.press(*path)
                there = seat.program.screen
                assert (there is base) == (name in ("today", "filter"))
            await seat.hit(key)
            if seat.program.calls.open or seat.program.screen is not there:
                await seat.settle()
        await seat.settle()
        assert executions(core) == 0

    play(core, scene)


def test_only_capital_s_sends_and_the_starting_key_is_another() -> None:
    from caseyos.tui.keys import KEYS

    reaching = {key.name: key.keys for key in KEYS if key.reach.startswith("yes")}
    assert reaching == {"send": "S"}
    lower = [key for key in KEYS for one in key.keys.split(",") if one.islower() and len(one) == 1]
    assert {key.reach for key in lower} <= {"no", "recalls a held send"}
