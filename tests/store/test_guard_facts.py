"""What the guardrails ask of the database: bounded by the limits, whatever was done in a week."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from caseyos.domain.guardrails import Limit
from caseyos.store.sql import named_sql
from tests.store.conftest import Insert, Unit

LIMIT = Limit(None, 20, 2, 5, timedelta(seconds=90), 5)
VALUES: dict[str, Any] = {
    "id": None,
    "action_type": "send_email",
    "recipient": "p7@d7.example",
    "domain": "d7.example",
    "account_id": None,
    "channel": "smtp",
    "warm_up": 5,
    "per_hour": 0,
    "per_day": 20,
    "per_recipient": 2,
    "per_domain": 5,
}


def facts(unit: Unit, **asked: Any) -> dict[str, Any]:
    given = {"action_type": "send_email", "recipient": "dana@x.example", "account_id": None}
    with unit() as uow:
        return dict(uow.executions.guard_facts(**(given | {"channel": "smtp"} | asked)))


@pytest.fixture
def sent(insert: Insert, unit: Unit) -> Any:
    def make(ago: str, to: str = "dana@x.example", **fields: Any) -> Any:
        made = insert(
            "executions",
            **(
                {"action_type": "send_email", "state": "succeeded", "channel": "smtp"}
                | {"recipient": to, "recipient_domain": to.rpartition("@")[2]}
                | fields
            ),
        )
        with unit() as uow:
            uow.connection.execute(
                "UPDATE executions SET dispatched_at = clock_timestamp() - %s::interval"
                " WHERE id = %s",
                [ago, made],
            )
        return made

    return make


def test_a_hundred_thousand_executions_of_a_week_are_not_read(unit: Unit) -> None:
    """The plan of the query reads a few rows of each index, and no table from end to end."""
    with unit() as uow:
        uow.connection.execute("SET LOCAL session_replication_role = replica")
        uow.connection.execute(
            "INSERT INTO executions (action_type, channel, state, recipient, recipient_domain,"
            " dispatched_at) SELECT 'send_email', 'smtp', 'succeeded',"
            " 'p' || n % 1000 || '@d' || n % 100 || '.example', 'd' || n % 100 || '.example',"
            " clock_timestamp() - n * interval '6 s' FROM generate_series(1, 100000) n"
        )
    with unit() as uow:
        uow.connection.execute("ANALYZE executions")
        found = uow.connection.execute(
            "EXPLAIN (ANALYZE, FORMAT JSON) " + named_sql("executions")["guard_facts"], VALUES
        ).fetchone()
    assert found is not None
    plan = found["QUERY PLAN"]
    plan = json.loads(plan) if isinstance(plan, str) else plan
    read = {}

    def walk(node: dict[str, Any]) -> None:
        if node.get("Relation Name") == "executions":
            assert node["Node Type"] in ("Index Scan", "Index Only Scan"), node
            rows = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node[
                "Actual Loops"
            ]
            read[node["Index Name"]] = max(read.get(node["Index Name"], 0), rows)
        for child in node.get("Plans", ()):
            walk(child)

    walk(plan[0]["Plan"])
    assert read and max(read.values()) <= 100, read


def test_a_use_is_counted_in_each_window_up_to_the_limit(unit: Unit, sent: Any) -> None:
    sent("10 minutes")
    sent("2 hours")
    sent("2 days")
    sent("8 days")
    sent("1 minute", "ravi@x.example")
    sent("1 minute", action_type="create_draft")
    found = facts(unit)
    assert (found["hour"], found["day"]) == (2, 3)
    assert (found["recipient_week"], found["domain_day"]) == (3, 3)
    bounded = facts(unit, limit=Limit(1, 2, 2, 5, timedelta()))
    assert (bounded["hour"], bounded["day"], bounded["recipient_week"]) == (1, 2, 2)
    # The oldest of the newest two: when that one is a week old, a place is free.
    age = bounded["now"] - bounded["recipient_first"]
    assert round(age.total_seconds() / 3600) == 2


def test_a_new_channel_ramps_up_day_by_day(unit: Unit, sent: Any) -> None:
    ramp = Limit(None, 100, None, None, timedelta(), 5)
    assert facts(unit, limit=ramp)["warm_most"] == 5
    sent("1 hour")
    assert (facts(unit, limit=ramp)["warm_most"], facts(unit, limit=ramp)["warm_day"]) == (5, 1)
    sent("3 days 1 hour", channel="smtp")
    assert facts(unit, limit=ramp)["warm_most"] == 20
    assert facts(unit, limit=ramp, channel="other")["warm_most"] == 5


def test_who_was_written_to_and_who_answered(unit: Unit, sent: Any, insert: Insert) -> None:
    assert facts(unit)["contacted_last"] is None
    own = sent("1 minute")
    assert facts(unit, execution_id=own)["contacted_last"] is None
    sent("1 hour", state="failed")
    sent("2 hours", action_type="create_draft")
    assert facts(unit, execution_id=own)["contacted_last"] is None
    sent("3 hours", action_type="schedule_meeting")
    account = insert("accounts", name="X", name_key="x", country="Japan")
    insert("contacts", email="dana@x.example", account_id=account, timezone="Asia/Seoul")
    found = facts(unit, execution_id=own)
    assert round((found["now"] - found["contacted_last"]).total_seconds() / 3600) == 3
    assert (found["country"], found["timezone"]) == ("Japan", "Asia/Seoul")
    with unit() as uow:
        uow.connection.execute(
            "UPDATE contacts SET last_contacted_at = now() - interval '1 minute',"
            " last_replied_at = now()"
        )
    found = facts(unit, execution_id=own)
    assert found["replied_last"] > found["contacted_last"]


def test_the_breaker_of_the_channel(unit: Unit) -> None:
    assert facts(unit)["breaker"] is None
    with unit() as uow:
        until = uow.breakers.failed("smtp", "421", most=1, wait=timedelta(minutes=1))
    found = facts(unit)
    assert (found["breaker"], found["breaker_until"]) == ("open", until)
    assert found["breaker_reason"] == "421"
    assert facts(unit, channel="other")["breaker"] is None
