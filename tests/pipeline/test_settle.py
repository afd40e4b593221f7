"""Undo, reconciliation and a person's answer to UNKNOWN, on a real database."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from caseyos.errors import NotFound, TooLate, TryLater, UsageError, WrongStatus
from tests.desk import Desk
from tests.pipeline.test_execute import Crash, Outside, crash_at, let_go


def lost(desk: Desk, point: str) -> UUID:
    """A mail move whose worker died at a point after the mark, and was found dead."""
    move = desk.mail()
    crash_at(desk, point)
    with pytest.raises(Crash):
        desk.execute(move)
    desk.app.actions.probe = lambda _point: None
    desk.change("UPDATE executions SET lease_until = now() WHERE state = 'dispatching'")
    assert desk.app.actions.run_due().unknown == 1
    assert desk.status(move) == "unknown"
    return move


@pytest.mark.parametrize("kind", ["mail", "draft", "task", "meeting"])
def test_local_effects_are_reversible_and_undo_is_idempotent(desk: Desk, kind: str) -> None:
    move = {"task": desk.task, "meeting": desk.meeting}.get(kind, desk.mail)()
    done = desk.execute(move, as_draft=kind == "draft")
    assert (done.state, done.reversibility) == ("succeeded", "reversible")
    assert done.rollback_token
    assert effects(desk) == 1
    undone = desk.app.actions.undo_execution(done.rollback_token)
    assert (undone.state, undone.sentence) == ("undone", "Done, and taken back")
    assert effects(desk) == 0
    assert desk.status(move) == "rolled_back"
    before = len(desk.rows("SELECT 1 FROM audit_log"))
    assert desk.app.actions.undo_execution(done.execution_id).state == "undone"
    assert len(desk.rows("SELECT 1 FROM audit_log")) == before
    desk.app.decisions.reopen([desk.target(move)])
    assert desk.execute(move, as_draft=kind == "draft").state == "succeeded"
    assert effects(desk) == 1


def effects(desk: Desk) -> int:
    """Everything that was done in the world."""
    meetings = list(desk.app.config.paths.calendar_dir.glob("*"))
    return len(desk.letter_files()) + len(meetings) + len(desk.rows("SELECT 1 FROM tasks"))


def test_what_somebody_changed_is_left_alone(desk: Desk) -> None:
    done = desk.execute(desk.mail())
    (path,) = desk.letter_files()
    path.write_bytes(path.read_bytes() + b"P.S. my own words\r\n")
    with pytest.raises(TooLate, match="changed since"):
        desk.app.actions.undo_execution(done.execution_id)
    assert desk.executions(done.move_id)[0]["state"] == "undo_failed"
    assert desk.status(done.move_id) == "executed"
    path.write_bytes(path.read_bytes().removesuffix(b"P.S. my own words\r\n"))
    assert desk.app.actions.undo_execution(done.execution_id).state == "undone"


def test_a_task_somebody_changed_is_left_alone(desk: Desk) -> None:
    done = desk.execute(desk.task())
    desk.change("UPDATE tasks SET version = version + 1")
    with pytest.raises(TooLate, match="changed since"):
        desk.app.actions.undo_execution(done.execution_id)
    assert effects(desk) == 1


def test_what_is_gone_already_counts_as_taken_back(desk: Desk) -> None:
    done = desk.execute(desk.mail())
    desk.letter_files()[0].unlink()
    assert desk.app.actions.undo_execution(done.execution_id).state == "undone"


def test_a_delivered_mail_is_final(desk: Desk) -> None:
    move, _channel = desk.mail(), Outside(desk)
    desk.app.switchboard.go_live(desk.app.actions._shop().lease)
    held = desk.execute(move)
    let_go(desk)
    with pytest.raises(TooLate, match="cannot be taken back"):
        desk.app.actions.undo_execution(held.execution_id)
    assert desk.status(move) == "executed"


def test_there_is_nothing_to_undo_while_it_is_done(desk: Desk) -> None:
    move = lost(desk, "marked")
    with pytest.raises(WrongStatus, match="is unknown: there is nothing to take back yet"):
        desk.app.actions.undo_execution(desk.executions(move)[0]["id"])
    with pytest.raises(NotFound):
        desk.app.actions.undo_execution(uuid4())
    with pytest.raises(NotFound, match="rollback token"):
        desk.app.actions.undo_execution("rb_nothing")


def test_a_recall_that_comes_too_late_says_so(desk: Desk) -> None:
    """Another worker claims it between our look and our recall."""
    move = desk.mail()
    crash_at(desk, "queued")
    with pytest.raises(Crash):
        desk.execute(move)
    execution = desk.executions(move)[0]["id"]
    with desk.app.unit_of_work() as uow:
        row = uow.executions.get(execution)
        desk.change("UPDATE executions SET state = 'claimed' WHERE id = %s", execution)
        from caseyos.pipeline.settle import _recall

        with pytest.raises(TryLater, match="at this moment"):
            _recall(uow, desk.app.actions._shop(), row)
    assert desk.status(move) == "accepted"


def test_our_own_mail_is_known_until_it_is_taken_back(desk: Desk) -> None:
    done = desk.execute(desk.mail())
    (letter,) = desk.letters()
    known = desk.rows("SELECT message_id FROM messages WHERE source = 'caseyos'")
    assert [row["message_id"] for row in known] == [letter["Message-ID"]]
    desk.app.actions.undo_execution(done.execution_id)
    assert desk.rows("SELECT 1 FROM messages WHERE source = 'caseyos'") == []


@pytest.mark.parametrize("before", [None, "2026-01-02 03:04:05.678901+00"])
def test_who_was_written_to_is_forgotten_with_the_mail(desk: Desk, before: str | None) -> None:
    move = desk.mail()
    (contact,) = desk.rows(
        "INSERT INTO contacts (email, last_contacted_at) VALUES ('d@x.example', %s) RETURNING id",
        before,
    )
    desk.change("UPDATE command_queue_items SET contact_id = %s", contact["id"])
    touched = "SELECT last_contacted_at FROM contacts"
    (was,) = desk.rows(touched)
    done = desk.execute(move)
    assert desk.rows(touched) != [was]
    desk.app.actions.undo_execution(done.execution_id)
    assert desk.rows(touched) == [was]


def test_who_was_written_to_again_since_stays_so(desk: Desk) -> None:
    move = desk.mail()
    (contact,) = desk.rows("INSERT INTO contacts (email) VALUES ('d@x.example') RETURNING id")
    desk.change("UPDATE command_queue_items SET contact_id = %s", contact["id"])
    done = desk.execute(move)
    desk.change("UPDATE contacts SET last_contacted_at = now() + interval '1 minute'")
    desk.app.actions.undo_execution(done.execution_id)
    assert desk.rows("SELECT last_contacted_at > now() AS later FROM contacts") == [{"later": True}]


@pytest.mark.parametrize("point", ["done", "recorded"])
def test_an_effect_that_is_there_is_found_and_can_be_undone(desk: Desk, point: str) -> None:
    move = lost(desk, point)
    assert desk.app.actions.reconcile() == {"looked_up": 1, "found": 1}
    (row,) = desk.executions(move)
    assert (row["state"], row["result"]["confirmed_later"]) == ("succeeded", True)
    assert desk.status(move) == "executed"
    assert desk.app.actions.reconcile() == {"looked_up": 0, "found": 0}
    desk.app.actions.undo_execution(row["rollback_token"])
    assert desk.letter_files() == []


def test_look_ups_grow_rarer_and_end(desk: Desk) -> None:
    move = lost(desk, "marked")
    waits: list[int | None] = []
    for _ in range(5):
        assert desk.app.actions.reconcile() == {"looked_up": 1, "found": 0}
        (row,) = desk.rows(
            "SELECT extract(epoch FROM next_reconcile_at - clock_timestamp()) AS wait"
            " FROM executions WHERE state = 'unknown'"
        )
        waits.append(None if row["wait"] is None else round(row["wait"]))
        desk.change(
            "UPDATE executions SET next_reconcile_at = now() WHERE next_reconcile_at IS NOT NULL"
        )
    assert waits == [30, 120, 600, 3600, None]
    assert desk.app.actions.reconcile() == {"looked_up": 0, "found": 0}
    assert desk.status(move) == "unknown"


@pytest.mark.parametrize(
    ("word", "state", "status"),
    [
        ("check", "unknown", "unknown"),
        ("sent", "succeeded", "executed"),
        ("again", "failed", "accepted"),
        ("abandon", "failed", "failed"),
    ],
)
def test_a_person_answers(desk: Desk, word: str, state: str, status: str) -> None:
    move = lost(desk, "marked")
    assert desk.app.actions.answer_unknown(move, word).state == state
    assert desk.status(move) == status
    assert desk.letter_files() == []
    if word == "again":
        assert desk.execute(move).state == "succeeded"
        assert len(desk.letter_files()) == 1
    elif word != "check":
        with pytest.raises(WrongStatus, match="is not UNKNOWN"):
            desk.app.actions.answer_unknown(move, "again")


@pytest.mark.parametrize("word", ["check", "sent", "again", "abandon"])
def test_what_is_found_wins_over_what_is_said(desk: Desk, word: str) -> None:
    move = lost(desk, "done")
    assert desk.app.actions.answer_unknown(move, word).state == "succeeded"
    assert desk.status(move) == "executed"
    assert len(desk.letter_files()) == 1


def test_no_other_word_is_an_answer(desk: Desk) -> None:
    move = lost(desk, "marked")
    with pytest.raises(UsageError, match="'resend' is no answer"):
        desk.app.actions.answer_unknown(move, "resend")
