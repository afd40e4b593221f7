"""Signal to scored recommendation to move, 1,000 at a time: beside the same work all in SQL.

Both take batches in turn from one pile of signals of mixed types, with the shipped plays, into the
same tables; ours writes its telemetry lines to a log as the daemon does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Result, main
from benchmarks.world import business, signals
from caseyos.app import App
from caseyos.log import configure_logging
from caseyos.pipeline.recommend import BATCH, GenerationReport, process_batch
from caseyos.store.sql import named_sql

STATEMENT = (
    Path(__file__)
    .with_name("all_in_sql.sql")
    .read_text()
    .replace("{facts}", named_sql("recommend")["unprocessed"])
)
# Figures are rounded one by one there, and by largest remainder here.
NEAR = 0.3


def rows(full: bool) -> Iterator[Result]:
    """100,000 signals (50,000 without `full`), a batch each in turn."""
    count = 100_000 if full else 50_000
    with business() as (place, app):
        configure_logging(Path(place.environ["HOME"], "log", "caseyos.jsonl"))
        fill_signals(app, count)
        _compare(app)
        pairs = [(_ours(app), _in_sql(app)) for _ in range(count // BATCH // 2 - 1)]
    ours, theirs = zip(*pairs, strict=True)
    told = "the same work all in SQL, one statement a batch"
    row = "signal → scored recommendation → move, batches of 1,000"
    yield Result(row, told, ours, theirs, 0.6, at_least=True, unit="signals/s")


def fill_signals(app: App, count: int, *, first: int = 0) -> None:
    """Store signals that nobody has processed."""
    given = signals(count, first=first)
    for start in range(0, count, 5_000):
        with app.unit_of_work() as unit:
            unit.intake.add_signals(given[start : start + 5_000])
    with app.database.connect() as connection:
        connection.autocommit = True
        connection.execute("VACUUM (ANALYZE) signals")


def _ours(app: App) -> float:
    begun = time.perf_counter()
    with app.unit_of_work() as unit:
        _, settled = process_batch(unit, app.generation.book, app.clock.now(), GenerationReport())
    return settled / (time.perf_counter() - begun)


def _in_sql(app: App) -> float:
    begun = time.perf_counter()
    with app.unit_of_work() as unit:
        unit.connection.execute("SET LOCAL enable_incremental_sort = off")
        row = unit.connection.execute(
            STATEMENT, {"limit": BATCH, "now": app.clock.now()}
        ).fetchone()
    return (row["settled"] if row else 0) / (time.perf_counter() - begun)


def _compare(app: App) -> None:
    """The first batch by both, one rolled back: as many moves, with the same scores."""
    found = []
    for by_sql in (True, False):
        now = app.clock.now()
        with app.unit_of_work() as unit:
            if by_sql:
                unit.connection.execute(STATEMENT, {"limit": BATCH, "now": now})
            else:
                process_batch(unit, app.generation.book, now, GenerationReport())
            scores = unit.connection.execute(
                "SELECT dedupe_key, title, priority_score::float8 AS aps FROM command_queue_items"
            ).fetchall()
            found.append({row["dedupe_key"]: (row["title"], row["aps"]) for row in scores})
            unit.connection.rollback()
    for key in found[0].keys() | found[1].keys():
        (one, score), (other, beside) = found[0][key], found[1][key]
        if one != other or abs(score - beside) > NEAR:
            raise RuntimeError(f"{key}: {one!r} {score} is not {other!r} {beside}")


if __name__ == "__main__":
    sys.exit(main(rows))
