"""The breaker in the way of an execution: what counts, what waits, and what opens it again."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from caseyos.domain.ports.channel import NotDone, Uncertain
from tests.desk import Desk
from tests.played import Outside, let_go

HOUR = timedelta(hours=1)
LATER = NotDone("421 come back later", temporary=True)


@pytest.fixture
def channel(desk: Desk) -> Outside:
    desk.app.switchboard.go_live(HOUR)
    return Outside(desk)


def breaker(desk: Desk) -> str:
    rows = desk.rows("SELECT state FROM breakers WHERE channel = 'smtp'")
    return rows[0]["state"] if rows else "closed"


def shut(desk: Desk, channel: Outside) -> None:
    channel.refusals = [LATER] * 5
    for number in range(5):
        desk.execute(desk.mail(f"Mail {number}", f"p{number}@theirs.example"))
        let_go(desk)
        desk.change("UPDATE executions SET not_before = 'infinity' WHERE state = 'queued'")
    assert breaker(desk) == "open"


def test_failures_in_a_row_shut_the_channel_and_the_rest_waits(
    desk: Desk, channel: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "caseyos.alerts"):
        shut(desk, channel)
    assert "the breaker of smtp opened: 421 come back later" in caplog.text
    move = desk.mail("One more")
    desk.execute(move)
    desk.change("UPDATE executions SET not_before = now() WHERE move_id = %s", move)
    desk.app.actions.run_due()
    (row,) = desk.executions(move)
    assert (row["state"], row["blocked_rule"], channel.performed) == ("queued", "breaker", 0)
    assert row["not_before"] == desk.rows("SELECT retry_at FROM breakers")[0]["retry_at"]
    assert "smtp failed too often: 421" in row["blocked_reason"]


def test_one_probe_opens_it_again_for_all(desk: Desk, channel: Outside) -> None:
    shut(desk, channel)
    desk.change("UPDATE breakers SET retry_at = clock_timestamp()")
    let_go(desk)
    assert breaker(desk) == "closed"
    assert channel.performed == 5


def test_a_probe_that_fails_shuts_it_longer(desk: Desk, channel: Outside) -> None:
    shut(desk, channel)
    desk.change("UPDATE breakers SET retry_at = clock_timestamp()")
    channel.answers = [Uncertain("the connection broke")]
    let_go(desk)
    assert breaker(desk) == "open"
    assert channel.performed == 1
    assert desk.rows("SELECT openings FROM breakers")[0]["openings"] == 2


def test_a_definite_no_is_an_answer(desk: Desk, channel: Outside) -> None:
    for number in range(6):
        desk.execute(desk.mail(f"Mail {number}", f"p{number}@theirs.example"))
        channel.answers = [NotDone("550 no such user")]
        let_go(desk)
    assert breaker(desk) == "closed"


def test_what_fails_before_the_mark_for_good_is_no_sign(desk: Desk, channel: Outside) -> None:
    """A wrong password says nothing about the line, and is not tried again anyway."""
    for number in range(6):
        desk.execute(desk.mail(f"Mail {number}", f"p{number}@theirs.example"))
        channel.refusals = [NotDone("535 wrong password")]
        let_go(desk)
    assert breaker(desk) == "closed"


def test_opening_and_closing_leave_receipts(desk: Desk, channel: Outside) -> None:
    shut(desk, channel)
    desk.change("UPDATE breakers SET retry_at = clock_timestamp()")
    let_go(desk)
    rows = desk.rows("SELECT to_state FROM audit_log WHERE action = 'breaker' ORDER BY seq")
    assert [row["to_state"] for row in rows] == ["open", "closed"]
