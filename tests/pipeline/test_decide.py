"""Decisions on a real database: all or nothing, bound to the status, and taken back as they were."""

from __future__ import annotations

import pytest

from caseyos.errors import Changed, WrongStatus
from tests.desk import Desk
from tests.pipeline.test_execute import Crash, crash_at
from tests.pipeline.test_settle import lost


def test_accepting_only_decides(desk: Desk) -> None:
    move = desk.mail()
    desk.app.decisions.accept([desk.target(move)])
    assert desk.status(move) == "accepted"
    desk.app.actions.run_due()
    assert desk.executions(move) == []
    assert desk.letter_files() == []


def test_a_batch_is_changed_whole_or_not_at_all(desk: Desk) -> None:
    first, second = desk.mail(), desk.task()
    targets = [desk.target(first), desk.target(second)]
    desk.app.decisions.dismiss([targets[1]], "done")
    with pytest.raises(WrongStatus, match="is dismissed, so it cannot be accepted"):
        desk.app.decisions.accept(targets)
    assert desk.status(first) == "pending"


def test_undo_puts_every_field_back_and_redo_does_it_again(desk: Desk) -> None:
    move = desk.mail()
    target = desk.target(move)
    before = fields(desk)
    desk.app.decisions.snooze([target], "until reply")
    snoozed = fields(desk)
    assert snoozed != before
    desk.app.decisions.undo()
    assert fields(desk) == before
    desk.app.decisions.redo()
    assert fields(desk) == snoozed


def fields(desk: Desk) -> dict[str, object]:
    return desk.rows(
        "SELECT status, snoozed_until, snoozed_for_reply, closed_reason, accepted_hash, accepted_at,"
        " batch_id, draft, note FROM command_queue_items"
    )[0]


def test_a_step_the_move_has_left_behind_is_not_taken_back(desk: Desk) -> None:
    move = desk.mail()
    desk.app.decisions.accept([desk.target(move)])
    desk.change("UPDATE command_queue_items SET status = 'expired'")
    with pytest.raises(Changed, match="is expired by now"):
        desk.app.decisions.undo()


def test_undoing_an_execution_takes_the_effect_back(desk: Desk) -> None:
    move = desk.mail()
    desk.execute(move)
    report = desk.app.decisions.undo()
    assert "taken back" in report.sentences[0]
    assert desk.status(move) == "rolled_back"
    assert desk.letter_files() == []


def test_undoing_what_waits_recalls_it(desk: Desk) -> None:
    move = desk.mail()
    desk.app.decisions.accept([desk.target(move)])
    crash_at(desk, "queued")
    with pytest.raises(Crash):
        desk.execute(move)
    desk.app.actions.probe = lambda _point: None
    desk.app.decisions.undo()
    assert [row["state"] for row in desk.executions(move)] == ["cancelled"]
    desk.app.actions.run_due()
    assert desk.letter_files() == []


def test_every_decision_leaves_a_receipt_and_an_event(desk: Desk) -> None:
    move = desk.mail()
    desk.app.decisions.snooze([desk.target(move)], "tomorrow")
    desk.app.decisions.wake([desk.target(move)])
    desk.app.decisions.dismiss([desk.target(move)], "not-now")
    desk.app.decisions.reopen([desk.target(move)])
    desk.app.decisions.accept([desk.target(move)])
    told = desk.rows(
        "SELECT action, from_state, to_state FROM audit_log WHERE subject = %s ORDER BY seq",
        f"move:{move}",
    )
    assert [tuple(row.values()) for row in told] == [
        ("snooze", "pending", "snoozed"),
        ("wake", "snoozed", "pending"),
        ("dismiss", "pending", "dismissed"),
        ("reopen", "dismissed", "pending"),
        ("accept", "pending", "accepted"),
    ]
    names = [row["name"] for row in desk.rows("SELECT name FROM events ORDER BY id")]
    for name in ("snoozed", "dismissed", "accepted"):
        assert f"recommendation_{name}" in names


def test_a_reopened_move_does_not_become_rolled_back_again(desk: Desk) -> None:
    """The state machine found it: taking the reopening back is no change that a move may make."""
    move = desk.task()
    desk.execute(move)
    desk.app.decisions.undo()
    desk.app.decisions.reopen([desk.target(move)])
    with pytest.raises(WrongStatus, match="is pending, so it cannot become rolled_back again"):
        desk.app.decisions.undo()
    assert desk.status(move) == "pending"


def test_an_unknown_move_is_answered_and_not_decided(desk: Desk) -> None:
    move = lost(desk, "marked")
    with pytest.raises(WrongStatus, match="UNKNOWN: say first what came of it") as refusal:
        desk.app.decisions.accept([desk.target(move)])
    assert "outbox answer" in (refusal.value.hint or "")
    assert desk.status(move) == "unknown"
    desk.app.actions.answer_unknown(move, "again")
    assert desk.status(move) == "accepted"
