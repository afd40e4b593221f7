"""The repositories' reads over libpq: the same records as over psycopg, and the same refusals."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from caseyos.errors import NotReady
from caseyos.store.database import Database
from caseyos.store.libpq import WireError
from caseyos.store.reading import ReadingDatabase

MOVE = UUID("01a21012-ffe3-7000-8000-000000000001")
MOMENT = datetime(2026, 11, 24, 23, 59, 1, 500, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("SELECT 1 AS one, 2::bigint AS two, 3::smallint AS three, 4::oid AS four", {}),
        ("SELECT 'a'::text AS a, 'b'::varchar AS b, 'c'::name AS c, '' AS d", {}),
        ("SELECT true AS yes, false AS no, NULL::bool AS neither", {}),
        ("SELECT 1.5::float8 AS f, 2.25::numeric AS n, 'NaN'::float8 > 1 AS nan", {}),
        ("SELECT '{\"a\": [1, 2.5, null, \"ü\"]}'::jsonb AS j, '[]'::json AS k", {}),
        ("SELECT %(at)s::timestamptz AS at, %(id)s::uuid AS id", {"at": MOMENT, "id": MOVE}),
        # One parameter as two types, which the server can only tell when it knows the first.
        ("SELECT 'move:' || %(id)s::text AS t WHERE %(id)s = %(id)s", {"id": MOVE}),
        ("SELECT %(id)s = ANY (%(ids)s::uuid[]) AS there", {"id": MOVE, "ids": [MOVE]}),
        ("SELECT unnest(%(words)s::text[]) AS word", {"words": ['a"b', "c\\d", "e,f", "{}"]}),
        ("SELECT %(n)s::int8 + 1 AS n, %(f)s::float8 AS f", {"n": 41, "f": 0.1}),
        ("SELECT 1 AS none WHERE false", {}),
        ("SELECT 5 %% 3 AS rest", {"unused": 1}),
    ],
)
def test_rows_are_what_psycopg_makes_of_them(
    dsn: str, query: str, values: dict[str, object]
) -> None:
    light, heavy = ReadingDatabase(dsn), Database(dsn)
    with light.transaction() as one, heavy.transaction() as other:
        ours = one.execute(query, values).fetchall()  # type: ignore[arg-type]
        theirs = other.execute(query, values).fetchall()  # type: ignore[arg-type]
    assert ours == theirs
    assert [list(map(type, row.values())) for row in ours] == [
        list(map(type, row.values())) for row in theirs
    ]
    light.close()
    heavy.close()


def test_a_type_that_is_not_read_here_is_refused(dsn: str) -> None:
    database = ReadingDatabase(dsn)
    with (
        pytest.raises(TypeError, match="1186"),
        database.transaction() as connection,
    ):
        connection.execute("SELECT interval '1 day' AS i")
    database.close()


def test_numbers_keep_their_digits(dsn: str) -> None:
    database = ReadingDatabase(dsn)
    with database.transaction() as connection:
        row = connection.execute("SELECT 0.1::numeric AS n").fetchone()
    assert row == {"n": Decimal("0.1")}
    database.close()


def test_a_lost_connection_is_made_anew_and_a_lost_server_is_said(dsn: str) -> None:
    database = ReadingDatabase(dsn)
    with database.transaction() as connection:
        row = connection.execute("SELECT pg_backend_pid() AS pid").fetchone()
    assert row is not None
    other = Database(dsn)
    with other.transaction() as killer:
        killer.execute("SELECT pg_terminate_backend(%(pid)s, 5000)", row)
    other.close()
    with database.transaction() as connection:
        assert connection.execute("SELECT 1 AS one").fetchone() == {"one": 1}
    with pytest.raises(NotReady, match="does not answer"), database.transaction() as connection:
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(WireError, match="no_such"), database.transaction() as connection:
        connection.execute("SELECT * FROM no_such")
    database.close()
    nowhere = ReadingDatabase("host=/nonexistent dbname=x", name="the embedded database")
    with (
        pytest.raises(NotReady, match="The embedded database does not answer"),
        nowhere.transaction(),
    ):
        pass
