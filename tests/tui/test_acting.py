"""Decisions are bound to what the screen showed."""

from collections.abc import Callable

import pytest

from caseyos.app import App
from caseyos.domain.views import QueueFilter
from caseyos.errors import Changed
from caseyos.tui.acting import decide, present, targets
from tests.tui.stage import add, fill


def test_a_move_that_is_as_shown_is_a_target_and_read_again_after(core: App) -> None:
    fill(core)
    moves = core.queue.page(QueueFilter(), limit=2).moves
    acted = decide(core, moves, core.decisions.accept)
    assert [move.status for move in acted.moves] == ["accepted", "accepted"]
    assert [item.code for item in acted.report.items] == [move.code for move in moves]
    assert acted.report.batch_id is not None


@pytest.mark.parametrize(
    ("sql", "told"),
    [("status = 'dismissed'", "it is dismissed now"), ("title = 'Other'", "it has a new text")],
)
def test_a_move_that_is_not_as_shown_is_refused(
    core: App, make_core: Callable[..., App], sql: str, told: str
) -> None:
    fill(core)
    moves = core.queue.page(QueueFilter(), limit=3).moves
    with core.unit_of_work() as uow:
        uow.connection.execute(
            f"UPDATE command_queue_items SET {sql} WHERE id = %s", (moves[1].id,)
        )
    with pytest.raises(Changed, match=f"{moves[1].code} changed since you saw it: {told}"):
        targets(core, moves)


def test_a_new_score_is_no_change_of_the_move(core: App) -> None:
    add(core, "a222", "Rescored")
    moves = core.queue.page(QueueFilter()).moves
    with core.unit_of_work() as uow:
        uow.connection.execute("UPDATE command_queue_items SET priority_score = 77")
    assert targets(core, moves)[0].code == "a222"


def test_a_move_that_is_gone_is_left_out(core: App) -> None:
    add(core, "a222", "Here")
    (move,) = core.queue.page(QueueFilter()).moves
    with core.unit_of_work() as uow:
        uow.connection.execute("DELETE FROM command_queue_items")
    assert present(core, [move.id]) == ()
