"""Executing on a real database: the promise, the guardrails, and what waits."""

from __future__ import annotations

import pytest

from caseyos.domain.ports.channel import NotDone, Receipt, Uncertain
from caseyos.domain.suppression import Entry
from caseyos.errors import Refused, TryLater, WrongStatus
from tests.desk import Desk
from tests.pipeline.conftest import MakeDesk
from tests.played import Outside, let_go


class Crash(BaseException):
    """The process dies here, as far as this process can play it."""


def crash_at(desk: Desk, point: str) -> None:
    """Let the next execution of this desk end at a point."""

    def probe(reached: str) -> None:
        if reached == point:
            raise Crash

    desk.app.actions.probe = probe


def test_a_mail_is_written_once_exactly_as_previewed(desk: Desk) -> None:
    move = desk.mail()
    plan = desk.plan(move)
    assert not plan.blocked
    done = desk.app.actions.execute_plan(plan.id)
    assert (done.state, done.sentence, done.replayed) == ("succeeded", "Done", False)
    (path,) = desk.letter_files()
    assert path.read_bytes() == plan.wire
    assert desk.status(move) == "executed"
    assert desk.receipts(move) == [
        ("enqueue", None, "queued"),
        ("claim", "queued", "claimed"),
        ("dispatch", "claimed", "dispatching"),
        ("execute", "dispatching", "succeeded"),
    ]


def test_a_dry_run_does_nothing_and_uses_no_key(desk: Desk) -> None:
    move = desk.mail()
    desk.plan(move)
    desk.plan(move)
    assert desk.letter_files() == []
    assert desk.status(move) == "pending"
    found = desk.rows("SELECT state, dry_run, idempotency_key FROM executions")
    assert [tuple(row.values()) for row in found] == [("simulated", True, None)] * 2
    assert desk.execute(move).state == "succeeded"


def test_a_template_that_drifts_after_enqueueing_stops_the_execution(desk: Desk) -> None:
    move = desk.mail()
    crash_at(desk, "queued")
    with pytest.raises(Crash):
        desk.execute(move)
    templates = desk.app.config.paths.templates_dir
    templates.mkdir()
    (templates / "plain.jinja").write_text("Something else altogether.")
    other = desk.open()
    other.actions.run_due()
    other.close()
    (row,) = desk.executions(move)
    assert (row["state"], row["blocked_rule"]) == ("blocked", "acceptance")
    assert desk.letter_files() == []


def test_a_limit_puts_it_back_into_the_queue_with_the_time(make_desk: MakeDesk) -> None:
    desk = make_desk(limits="per_day = 1")
    assert desk.execute(desk.mail()).state == "succeeded"
    move = desk.mail("Another", "ravi@elsewhere.example")
    waits = desk.execute(move)
    assert waits.state == "queued"
    assert waits.sentence == "In the outbox: The limit is 1 a day; 1 are used"
    first, second = desk.rows("SELECT * FROM executions WHERE NOT dry_run ORDER BY created_at")
    assert waits.until == second["not_before"]
    assert (second["not_before"] - first["dispatched_at"]).total_seconds() == 24 * 3600
    assert desk.app.actions.run_due().run == 0
    assert desk.receipts(move)[-1] == ("defer", "queued", "queued")
    desk.change("UPDATE executions SET dispatched_at = dispatched_at - interval '25 hours'")
    desk.change("UPDATE executions SET not_before = now() WHERE state = 'queued'")
    assert desk.app.actions.run_due().run == 1
    assert len(desk.letter_files()) == 2
    assert desk.executions(move)[0]["blocked_reason"] is None


@pytest.mark.parametrize(
    ("limit", "again", "said"),
    [
        ("per_hour = 1", "ravi@elsewhere.example", "an hour"),
        ("per_recipient_per_week = 1", "dana@theirs.example", "a week to one person"),
        ("per_domain_per_day = 1", "other@theirs.example", "a day to one domain"),
    ],
)
def test_every_limit_holds(make_desk: MakeDesk, limit: str, again: str, said: str) -> None:
    desk = make_desk(limits=limit)
    assert desk.execute(desk.mail()).state == "succeeded"
    waits = desk.execute(desk.mail("Another", again))
    assert waits.state == "queued"
    assert said in waits.sentence
    assert len(desk.letter_files()) == 1


