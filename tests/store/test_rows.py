"""Rows as one JSON parameter: what goes in comes out, what cannot go is refused."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseyos.domain.model import Driver
from caseyos.domain.text import storable
from caseyos.store.database import Database
from caseyos.store.rows import as_json, batch, own_batch

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(st.dictionaries(texts, values, max_size=4), max_size=4))
def test_round_trip(database: Database, rows: list[dict[str, Any]]) -> None:
    with database.transaction() as connection:
        row = connection.execute("SELECT %s::jsonb AS back", [batch(rows)]).fetchone()
    assert row == {"back": rows}


def test_times_ids_and_money(database: Database) -> None:
    at = datetime(2026, 11, 24, 14, 12, tzinfo=UTC)
    row = {"at": at, "day": date(2026, 11, 24), "id": UUID(int=1), "money": Decimal("10.5")}
    query = "SELECT * FROM jsonb_to_recordset(%s) AS x (at timestamptz, day date, id uuid, money numeric)"
    with database.transaction() as connection:
        back = connection.execute(query, [batch([row])]).fetchone()
    assert back == row


def test_a_number_beyond_a_float_is_read_all_the_same(database: Database) -> None:
    with database.transaction() as connection:
        figure = "1" + "0" * 400 + ".5"
        row = connection.execute(f"SELECT '{{\"a\": {figure}}}'::jsonb AS back").fetchone()
    assert row == {"back": {"a": float("inf")}}


def test_our_own_rows_hold_records(database: Database) -> None:
    rows = [{"drivers": (Driver("effort", 1.5, 15.0, "about 15 min", ("line",)),)}]
    with database.transaction() as connection:
        row = connection.execute(
            "SELECT %s::jsonb -> 0 -> 'drivers' -> 0 AS back", [own_batch(rows)]
        )
        back = row.fetchone()
    assert back == {"back": asdict(rows[0]["drivers"][0]) | {"evidence": ["line"]}}


@pytest.mark.parametrize(
    "value", [float("nan"), Decimal("NaN"), float("inf"), {"x": -float("inf")}]
)
def test_what_is_no_json_is_refused(database: Database, value: Any) -> None:
    with pytest.raises(ValueError, match="Out of range"), database.transaction() as connection:
        connection.execute("SELECT %s::jsonb", [as_json(value)])


def test_an_unknown_kind_is_refused(database: Database) -> None:
    with pytest.raises(TypeError, match="bytes cannot go into a batch"):
        with database.transaction() as connection:
            connection.execute("SELECT %s::jsonb", [batch([{"raw": b"x"}])])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(st.characters(exclude_categories=())))
def test_storable_text_goes_into_jsonb(database: Database, text: str) -> None:
    with database.transaction() as connection:
        row = connection.execute("SELECT %s::jsonb ->> 0 AS back", [as_json([storable(text)])])
        assert row.fetchone() == {"back": storable(text)}
