"""Questions with one-key answers."""

import pytest

from caseyos.app import App
from caseyos.domain.model import DismissReason
from caseyos.tui.choices import DISMISS, SNOOZE, YES, Choice
from tests.tui.stage import Seat, fill, play, status_of


def test_every_reason_of_the_domain_has_a_key() -> None:
    assert {choice.value for choice in DISMISS} == set(DismissReason)


@pytest.mark.parametrize("choices", [DISMISS, SNOOZE, YES])
def test_no_answer_is_the_key_that_asks_or_enter(choices: tuple[Choice, ...]) -> None:
    keys = [choice.key for choice in choices]
    assert len(set(keys)) == len(keys)
    assert not {"enter", "escape", "q", "a", "h"} & set(keys)


def test_other_keys_do_nothing_and_escape_closes(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("d")
        question = seat.program.screen
        await seat.press("enter", "space", "x", "a")
        assert seat.program.screen is question
        await seat.press("escape")
        assert seat.program.screen is seat.today
        assert status_of(core, "m1ka") == "pending"
        assert status_of(core, "m2kb") == "pending"

    play(core, scene)


@pytest.mark.parametrize("key", [choice.key for choice in DISMISS])
def test_each_reason_is_kept(core: App, impatient: None, key: str) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("d", key)
        wanted = next(choice.value for choice in DISMISS if choice.key == key)
        with core.unit_of_work() as uow:
            row = uow.connection.execute(
                "SELECT closed_reason FROM command_queue_items WHERE code = 'm1ka'"
            ).fetchone()
        assert row is not None
        assert row["closed_reason"] == wanted

    play(core, scene)
