"""The ranked read of Today's Moves, one round trip beside `select 1`, as the queue grows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import psycopg

from benchmarks.machine import fill, home
from benchmarks.measure import Result, in_turn, main, timed
from caseyos.store.sql import named_sql

NEAR, FAR = named_sql("moves")["due_near"], named_sql("moves")["due_far"]
# The worst case: what is due has the lowest scores, so that no look from the top finds it.
ONLY_THE_LOWEST = """
UPDATE command_queue_items
SET due_by = CASE WHEN priority_score < 1 THEN now() - interval '1 hour'
                  ELSE greatest(due_by, now()) + interval '3 days' END
"""


def rows(full: bool) -> Iterator[Result]:
    """10,000 to 1,000,000 moves (10,000,000 with `full`), then only the lowest scores due."""
    sizes = [10_000, 100_000, 1_000_000] + [10_000_000] * full
    with home() as place:
        for size in sizes:
            fill(place.dsn, size)
            with psycopg.connect(place.dsn, autocommit=True) as connection:
                ours, theirs = in_turn(_read(connection), _one(connection), rounds=400)
            row = f"top 10 due within 24 h, {size:,} moves"
            yield Result(row, "`select 1` on the same connection", ours, theirs, 2.5)
            if size == 1_000_000:
                yield _worst(place.dsn)


def _worst(dsn: str) -> Result:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(ONLY_THE_LOWEST)
        connection.execute("VACUUM (ANALYZE) command_queue_items")
        ours, theirs = in_turn(_read(connection), _one(connection), rounds=400)
        # For the next size the queue is as before.
        connection.execute("TRUNCATE command_queue_items CASCADE")
    row = "the same, 1,000,000 moves, only the lowest scores due"
    return Result(row, "`select 1` on the same connection", ours, theirs, 5)


def _read(connection: psycopg.Connection[tuple[object, ...]]) -> Callable[[], float]:
    window = {"horizon": datetime.now(UTC) + timedelta(hours=24), "limit": 10}

    def read() -> None:
        found = connection.execute(NEAR, window, prepare=True).fetchall()
        if len(found) < 10:
            found = connection.execute(FAR, window, prepare=True).fetchall()
        if len(found) < 10:
            raise RuntimeError("fewer than ten moves are due: nothing was measured")

    return timed(read)


def _one(connection: psycopg.Connection[tuple[object, ...]]) -> Callable[[], float]:
    return timed(lambda: connection.execute("select 1", prepare=True).fetchall())


if __name__ == "__main__":
    sys.exit(main(rows))