def test_what_waits_leaves_with_the_decision(make_desk: MakeDesk) -> None:
    """A deferred execution does not outlive its move's acceptance."""
    desk = make_desk(limits="per_day = 0")
    move = desk.mail()
    assert desk.execute(move).state == "queued"
    desk.app.decisions.reopen([desk.target(move)])
    assert desk.status(move) == "pending"
    assert [row["state"] for row in desk.executions(move)] == ["cancelled"]
    assert desk.receipts(move)[-1] == ("recall", "queued", "cancelled")


def test_a_move_that_expired_is_not_carried_out(desk: Desk) -> None:
    move = desk.mail()
    crash_at(desk, "queued")
    with pytest.raises(Crash):
        desk.execute(move)
    desk.change("UPDATE command_queue_items SET status = 'expired'")
    desk.app.actions.run_due()
    assert [row["state"] for row in desk.executions(move)] == ["cancelled"]
    assert desk.letter_files() == []


def test_what_is_being_carried_out_cannot_be_reopened(desk: Desk) -> None:
    move = desk.mail()
    crash_at(desk, "marked")
    with pytest.raises(Crash):
        desk.execute(move)
    with pytest.raises(TryLater, match="at this moment"):
        desk.app.decisions.reopen([desk.target(move)])
    assert desk.status(move) == "accepted"


@pytest.mark.parametrize(
    ("kind", "value"), [("email", "dana@theirs.example"), ("domain", "theirs.example")]
)
def test_the_suppression_list_refuses(desk: Desk, kind: str, value: str) -> None:
    move = desk.mail()
    plan = desk.plan(move)
    with desk.app.unit_of_work() as uow:
        uow.suppressions.add(Entry(value, kind), "asked us to stop", "test")
    with pytest.raises(Refused, match=f"Do not contact: {value}: asked us to stop"):
        desk.app.actions.execute_plan(plan.id)
    assert desk.plan(move).blocked
    assert desk.letter_files() == []
    desk.app.actions.run_due()
    assert [row["state"] for row in desk.executions(move)] == ["blocked"]


@pytest.mark.parametrize("level", ["all", "send_email", "local"])
def test_what_a_stop_held_back_goes_on_when_it_is_over(desk: Desk, level: str) -> None:
    move = desk.mail()
    crash_at(desk, "queued")
    with pytest.raises(Crash):
        desk.execute(move)
    desk.app.actions.probe = lambda _point: None
    desk.app.switchboard.stop(level)
    desk.app.actions.run_due()
    desk.app.actions.run_due()
    assert [row["state"] for row in desk.executions(move)] == ["blocked"]
    desk.app.switchboard.resume()
    desk.app.actions.run_due()
    assert [row["state"] for row in desk.executions(move)] == ["succeeded"]
    assert len(desk.letter_files()) == 1


def test_a_stop_between_claim_and_mark_is_obeyed(desk: Desk) -> None:
    move = desk.mail()
    other = desk.open()

    def stop_now(point: str) -> None:
        if point == "preflight":
            other.switchboard.stop("outbound")
            other.switchboard.stop("all", reason="enough")

    desk.app.actions.probe = stop_now
    with pytest.raises(Refused, match="stop"):
        desk.execute(move)
    other.close()
    assert desk.letter_files() == []
    (row,) = desk.executions(move)
    assert (row["state"], row["dispatched_at"]) == ("blocked", None)
    marks = desk.rows("SELECT 1 FROM audit_log WHERE action = 'dispatch'")
    assert marks == []


def test_actions_enabled_stops_local_channels_too(make_desk: MakeDesk) -> None:
    desk = make_desk(enabled="false")
    for move in (desk.mail(), desk.task(), desk.meeting()):
        with pytest.raises(Refused, match="ACTIONS_ENABLED"):
            desk.execute(move)
    assert desk.rows("SELECT 1 FROM tasks") == []
    assert desk.letter_files() == []


def test_an_acceptance_too_old_is_refused(desk: Desk) -> None:
    move = desk.mail()
    crash_at(desk, "queued")
    with pytest.raises(Crash):
        desk.execute(move)
    desk.change("UPDATE executions SET not_after = now() - interval '1 second' WHERE NOT dry_run")
    desk.app.actions.run_due()
    (row,) = desk.executions(move)
    assert (row["state"], row["blocked_rule"]) == ("blocked", "validity")


