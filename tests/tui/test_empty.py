"""The five kinds of empty are five different texts."""

import os
from collections.abc import Callable

from caseyos.app import App
from tests.tui.stage import Seat, add, check_golden, play

UPDATE = os.environ.get("CASEYOS_GOLDEN") == "write"


def seen(core: App, *keys: str) -> str:
    texts: list[str] = []

    async def scene(seat: Seat) -> None:
        for key in keys:
            if len(key) > 1 and " " in key:
                await seat.type(key)
            else:
                await seat.press(key)
        texts.append(seat.text)

    play(core, scene)
    return texts[0]


def test_nothing_yet(core: App) -> None:
    text = seen(core)
    assert "Welcome. Your queue is new and empty." in text
    assert "caseyos demo start" in text
    check_golden("empty-new", text, UPDATE)


def test_all_done(core: App) -> None:
    add(core, "d222", "Done", status="executed")
    add(core, "d333", "Accepted", status="accepted")
    text = seen(core)
    assert "Nothing left for today." in text
    assert "1 move accepted and not carried out yet" in text
    assert "Welcome" not in text


def test_filtered_to_nothing(core: App) -> None:
    add(core, "d222", "Here")
    text = seen(core, "slash", "no such words", "enter")
    assert "No move passes this filter." in text
    assert "esc clear the filter" in text


def test_hidden_by_the_floor(make_core: Callable[..., App]) -> None:
    core = make_core(CASEYOS_UI__FLOOR="60")
    add(core, "d222", "Low", aps=45)
    assert "1 move under your floor of APS 60." in seen(core)
    assert "Low" in seen(core, "full_stop")


def test_only_later_moves_say_that_nothing_is_due(core: App) -> None:
    add(core, "d222", "Another day", hours=100)
    text = seen(core)
    assert "Nothing is due today. Later: 1" in text
    assert "Another day" in text
