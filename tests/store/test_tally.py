"""The exact counts of the queue: whatever is done to the moves, they are what counting would say."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import psycopg
from hypothesis import HealthCheck, given, settings

from caseyos.store import schema

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
HOURS = st.none() | st.integers(-400, 400)
STATUSES = st.sampled_from(["pending", "accepted", "snoozed", "executed", "unknown"])
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["insert", "update", "delete"]),
        STATUSES,
        STATUSES,
        HOURS,
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=12,
)
INSERT = """INSERT INTO command_queue_items (priority_score, action_type, action_context, title, status, owner, due_by)
SELECT 50, 'create_task', '{}', 'x', %(status)s, 'casey', %(due)s FROM generate_series(1, %(n)s)"""
# As the program's own writers do: whoever would wait for a row takes another one.
CHOSEN = """(SELECT id FROM command_queue_items WHERE status = %(status)s LIMIT %(n)s
FOR UPDATE SKIP LOCKED)"""
UPDATE = f"""UPDATE command_queue_items SET status = %(to)s, due_by = %(due)s
WHERE id IN {CHOSEN}"""
DELETE = f"DELETE FROM command_queue_items WHERE id IN {CHOSEN}"
SAID = """SELECT status, due_hour, sum(moves)::bigint FROM queue_tally
GROUP BY 1, 2 HAVING sum(moves) <> 0"""
COUNTED = """SELECT status, CASE WHEN status = 'pending'
THEN date_bin('1 hour', due_by, '2000-01-01 00:00:00+00') END, count(*)
FROM command_queue_items GROUP BY 1, 2"""


def both(connection: psycopg.Connection[Any]) -> tuple[set[Any], set[Any]]:
    return set(connection.execute(SAID)), set(connection.execute(COUNTED))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_any_changes_are_tallied(
    dsn: str, changes: list[tuple[str, str, str, int | None, int]]
) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for kind, status, to, hours, n in changes:
            due = None if hours is None else NOW + timedelta(hours=hours, minutes=7)
            values = {"status": status, "to": to, "due": due, "n": n}
            connection.execute({"insert": INSERT, "update": UPDATE, "delete": DELETE}[kind], values)
            said, counted = both(connection)
            assert said == counted


def test_a_transaction_undone_is_not_tallied(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        values = {"status": "pending", "due": NOW, "n": 5}
        connection.execute(INSERT, values)
        connection.commit()
        connection.execute(INSERT, values)
        assert both(connection)[0] == both(connection)[1]
        connection.rollback()
        assert [row[2] for row in connection.execute(SAID)] == [5]
        connection.execute("TRUNCATE command_queue_items CASCADE")
        assert both(connection) == (set(), set())


def test_many_writers_at_once_and_a_script_that_inserts_one_by_one(dsn: str) -> None:
    def write(number: int) -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            for round_ in range(300):
                due = NOW + timedelta(hours=(number * round_) % 30)
                connection.execute(INSERT, {"status": "pending", "due": due, "n": 1})
                if round_ % 10 == 0:
                    connection.execute(
                        UPDATE, {"status": "pending", "to": "accepted", "due": due, "n": 2}
                    )
                    connection.execute("SELECT caseyos_tally_fold()")

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with psycopg.connect(dsn, autocommit=True) as connection:
        said, counted = both(connection)
        assert said == counted
        connection.execute("SELECT caseyos_tally_fold()")
        rows = connection.execute("SELECT count(*) FROM queue_tally").fetchone()
        assert rows is not None
        assert rows[0] == len(counted)
        for _ in range(5000):
            connection.execute(INSERT, {"status": "pending", "due": NOW, "n": 1})
        rows = connection.execute("SELECT count(*) FROM queue_tally").fetchone()
        assert rows is not None
        assert rows[0] < 5000 + len(counted)
        assert both(connection)[0] == both(connection)[1]


def test_the_migration_tallies_what_is_there(dsn: str) -> None:
    schema.downgrade(dsn, "0001")
    with psycopg.connect(dsn, autocommit=True) as connection:
        for hours, status in ((1, "pending"), (1, "pending"), (9, "pending"), (2, "accepted")):
            values = {"status": status, "due": NOW + timedelta(hours=hours), "n": 3}
            connection.execute(INSERT, values)
    schema.migrate(dsn)
    with psycopg.connect(dsn, autocommit=True) as connection:
        said, counted = both(connection)
        assert said == counted
        assert sum(row[2] for row in said) == 12
