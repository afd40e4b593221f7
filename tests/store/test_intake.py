"""Where ingestion keeps things; what it means is tested with the pipeline."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseyos.domain.ports.intake import AccountRow, ProductRow, Rejected, signal_row
from caseyos.errors import Overtaken
from caseyos.store.intake import STAGE_FROM, name_key
from tests.store.conftest import Insert, Unit


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Acme Corp.", "acmecorp"),
        ("  ACME-corp ", "acmecorp"),
        ("Straße GmbH", "strassegmbh"),
        ("日本 電気", "日本電気"),
        ("???", "???"),
        ("a_b", "ab"),
    ],
)
def test_how_names_are_compared(name: str, key: str) -> None:
    assert name_key(name) == key


@given(st.text(min_size=1))
def test_a_name_is_its_own_in_any_case(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


def test_a_company_is_filled_in_and_never_emptied(unit: Unit) -> None:
    with unit() as uow:
        uow.intake.upsert_accounts([AccountRow("Acme", sector="retail", employees=5)], "t")
    with unit() as uow:
        row = AccountRow("ACME", country="PT", employees=9, renewal_date=date(2026, 12, 20))
        uow.intake.upsert_accounts([row, row], "t")
        kept = uow.connection.execute(
            "SELECT name, sector, country, employees, renewal_date FROM accounts"
        ).fetchall()
    assert kept == [
        {
            "name": "Acme",
            "sector": "retail",
            "country": "PT",
            "employees": 9,
            "renewal_date": date(2026, 12, 20),
        }
    ]


def test_a_price_stays_when_nobody_names_another(unit: Unit) -> None:
    with unit() as uow:
        uow.intake.upsert_products([ProductRow("GTX", 550.0)], "t")
        uow.intake.upsert_products([ProductRow("gtx", None)], "t")
        rows = uow.connection.execute("SELECT name, list_price::int AS p FROM products").fetchall()
    assert rows == [{"name": "gtx", "p": 550}]


def test_the_cursor_moves_only_from_where_it_was_read(unit: Unit) -> None:
    with unit() as uow:
        assert uow.intake.cursor("imap:work") == ({}, 0)
        uow.intake.advance("imap:work", "imap", seen=3, cursor={"uid": 7, "a": 1}, version=None)
    with unit() as uow:
        cursor, version = uow.intake.cursor("imap:work")
        assert (cursor, version) == ({"uid": 7, "a": 1}, 1)
        uow.intake.advance("imap:work", "imap", seen=1, cursor={"uid": 9}, version=version)
    with pytest.raises(Overtaken, match="Another process is reading imap:work"), unit() as uow:
        uow.intake.advance("imap:work", "imap", seen=1, cursor={"uid": 8}, version=version)
    with unit() as uow:
        assert uow.intake.cursor("imap:work") == ({"uid": 9, "a": 1}, 2)


def test_a_source_never_asked_is_asked_by_one(unit: Unit) -> None:
    with unit() as uow:
        uow.intake.fail("imap:work", "imap", "the network was down")
        assert uow.intake.cursor("imap:work") == ({}, 0)
        assert uow.intake.advance("imap:work", "imap", seen=0, cursor={}, version=0) == 1
    with pytest.raises(Overtaken), unit() as uow:
        uow.intake.advance("imap:work", "imap", seen=0, cursor={}, version=0)


def test_who_was_asked_within_the_interval(unit: Unit) -> None:
    with unit() as uow:
        uow.intake.advance("imap:asked", "imap", seen=0, cursor={}, version=None)
        uow.intake.fail("imap:failed", "imap", "no")
        uow.intake.advance("imap:other", "imap", seen=0, cursor={}, version=None)
        every = {f"imap:{name}": timedelta(minutes=2) for name in ("asked", "failed", "new")}
        assert uow.intake.tried_within(every) == {"imap:asked", "imap:failed"}
        assert uow.intake.tried_within({"imap:asked": timedelta(0)}) == set()
        assert uow.intake.tried_within({}) == set()


def test_a_failure_leaves_the_cursor_and_is_forgotten_with_success(unit: Unit) -> None:
    with unit() as uow:
        uow.intake.advance("imap:work", "imap", seen=3, cursor={"uid": 7}, version=None)
        uow.intake.fail("imap:work", "imap", "it broke")
        uow.intake.fail("new", "imap", "it never worked")
    with unit() as uow:
        work, new = uow.intake.health()
        assert (work.last_error, work.items_seen) == ("it broke", 3)
        assert work.lag is not None and work.lag >= 0
        assert (new.last_error, new.lag, new.last_success_at) == ("it never worked", None, None)
        assert uow.intake.cursor("imap:work")[0] == {"uid": 7}
        uow.intake.advance("imap:work", "imap", seen=0, cursor={}, version=None)
        assert uow.intake.health()[0].last_error is None


def test_quarantine_keeps_bytes_and_lets_go(unit: Unit) -> None:
    raw = bytes(range(256))
    twice = [Rejected("k", raw, "f:1", "one"), Rejected("k", raw, "f:1", "two")]
    with unit() as uow:
        uow.intake.quarantine("t", twice)
        uow.intake.quarantine("t", [])
        (entry,) = uow.intake.quarantined()
        assert (entry["reason"], entry["size"], entry["attempts"]) == ("two", 256, 1)
        (full,) = uow.intake.quarantined_one(str(entry["id"])[:8])
        assert bytes(full["raw"]) == raw
        uow.intake.resolve(entry["id"])
        assert uow.intake.quarantined() == []
        uow.intake.quarantine("t", twice)
        assert uow.intake.quarantined()[0]["attempts"] == 2


def test_nothing_is_asked_for_nothing(unit: Unit) -> None:
    with unit() as uow:
        assert uow.intake.add_signals([]) == 0
        assert uow.intake.add_messages([]) == set()
        assert uow.intake.promote_replies([]) == []
        assert uow.intake.sent_among([]) == set()


def hostile_signals(count: int) -> list[dict[str, Any]]:
    texts = ("plain", 'tab\t back\\slash \\N "quoted"', "line\nbreak\r{a,b}", "\\.", "π — 日本")
    return [
        signal_row(
            source="t",
            signal_type="manual",
            external_id=f"{number}",
            occurred_at=None if number % 3 else datetime(2026, 11, 24, tzinfo=UTC),
            evidence=texts[number % 5],
            data={"said": texts[number % 5], "n": number, "deep": {"list": [texts[number % 5]]}},
            contact="dana@x.example" if number % 2 else None,
        )
        for number in range(count)
    ]


def test_a_large_batch_is_stored_as_a_small_one_is(unit: Unit, insert: Insert) -> None:
    insert("contacts", email="dana@x.example")
    rows, stored = hostile_signals(STAGE_FROM), []
    query = (
        "SELECT source, signal_type, external_id, occurred_at, evidence, data, contact_id"
        " FROM signals ORDER BY external_id"
    )
    for parts in ([rows], [rows[:100], rows[100:200], rows[200:]]):
        with unit() as uow:
            uow.connection.execute("TRUNCATE signals CASCADE")
            assert sum(uow.intake.add_signals(part) for part in parts) == STAGE_FROM
            stored.append(uow.connection.execute(query).fetchall())
    assert stored[0] == stored[1]
    assert len([row for row in stored[0] if row["contact_id"]]) == STAGE_FROM // 2


def test_large_batches_are_stored_once_each(unit: Unit) -> None:
    rows = hostile_signals(STAGE_FROM)
    nameless = [row | {"external_id": None} for row in rows]
    with unit() as uow:
        assert uow.intake.add_signals(rows) == STAGE_FROM
        assert uow.intake.add_signals(rows) == 0
        # Nothing tells two of these apart, so what lay ready must not be stored again.
        assert uow.intake.add_signals(nameless) == STAGE_FROM
        assert uow.intake.add_signals(nameless) == STAGE_FROM
    with unit() as uow:
        assert uow.intake.add_signals(rows[:-1] + nameless[:1]) == 1


def test_a_large_batch_with_what_is_no_json_stores_nothing(unit: Unit) -> None:
    rows = hostile_signals(STAGE_FROM)
    rows[7]["data"]["n"] = float("nan")
    with pytest.raises(ValueError, match="Out of range"), unit() as uow:
        uow.intake.add_signals(rows)
    with unit() as uow:
        assert uow.intake.add_signals(rows[:7]) == 7


def test_a_role_without_temporary_tables_stores_large_batches_too(unit: Unit) -> None:
    with unit() as uow:
        uow.connection.execute("CREATE ROLE plain_writer")
        uow.connection.execute(
            "GRANT ALL ON ALL TABLES IN SCHEMA public TO plain_writer;"
            " GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO plain_writer"
        )
        database = uow.connection.info.dbname
        uow.connection.execute(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
        uow.connection.execute("SET LOCAL ROLE plain_writer")
        assert uow.intake.add_signals(hostile_signals(STAGE_FROM)) == STAGE_FROM
        uow.connection.rollback()
