"""Each outside event becomes exactly one signal, in any order, however often, whoever else does it."""

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest

from caseyos.domain.ports.intake import (
    AccountRow,
    DealRow,
    ImportReport,
    IngestUnits,
    ProductRow,
    Rejected,
    StageWords,
)
from caseyos.domain.text import safe_line, storable
from caseyos.pipeline import ingest
from caseyos.store.database import Database
from caseyos.store.unit_of_work import unit_of_work
from tests.domain.hostile import HOSTILE

NOW = datetime(2026, 11, 24, 14, 12, tzinfo=UTC)
WORDS = StageWords(("Prospecting", "Engaging", "Proposal"), ("Won",), ("Lost",))
SOURCE = "csv:deals"


@pytest.fixture
def units(database: Database) -> IngestUnits:
    return lambda: unit_of_work(database)


def deal(key: str = "D1", **fields: Any) -> DealRow:
    plain = DealRow(
        external_id=key,
        name="Yards",
        account="Northwind",
        stage="Prospecting",
        amount=5_000.0,
        product="GTX",
        owner="Moses",
        engaged_on=date(2026, 11, 1),
        close_on=None,
    )
    return replace(plain, **fields)


def take(units: IngestUnits, rows: Sequence[DealRow | Rejected], **options: Any) -> ImportReport:
    report = ImportReport()
    given: dict[str, Any] = {"source": SOURCE, "words": WORDS, "now": NOW} | options
    ingest.take_deals(units, rows, report=report, **given)
    return report


def rows(database: Database, query: str, *values: Any) -> list[dict[str, Any]]:
    with database.transaction() as connection:
        return connection.execute(query, values).fetchall()


def signals(database: Database) -> dict[str, str]:
    found = rows(database, "SELECT external_id, signal_type FROM signals")
    assert len({row["external_id"] for row in found}) == len(found)
    return {row["external_id"]: row["signal_type"] for row in found}


def count(database: Database, table: str) -> int:
    return int(rows(database, f"SELECT count(*) AS n FROM {table}")[0]["n"])


# -- deals


def test_new_open_deals_are_signals_and_closed_ones_are_not(
    units: IngestUnits, database: Database
) -> None:
    report = take(
        units, [deal("A"), deal("B", stage="Won"), deal("C", stage="Lost"), deal("D", stage="?")]
    )
    assert signals(database) == {"deal:A:created": "deal_created", "deal:D:created": "deal_created"}
    assert report.signals == {"deal_created": 2}
    assert count(database, "deals") == 4
    assert report.counts["in a stage that deals.stages does not list"] == 1


def test_what_a_row_does_not_say_is_kept_and_said(units: IngestUnits, database: Database) -> None:
    report = take(units, [deal("A", account=None, amount=None, engaged_on=None)])
    assert count(database, "deals") == 1
    told = ("without account", "without value", "without engage date")
    assert [report.counts[name] for name in told] == [1, 1, 1]


def test_importing_again_adds_and_changes_nothing(units: IngestUnits, database: Database) -> None:
    given = [deal(str(n), contact_email=f"p{n}@x.example") for n in range(20)]
    take(units, given)
    query = "SELECT id, updated_at FROM deals UNION ALL SELECT id, updated_at FROM accounts"
    before = sorted(rows(database, query), key=str)
    again = take(units, random.Random(7).sample(given, len(given)))
    assert sorted(rows(database, query), key=str) == before
    assert again.signals == {}
    assert count(database, "signals") == 20
    assert count(database, "contacts") == 20


def test_exactly_the_changed_stages_are_signals(units: IngestUnits, database: Database) -> None:
    take(units, [deal(str(n)) for n in range(30)])
    changed = {str(n): stage for n, stage in enumerate(["Engaging", "Won", "Lost", "Proposal"] * 2)}
    report = take(
        units, [deal(str(n), stage=changed.get(str(n), "Prospecting")) for n in range(30)]
    )
    assert report.signals == {"deal_stage_changed": 8}
    found = {key: kind for key, kind in signals(database).items() if kind != "deal_created"}
    assert found == {f"deal:{key}:stage:1": "deal_stage_changed" for key in changed}


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        ("Prospecting", "Proposal", "forward"),
        ("Proposal", "Engaging", "back"),
        ("Proposal", "Won", "won"),
        ("Won", "Lost", "lost"),
        ("Lost", "Prospecting", "back"),
        ("Engaging", "Legal review", "forward"),
        ("Legal review", "Engaging", "forward"),
    ],
)
def test_which_way_a_deal_went(
    units: IngestUnits, database: Database, before: str, after: str, direction: str
) -> None:
    take(units, [deal(stage=before)])
    take(units, [deal(stage=after)])
    query = "SELECT * FROM signals WHERE signal_type = 'deal_stage_changed'"
    (signal,) = rows(database, query)
    assert signal["data"] == {"from": before, "to": after, "direction": direction, "deal": "D1"}
    assert signal["occurred_at"] == NOW
    assert before in signal["evidence"] and after in signal["evidence"]
    assert signal["deal_id"] and signal["account_id"]


def test_a_deal_that_moves_on_and_on(units: IngestUnits, database: Database) -> None:
    stages = ["Prospecting", "Engaging", "Prospecting", "Engaging", "Proposal", "Won"]
    for stage in stages:
        take(units, [deal(stage=stage)])
        take(units, [deal(stage=stage)])
    assert set(signals(database)) == {
        "deal:D1:created",
        *(f"deal:D1:stage:{n}" for n in range(1, 6)),
    }


