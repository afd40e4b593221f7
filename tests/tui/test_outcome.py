"""Saying what came of a move."""

import pytest

from caseyos.app import App
from caseyos.app.outcomes import WORDS
from caseyos.tui.outcome import CHOICES
from tests.tui.stage import Seat, fill, play


def outcomes(core: App) -> list[tuple[str, bool | None, str | None]]:
    with core.unit_of_work() as uow:
        rows = uow.connection.execute("SELECT kind, positive, note FROM outcomes").fetchall()
    return [(row["kind"], row["positive"], row["note"]) for row in rows]


@pytest.mark.parametrize("word", [word for word, _, _ in CHOICES.values()])
def test_every_choice_is_an_outcome_of_the_app(word: str) -> None:
    assert word in WORDS


def test_choose_note_save_and_undo(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("o", "enter")
        assert seat.said[-1] == "Choose what happened first: a digit."
        assert outcomes(core) == []
        await seat.press("2", "4", "tab")
        await seat.type("wants 2 yards")
        await seat.press("enter")
        assert outcomes(core) == [("replied", False, "wants 2 yards")]
        assert "Saved: m1ka replied" in seat.said[-1]
        await seat.press("z")
        assert outcomes(core) == []

    play(core, scene)


def test_asked_to_stop_says_what_else_it_does_before_and_after(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("o", "7")
        assert "do-not-contact list" in seat.text
        await seat.press("enter")
        assert "p0@x.example is on the do-not-contact list now" in seat.said[-1]
        await seat.press("o", "1", "escape")
        assert len(outcomes(core)) == 1

    play(core, scene)