def test_safe_mode_refuses_outside_channels_only(desk: Desk) -> None:
    move, channel = desk.mail(), Outside(desk)
    plan = desk.plan(move)
    assert [check.name for check in plan.checks if check.level == "block"] == ["mode"]
    with pytest.raises(Refused, match="SAFE mode is on"):
        desk.app.actions.execute_plan(plan.id)
    assert desk.executions(move) == []
    # What was queued while LIVE does not leave once it is SAFE again.
    desk.app.switchboard.go_live(desk.app.actions._shop().lease)
    desk.app.actions.execute_plan(plan.id)
    desk.app.switchboard.go_safe()
    let_go(desk)
    (row,) = desk.executions(move)
    assert (row["state"], row["blocked_rule"]) == ("blocked", "mode")
    assert channel.performed == 0
    # Going LIVE later does not send by itself what SAFE had refused.
    desk.app.switchboard.go_live(desk.app.actions._shop().lease)
    let_go(desk)
    assert channel.performed == 0
    # A person asks once more: it is held again, like everything that goes outside.
    assert desk.app.actions.execute_plan(plan.id).state == "queued"
    assert desk.app.actions.run_due().run == 0
    let_go(desk)
    assert channel.performed == 1


def test_mail_for_outside_is_held_and_can_be_recalled(desk: Desk) -> None:
    move, channel = desk.mail(), Outside(desk)
    desk.app.switchboard.go_live(desk.app.actions._shop().lease)
    held = desk.execute(move)
    assert (held.state, held.sentence) == ("queued", "In the outbox")
    (row,) = desk.executions(move)
    assert (row["not_before"] - row["queued_at"]).total_seconds() == pytest.approx(30, abs=1)
    assert desk.app.actions.run_due().run == 0
    recalled = desk.app.actions.undo_execution(held.execution_id)
    assert (recalled.state, desk.status(move)) == ("cancelled", "pending")
    let_go(desk)
    assert channel.performed == 0
    assert desk.app.actions.undo_execution(held.execution_id).state == "cancelled"


def test_quiet_hours_hold_outside_mail_until_they_end(make_desk: MakeDesk) -> None:
    desk = make_desk(quiet="00:00-23:59")
    Outside(desk)
    desk.app.switchboard.go_live(desk.app.actions._shop().lease)
    move = desk.mail()
    desk.execute(move)
    let_go(desk)
    (row,) = desk.executions(move)
    assert row["state"] == "queued"
    assert row["blocked_reason"] == "Quiet hours until 23:59."
    assert (row["not_before"].hour, row["not_before"].minute) == (23, 59)


def test_a_definite_no_fails_and_a_person_may_try_again(desk: Desk) -> None:
    move = desk.mail()
    box = desk.app.config.paths.maildir
    box.parent.mkdir(parents=True, exist_ok=True)
    plan = desk.plan(move)
    box.mkdir()
    (box / ".Outbox").write_text("in the way")
    with pytest.raises(Refused, match="cannot be written"):
        desk.app.actions.execute_plan(plan.id)
    assert desk.status(move) == "failed"
    (box / ".Outbox").unlink()
    assert desk.execute(move).state == "succeeded"
    assert desk.status(move) == "executed"


def test_a_temporary_no_is_tried_again_a_few_times(desk: Desk) -> None:
    move, channel = desk.mail(), Outside(desk)
    desk.app.switchboard.go_live(desk.app.actions._shop().lease)
    channel.answers = [NotDone("421 later", temporary=True)] * 9
    desk.execute(move)
    waits: list[float] = []
    while desk.executions(move)[0]["state"] == "queued":
        let_go(desk)
        (row,) = desk.executions(move)
        if row["state"] == "queued":
            waits.append((row["not_before"] - row["dispatched_at"]).total_seconds())
    assert [round(wait) for wait in waits] == [60, 120, 240, 480]
    assert channel.performed == 5
    assert desk.status(move) == "failed"


