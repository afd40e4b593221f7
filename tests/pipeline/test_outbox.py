"""A person's hand on the outbox: recall, hold, release, flush; what happened is out of reach."""

from __future__ import annotations

from datetime import timedelta

import pytest

from caseyos.domain.ports.channel import Uncertain
from caseyos.errors import NotFound, Refused, TooLate, WrongStatus
from tests.desk import Desk
from tests.pipeline.conftest import MakeDesk
from tests.played import Outside, let_go

HOUR = timedelta(hours=1)


@pytest.fixture
def channel(desk: Desk) -> Outside:
    desk.app.switchboard.go_live(HOUR)
    return Outside(desk)


def test_a_recall_brings_a_move_back_and_only_once(desk: Desk, channel: Outside) -> None:
    move = desk.mail()
    desk.execute(move)
    assert desk.app.actions.recall(move).state == "cancelled"
    assert desk.status(move) == "pending"
    assert desk.app.actions.recall(move).state == "cancelled"
    let_go(desk)
    assert channel.performed == 0


def test_what_happened_is_not_recalled_but_named(desk: Desk, channel: Outside) -> None:
    with pytest.raises(NotFound, match="not in the outbox"):
        desk.app.actions.recall(desk.mail("Never asked for"))
    move = desk.mail()
    desk.execute(move)
    let_go(desk)
    for act in (desk.app.actions.recall, desk.app.actions.hold):
        with pytest.raises(TooLate, match="it is succeeded"):
            act(move)
    task = desk.task()
    desk.execute(task)  # a local effect: recalling does not undo it
    with pytest.raises(TooLate):
        desk.app.actions.recall(task)
    assert desk.status(task) == "executed"


def test_what_is_held_back_waits_for_its_person(desk: Desk, channel: Outside) -> None:
    move = desk.mail()
    desk.execute(move)
    held = desk.app.actions.hold(move)
    assert (held.state, held.sentence, held.until) == ("blocked", "held back by casey.", None)
    assert desk.app.actions.hold(move).state == "blocked"
    let_go(desk)
    assert channel.performed == 0
    found = desk.app.queue.get(move)
    assert (found.execution_state, found.waits_for) == ("blocked", "held back by casey.")
    again = desk.app.actions.release(move)
    assert again.state == "queued" and again.until is not None
    assert desk.app.actions.run_due().run == 0  # it is held in the outbox once more
    let_go(desk)
    assert channel.performed == 1
    assert [one[0] for one in desk.receipts(move)] == [
        *("enqueue", "hold", "release", "claim", "dispatch", "execute")
    ]
    with pytest.raises(WrongStatus, match="not held back; it is succeeded"):
        desk.app.actions.release(move)


def test_what_is_held_back_can_be_recalled(desk: Desk, channel: Outside) -> None:
    move = desk.mail()
    desk.execute(move)
    desk.app.actions.hold(move)
    assert desk.app.actions.recall(move).state == "cancelled"
    assert desk.status(move) == "pending"


def test_an_unknown_one_is_none_of_these(desk: Desk, channel: Outside) -> None:
    move = desk.mail()
    channel.answers = [Uncertain("cut")]
    desk.execute(move)
    let_go(desk)
    for act in (desk.app.actions.recall, desk.app.actions.hold):
        with pytest.raises(WrongStatus, match="UNKNOWN"):
            act(move)


def test_flush_runs_what_is_due_and_says_what_waits(desk: Desk, channel: Outside) -> None:
    first = desk.mail()
    desk.execute(first)
    desk.execute(desk.mail("Another", "ravi@theirs.example"))
    desk.change("UPDATE executions SET not_before = now() WHERE move_id = %s", first)
    report = desk.app.actions.flush()
    assert (report.run, report.waiting, report.later) == (1, 1, 0)
    assert channel.performed == 1


def test_flush_ends_the_hold_only_where_it_is_allowed(make_desk: MakeDesk) -> None:
    desk = make_desk()
    text = desk.config_file.read_text().replace("[send]", "[send]\nallow_no_wait = true")
    desk.config_file.write_text(text.replace("per_day = 100000", "per_day = 1"))
    desk.app = desk.open()
    channel = Outside(desk)
    desk.app.switchboard.go_live(HOUR)
    desk.execute(desk.mail())
    desk.execute(desk.mail("Another", "ravi@theirs.example"))
    report = desk.app.actions.flush()
    # Both were let go of; the limit, which nobody may skip, sent the second one back.
    assert (report.run, report.waiting, report.later) == (2, 0, 1)
    assert channel.performed == 1
    assert desk.app.actions.flush().run == 0
    desk.close()


def test_no_wait_is_refused_unless_it_is_allowed(desk: Desk, channel: Outside) -> None:
    plan = desk.plan(desk.mail())
    with pytest.raises(Refused, match="allow_no_wait"):
        desk.app.actions.execute_plan(plan.id, no_wait=True)
    assert desk.rows("SELECT 1 FROM executions WHERE NOT dry_run") == []


def test_no_wait_leaves_out_the_hold(make_desk: MakeDesk) -> None:
    desk = make_desk()
    text = desk.config_file.read_text().replace("[send]", "[send]\nallow_no_wait = true")
    desk.config_file.write_text(text)
    desk.app = desk.open()
    channel = Outside(desk)
    desk.app.switchboard.go_live(HOUR)
    plan = desk.plan(desk.mail())
    assert desk.app.actions.execute_plan(plan.id, no_wait=True).state == "succeeded"
    assert channel.performed == 1
    desk.close()


def test_a_batch_goes_one_by_one_and_comes_back_as_one_step(desk: Desk, channel: Outside) -> None:
    moves = [desk.mail(f"Mail {number}", f"p{number}@theirs.example") for number in range(3)]
    made = desk.app.actions.preview_many(moves)
    assert (made.words, made.people) == ("send 3", 3)
    ran = desk.app.actions.execute_many(made.able)
    assert [(one.state, one.good) for one in ran] == [("queued", True)] * 3
    assert len(desk.app.decisions.undo().sentences) == 3
    assert {desk.status(move) for move in moves} == {"pending"}
    let_go(desk)
    assert channel.performed == 0


def test_one_of_a_batch_that_changed_does_not_stop_the_others(desk: Desk, channel: Outside) -> None:
    moves = [desk.mail(f"Mail {number}", f"p{number}@theirs.example") for number in range(3)]
    made = desk.app.actions.preview_many(moves)
    desk.app.decisions.edit(desk.target(moves[1]), "Other words", "than were shown")
    ran = desk.app.actions.execute_many(made.able)
    assert [one.state for one in ran] == ["queued", "refused", "queued"]
    assert "changed since plan" in ran[1].sentence
    assert desk.status(moves[1]) == "pending"


def test_a_plan_counts_as_read_only_while_nothing_changed(desk: Desk, channel: Outside) -> None:
    move = desk.mail()
    assert desk.app.actions.fresh_plan(move) is None
    plan = desk.plan(move)
    assert desk.app.actions.fresh_plan(move) == plan.id
    desk.app.decisions.edit(desk.target(move), "Other words", "than were shown")
    assert desk.app.actions.fresh_plan(move) is None
    again = desk.plan(move)
    desk.app.actions.execute_plan(again.id)
    assert desk.app.actions.fresh_plan(move) is None