def test_a_change_is_seen_though_older_ones_were_forgotten(
    units: IngestUnits, database: Database
) -> None:
    """Retention drops old signals; the number of a new one must not be that of one that is left."""
    for stage in ("Prospecting", "Engaging", "Proposal", "Engaging"):
        take(units, [deal(stage=stage)])
    with database.transaction() as connection:
        connection.execute("DELETE FROM signals WHERE external_id LIKE '%:stage:1'")
    take(units, [deal(stage="Won")])
    assert "deal:D1:stage:4" in signals(database)


def test_one_id_twice_in_a_file_is_told_and_the_last_row_counts(
    units: IngestUnits, database: Database
) -> None:
    report = take(units, [deal(stage="Engaging"), deal(stage="Proposal")])
    assert "D1" in report.notes[0]
    assert rows(database, "SELECT stage FROM deals") == [{"stage": "Proposal"}]
    assert count(database, "signals") == 1


def test_a_later_file_fills_in_but_never_empties(units: IngestUnits, database: Database) -> None:
    take(units, [deal(amount=None, account=None)])
    take(units, [deal(amount=9_000.0)])
    take(units, [deal(amount=None, account=None, owner=None)])
    (row,) = rows(database, "SELECT amount, owner, account_id FROM deals")
    assert (float(row["amount"]), row["owner"]) == (9_000.0, "Moses")
    assert row["account_id"] is not None


def test_two_sources_keep_their_own_ids(units: IngestUnits, database: Database) -> None:
    take(units, [deal()])
    take(units, [deal(stage="Won")], source="csv:other")
    assert count(database, "deals") == 2
    assert count(database, "signals") == 1


def test_hostile_text_is_stored_as_text(units: IngestUnits, database: Database) -> None:
    texts = [storable(text)[:500] for text in HOSTILE]
    take(units, [deal(str(n), name=text, account=text) for n, text in enumerate(texts)])
    assert count(database, "deals") == 30
    assert {row["name"] for row in rows(database, "SELECT name FROM deals")} == set(texts)
    assert all(
        safe_line(row["evidence"]) == row["evidence"]
        for row in rows(database, "SELECT evidence FROM signals")
    )


def test_what_cannot_be_taken_waits_in_quarantine(units: IngestUnits, database: Database) -> None:
    bad = [Rejected(f"f.csv:{n}", b"raw \x00\xff", f"f.csv:{n}", "no date") for n in range(8)]
    for _ in range(2):
        report = take(units, [deal("A"), *bad, deal("B")])
        assert (report.rows, report.quarantined, len(report.reasons)) == (10, 8, 5)
    kept = rows(database, "SELECT raw, reason, attempts FROM quarantine")
    assert [(bytes(k["raw"]), k["reason"], k["attempts"]) for k in kept] == [
        (b"raw \x00\xff", "no date", 2)
    ] * 8
    assert count(database, "deals") == 2


def test_companies_and_products(units: IngestUnits, database: Database) -> None:
    report = ImportReport()
    bad = Rejected("a.csv:3", b"x", "a.csv:3", "no name")
    for account in (AccountRow("Acme", sector="retail"), AccountRow("ACME.", employees=5)):
        ingest.take_accounts(units, [account, bad], SOURCE, report)
    ingest.take_products(units, [ProductRow("GTX", 550.0), bad], SOURCE, report)
    assert (report.counts["accounts"], report.counts["products"]) == (2, 1)
    (row,) = rows(database, "SELECT name, sector, employees FROM accounts")
    assert row == {"name": "Acme", "sector": "retail", "employees": 5}


# -- the cursor


def failing(database: Database, table: str) -> None:
    with database.transaction() as connection:
        connection.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the disk says no'; END $$"
        )
        connection.execute(
            f"CREATE CONSTRAINT TRIGGER fail AFTER INSERT OR UPDATE ON {table}"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()"
        )


TABLES = ("signals", "source_cursors", "quarantine", "events")


@pytest.mark.parametrize("table", TABLES)
def test_rows_quarantine_and_cursor_are_one_commit(
    units: IngestUnits, database: Database, table: str
) -> None:
    """Whatever fails, at the very end of the commit, leaves nothing of the batch behind."""
    failing(database, table)
    bad = Rejected("f.csv:2", b"raw", "f.csv:2", "no date")
    with pytest.raises(psycopg.errors.RaiseException):
        take(units, [deal(), bad])
    left = [count(database, name) for name in (*TABLES, "deals", "contacts")]
    assert left == [0] * 6


# -- at the same time


def at_once(dsn: str, work: Sequence[Callable[[IngestUnits], object]]) -> None:
    """Run each piece of work in a thread with a database connection of its own, all together."""
    failures: list[BaseException] = []
    start = threading.Barrier(len(work))

    def run(one: Callable[[IngestUnits], object]) -> None:
        own = Database(dsn)
        try:
            start.wait()
            one(lambda: unit_of_work(own))
        except BaseException as error:
            failures.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def shuffled(items: Sequence[Any], seed: int) -> list[Any]:
    return random.Random(seed).sample(items, len(items))


def test_the_same_export_by_four_at_once(dsn: str, database: Database, units: IngestUnits) -> None:
    first = [deal(str(n), contact_email=f"p{n}@x.example", account=f"A{n % 7}") for n in range(150)]
    at_once(dsn, [lambda u, s=s: take(u, shuffled(first, s)) for s in range(4)])
    assert count(database, "deals") == 150
    assert len(signals(database)) == 150
    later = [replace(row, stage="Engaging") if n < 20 else row for n, row in enumerate(first)]
    at_once(dsn, [lambda u, s=s: take(u, shuffled(later, s)) for s in range(4)])
    assert sum(kind == "deal_stage_changed" for kind in signals(database).values()) == 20
