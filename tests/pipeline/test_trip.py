"""Automatic stops: engaged by what happened, told, and let go of by a person only."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from caseyos.domain.guardrails import Switch
from tests.desk import Desk
from tests.played import Outside

HOUR = timedelta(hours=1)
SENT = (
    "INSERT INTO executions (action_type, channel, state, recipient, dispatched_at, move_id)"
    " SELECT 'send_email', 'smtp', %s, 'p' || n || '@x.example', now() - %s::interval,"
    " (SELECT id FROM command_queue_items LIMIT 1) FROM generate_series(1, %s) n"
)
OUTCOME = (
    "INSERT INTO outcomes (move_id, execution_id, kind, source, actor)"
    " SELECT move_id, id, %s, 'signal', 'casey' FROM executions WHERE state = 'succeeded'"
    " AND dispatched_at > now() - interval '6 days' LIMIT %s"
)


@pytest.fixture
def outside(desk: Desk) -> Outside:
    desk.mail()
    return Outside(desk)


def stops(desk: Desk) -> tuple[Switch, ...]:
    desk.app.actions.run_due()
    return desk.app.switchboard.stops()


def sent(desk: Desk, count: int, state: str = "succeeded", ago: str = "1 minute") -> None:
    desk.change(SENT, state, ago, count)


def test_bounces_stop_outbound_and_say_so(
    desk: Desk, outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    sent(desk, 20)
    desk.change(OUTCOME, "bounced", 2)
    assert stops(desk) == ()
    desk.change(OUTCOME.replace("LIMIT", "OFFSET 2 LIMIT"), "bounced", 1)
    with caplog.at_level(logging.WARNING, "caseyos.alerts"):
        assert stops(desk) == (Switch("outbound", None, "3 of 20 bounced", automatic=True),)
    assert "outbound is stopped: 3 of 20 bounced; caseyos resume outbound" in caplog.text
    told = [one.what for one in desk.app.operations.activity(who="guardrails")]
    assert told == ["stop outbound"]  # once, however often it is looked at
    stops(desk)
    assert [one.what for one in desk.app.operations.activity(who="guardrails")] == told


def test_only_a_person_lets_go_and_the_same_evidence_does_not_stop_again(
    desk: Desk, outside: Outside
) -> None:
    sent(desk, 20)
    desk.change(OUTCOME, "unsubscribed", 2)
    assert [one.reason for one in stops(desk)] == ["2 of 20 asked to stop"]
    assert [one.level for one in stops(desk)] == ["outbound"]
    assert desk.app.switchboard.resume("outbound") == ("outbound",)
    assert stops(desk) == ()
    sent(desk, 20, ago="0 s")
    desk.change(
        "INSERT INTO outcomes (move_id, execution_id, kind, source, actor) SELECT move_id, id,"
        " 'unsubscribed', 'signal', 'casey' FROM executions ORDER BY dispatched_at DESC LIMIT 2"
    )
    assert [one.level for one in stops(desk)] == ["outbound"]


def test_errors_stop_their_channel_within_the_alerts_window(desk: Desk, outside: Outside) -> None:
    sent(desk, 2)
    sent(desk, 3, state="failed", ago="2 hours")
    assert stops(desk) == ()
    sent(desk, 2, state="unknown")
    sent(desk, 1, state="failed")
    assert stops(desk) == (Switch("smtp", None, "3 of 5 failed", automatic=True),)


def test_what_is_too_old_or_local_stops_nothing(desk: Desk, outside: Outside) -> None:
    sent(desk, 30, ago="8 days")
    desk.change(OUTCOME.replace("6 days", "9 days"), "bounced", 30)
    desk.change(SENT.replace("'smtp'", "'local'"), "failed", "1 minute", 30)
    assert stops(desk) == ()


def test_what_is_stopped_stays_until_the_person_says_so(desk: Desk, outside: Outside) -> None:
    desk.app.switchboard.go_live(HOUR)
    move = desk.mail("Another", "ravi@theirs.example")
    desk.execute(move)
    sent(desk, 20)
    desk.change(OUTCOME, "bounced", 20)
    desk.change("UPDATE executions SET not_before = now() WHERE state = 'queued'")
    desk.app.actions.run_due()
    (row,) = desk.executions(move)
    assert (row["state"], row["blocked_rule"], outside.performed) == ("blocked", "stop", 0)
    assert row["blocked_reason"] == "outbound is stopped: 20 of 20 bounced."
    desk.app.switchboard.resume()
    desk.app.actions.run_due()
    assert outside.performed == 1
