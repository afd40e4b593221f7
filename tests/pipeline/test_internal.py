"""What nobody sends: each situation is one signal for as long as it lasts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from caseyos.app.generation import new_id
from caseyos.domain.business_time import BusinessCalendar
from caseyos.domain.ports.intake import IngestUnits
from caseyos.pipeline.internal import SilenceRule, observe
from caseyos.store.database import Database
from caseyos.store.unit_of_work import unit_of_work

NOW = datetime(2026, 11, 24, 14, 12, tzinfo=UTC)  # a Tuesday
TODAY = NOW.date()
DAY = timedelta(days=1)
RULE = SilenceRule(first_stage=5, later=10, calendar=BusinessCalendar(), zone=UTC)


@pytest.fixture
def units(database: Database) -> IngestUnits:
    return lambda: unit_of_work(database)


def do(database: Database, statement: str, *values: Any) -> list[dict[str, Any]]:
    with database.transaction() as connection:
        done = connection.execute(statement, values)
        return done.fetchall() if done.description else []


def deal(database: Database, last: date | None, order: int | None = 2, kind: str = "open") -> UUID:
    (row,) = do(
        database,
        "INSERT INTO deals (source, external_id, name, stage, stage_kind, stage_order,"
        " last_activity_on) VALUES ('t', %s, 'Yards', 's', %s, %s, %s) RETURNING id",
        str(new_id()),
        kind,
        order,
        last,
    )
    return UUID(str(row["id"]))


def signals(database: Database) -> list[dict[str, Any]]:
    return do(database, "SELECT * FROM signals ORDER BY signal_type, created_at, id")


# Ten business days before 24 November 2026 is the 10th, five are the 17th.
@pytest.mark.parametrize(
    ("last", "order", "silent"),
    [
        (date(2026, 11, 10), 2, 10),
        (date(2026, 11, 11), 2, None),
        (date(2026, 11, 17), 0, 5),
        (date(2026, 11, 18), 0, None),
        (date(2026, 11, 17), 1, None),
        (date(2026, 11, 10), None, 10),
        (date(2016, 10, 20), 2, 2_633),
        (TODAY, 0, None),
        (TODAY + DAY, 0, None),
        (None, 0, None),
    ],
)
def test_when_silence_is_too_long(
    units: IngestUnits, database: Database, last: date | None, order: int | None, silent: int | None
) -> None:
    about = deal(database, last, order)
    assert observe(units, RULE, NOW) == (silent is not None)
    if silent is None:
        return
    (signal,) = signals(database)
    assert last is not None
    assert (signal["signal_type"], signal["deal_id"]) == ("deal_silent", about)
    assert signal["data"]["silent_days"] == silent
    assert signal["data"]["since"] == last.isoformat()
    assert signal["occurred_at"] == NOW
    assert last.isoformat() in signal["evidence"]


def test_it_is_due_the_day_the_silence_became_too_long(
    units: IngestUnits, database: Database
) -> None:
    deal(database, date(2026, 11, 2))
    lisbon = SilenceRule(5, 10, BusinessCalendar(), ZoneInfo("America/New_York"))
    observe(units, lisbon, NOW)
    assert signals(database)[0]["data"]["due"] == "2026-11-16T22:00:00+00:00"  # 17:00 there


@pytest.mark.parametrize("kind", ["won", "lost"])
def test_a_closed_deal_may_be_silent(units: IngestUnits, database: Database, kind: str) -> None:
    deal(database, date(2026, 1, 1), kind=kind)
    assert observe(units, RULE, NOW) == 0


def test_holidays_are_no_silence(units: IngestUnits, database: Database) -> None:
    deal(database, date(2026, 11, 10))
    free = BusinessCalendar(holidays=frozenset({date(2026, 11, 20)}))
    assert observe(units, SilenceRule(5, 10, free, UTC), NOW) == 0
    assert observe(units, SilenceRule(5, 10, free, UTC), NOW + DAY) == 1


def test_one_silence_is_one_signal_and_the_next_one_another(
    units: IngestUnits, database: Database
) -> None:
    about = deal(database, date(2026, 11, 2))
    for day in range(4):
        observe(units, RULE, NOW + day * DAY)
    assert len(signals(database)) == 1
    do(database, "UPDATE deals SET last_activity_on = '2026-11-24' WHERE id = %s", about)
    assert observe(units, RULE, NOW + 5 * DAY) == 0
    assert observe(units, RULE, NOW + 20 * DAY) == 1
    assert len({signal["external_id"] for signal in signals(database)}) == 2


def account(database: Database, renewal: date | None, contact_days: int | None = None) -> UUID:
    (row,) = do(
        database,
        "INSERT INTO accounts (name, name_key, renewal_date, last_contact_at)"
        " VALUES ('Northwind', %s, %s, %s) RETURNING id",
        str(new_id()),
        renewal,
        None if contact_days is None else NOW - contact_days * DAY,
    )
    return UUID(str(row["id"]))


@pytest.mark.parametrize(
    ("renewal", "contact", "kinds"),
    [
        (0, 0, ["renewal_due"]),
        (45, 13, ["renewal_due"]),
        (45, 14, ["account_at_risk", "renewal_due"]),
        (45, None, ["account_at_risk", "renewal_due"]),
        (46, None, []),
        (-1, None, []),
        (None, None, []),
    ],
)
def test_renewals_and_accounts_at_risk(
    units: IngestUnits,
    database: Database,
    renewal: int | None,
    contact: int | None,
    kinds: list[str],
) -> None:
    about = account(database, None if renewal is None else TODAY + renewal * DAY, contact)
    for turn in range(3):
        assert observe(units, RULE, NOW + turn * timedelta(hours=1)) == (0 if turn else len(kinds))
    found = signals(database)
    assert [signal["signal_type"] for signal in found] == kinds
    assert all(signal["account_id"] == about for signal in found)
    assert all(signal["data"]["renewal_date"] for signal in found)


@pytest.mark.parametrize("column", ["last_contacted_at", "last_replied_at"])
def test_a_word_with_anybody_there_is_contact(
    units: IngestUnits, database: Database, column: str
) -> None:
    about = account(database, TODAY + 30 * DAY, 60)
    do(
        database,
        f"INSERT INTO contacts (email, account_id, {column}) VALUES ('d@x.example', %s, %s)",
        about,
        NOW - 3 * DAY,
    )
    observe(units, RULE, NOW)
    assert [signal["signal_type"] for signal in signals(database)] == ["renewal_due"]


def move(database: Database, status: str, **fields: Any) -> UUID:
    given = {"status": status, "action_type": "send_email", "title": "T"} | fields
    columns, places = ", ".join(given), ", ".join(["%s"] * len(given))
    query = f"INSERT INTO command_queue_items ({columns}) VALUES ({places}) RETURNING id"
    (row,) = do(database, query, *given.values())
    return UUID(str(row["id"]))


OLD = NOW - timedelta(hours=49)


@pytest.mark.parametrize(
    ("status", "fields", "stale"),
    [
        ("accepted", {"accepted_at": OLD}, True),
        ("accepted", {"accepted_at": NOW - timedelta(hours=47)}, False),
        ("pending", {"draft": '{"body": "x"}', "decided_at": OLD}, True),
        ("pending", {"decided_at": OLD}, False),
        ("executed", {"accepted_at": OLD}, False),
        ("accepted", {"accepted_at": OLD, "action_type": "create_task"}, False),
    ],
)
def test_drafts_that_lie_unsent_for_two_days(
    units: IngestUnits, database: Database, status: str, fields: dict[str, Any], stale: bool
) -> None:
    about = move(database, status, **fields)
    for turn in range(2):
        assert observe(units, RULE, NOW + turn * DAY / 24) == (stale and not turn)
    if stale:
        (signal,) = signals(database)
        assert signal["signal_type"] == "draft_stale"
        assert signal["data"]["draft_id"] == str(about)


def test_a_batch_that_lies_untouched_for_a_day(units: IngestUnits, database: Database) -> None:
    batch = new_id()
    times = [NOW - timedelta(hours=30)] * 3
    for number, at in enumerate(times):
        about = move(
            database,
            "accepted" if number else "executed",
            batch_id=batch,
            accepted_at=at,
            action_type="create_task",
        )
        do(
            database,
            "INSERT INTO decisions (move_id, batch_id, kind, actor) VALUES (%s, %s, 'accept', 'c')",
            about,
            batch,
        )
    assert observe(units, RULE, NOW - timedelta(hours=7)) == 0
    assert observe(units, RULE, NOW) == 1
    assert observe(units, RULE, NOW + DAY) == 0
    (signal,) = signals(database)
    assert signal["signal_type"] == "bulk_stalled"
    assert (signal["data"]["untouched"], signal["data"]["size"]) == (2, 3)
    assert signal["data"]["batch_id"] == str(batch)


def test_health_and_telemetry_go_with_it(units: IngestUnits, database: Database) -> None:
    deal(database, date(2026, 11, 2))
    observe(units, RULE, NOW)
    (health,) = do(database, "SELECT source, kind, items_seen, last_error FROM source_cursors")
    assert health == {"source": "internal", "kind": "internal", "items_seen": 1, "last_error": None}
    (event,) = do(database, "SELECT name, data FROM events")
    assert event == {"name": "signal_received", "data": {"source": "internal", "count": 1}}