def test_doubt_is_unknown_and_never_tried_again_by_itself(desk: Desk) -> None:
    move, channel = desk.mail(), Outside(desk)
    desk.app.switchboard.go_live(desk.app.actions._shop().lease)
    channel.answers = [Uncertain("the connection broke after the last dot")]
    desk.execute(move)
    let_go(desk)
    assert desk.status(move) == "unknown"
    assert desk.app.actions.reconcile() == {"looked_up": 1, "found": 0}
    (row,) = desk.executions(move)
    assert row["error"] == "the connection broke after the last dot"
    assert row["reconcile_attempts"] == 1
    let_go(desk)
    assert channel.performed == 1
    with pytest.raises(WrongStatus, match="is unknown"):
        desk.execute(move)


def test_recipients_that_were_refused_are_on_the_receipt(desk: Desk) -> None:
    move, channel = desk.mail(), Outside(desk)
    desk.app.switchboard.go_live(desk.app.actions._shop().lease)
    channel.answers = [Receipt("250", "digest", None, refused=("dana@theirs.example",))]
    desk.execute(move)
    let_go(desk)
    (row,) = desk.executions(move)
    assert (row["state"], row["result"]["refused"]) == ("partial", ["dana@theirs.example"])
    assert desk.status(move) == "executed"


@pytest.mark.parametrize("point", ["claimed", "preflight"])
def test_a_worker_that_stopped_before_the_mark_is_replaced(desk: Desk, point: str) -> None:
    move = desk.mail()
    crash_at(desk, point)
    with pytest.raises(Crash):
        desk.execute(move)
    desk.app.actions.probe = lambda _point: None
    assert desk.app.actions.run_due().run == 0
    desk.change("UPDATE executions SET lease_until = now() WHERE state = 'claimed'")
    report = desk.app.actions.run_due()
    assert (report.retried, report.run) == (1, 1)
    assert desk.executions(move)[0]["attempt"] == 2
    assert len(desk.letter_files()) == 1


def test_a_worker_whose_lease_ended_does_not_act(desk: Desk) -> None:
    """It sleeps past its lease before the mark; another has taken over meanwhile."""
    move = desk.mail()

    def sleep(point: str) -> None:
        if point == "preflight" and not desk.letter_files():
            desk.change("UPDATE executions SET lease_until = now() WHERE state = 'claimed'")
            other = desk.open()
            assert other.actions.run_due().run == 1
            other.close()

    desk.app.actions.probe = sleep
    assert desk.execute(move).state == "succeeded"
    assert len(desk.letter_files()) == 1
    assert desk.executions(move)[0]["attempt"] == 2


def test_a_slow_worker_that_saw_the_effect_is_believed(desk: Desk) -> None:
    """It sleeps past its lease after the effect: UNKNOWN meanwhile, and a success in the end."""
    move = desk.mail()

    def sleep(point: str) -> None:
        if point == "done":
            desk.change("UPDATE executions SET lease_until = now() WHERE state = 'dispatching'")
            other = desk.open()
            assert other.actions.run_due().unknown == 1
            other.close()

    desk.app.actions.probe = sleep
    assert desk.execute(move).state == "succeeded"
    assert desk.status(move) == "executed"
    assert desk.receipts(move)[-1] == ("execute", "unknown", "succeeded")


def test_evidence_that_comes_too_late_is_written_down(desk: Desk) -> None:
    move, channel = desk.mail(), Outside(desk)
    desk.app.switchboard.go_live(desk.app.actions._shop().lease)

    def abandoned(point: str) -> None:
        if point == "done":
            desk.change("UPDATE executions SET lease_until = now() WHERE state = 'dispatching'")
            desk.app.actions.run_due()
            desk.app.actions.answer_unknown(move, "abandon")

    desk.execute(move)
    desk.app.actions.probe = abandoned
    let_go(desk)
    assert channel.performed == 1
    assert desk.status(move) == "failed"
    last = desk.rows("SELECT reason, result FROM audit_log ORDER BY seq DESC LIMIT 1")[0]
    assert last["result"] == "digest"
    assert last["reason"].startswith("it was done after all")


def test_the_chain_holds_after_all_that(desk: Desk) -> None:
    desk.execute(desk.mail())
    desk.execute(desk.task())
    assert desk.app.actions.audit_verify().intact
