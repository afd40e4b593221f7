"""From one plain INSERT of a signal to the scored move in another process's hands.

A daemon runs beside; a second connection listens, and reads the move with its reasoning.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import psycopg

from benchmarks.machine import CASEYOS
from benchmarks.measure import Result, in_turn, main
from benchmarks.world import business

_INSERT = """
INSERT INTO signals (signal_type, source, evidence, data)
VALUES ('manual', 'bench', 'by hand', '{"title": "Call them back"}') RETURNING id
"""
_SEE = """
SELECT m.code, m.priority_score, r.reasoning, r.drivers
FROM action_recommendations r JOIN command_queue_items m ON m.recommendation_id = r.id
WHERE r.signal_id = %s
"""
ALLOWED = 4.0  # milliseconds over the insert itself
Connection = psycopg.Connection[tuple[Any, ...]]


def rows(full: bool) -> Iterator[Result]:
    """200 signals (1,000 with `full`), one at a time."""
    rounds = 1_000 if full else 200
    with business() as (place, _):
        daemon = subprocess.Popen(
            [*CASEYOS, "daemon", "run"], env=place.environ, stdout=subprocess.DEVNULL
        )
        try:
            with (
                psycopg.connect(place.dsn, autocommit=True) as writer,
                psycopg.connect(place.dsn, autocommit=True) as listener,
                psycopg.connect(place.dsn, autocommit=True) as reader,
            ):
                listener.execute("LISTEN caseyos")
                seen = partial(_seen, writer, listener, reader)
                _until_it_answers(seen)
                ours, theirs = in_turn(
                    lambda: seen(limit=30),
                    lambda: _inserted(writer),
                    rounds=rounds,
                )
        finally:
            daemon.terminate()
            daemon.wait()
    row = "insert → scored move visible elsewhere"
    yield Result(row, "one durable insert", ours, theirs)
    over = [one - other for one, other in zip(ours, theirs, strict=True)]
    told = f"{ALLOWED:g} ms"
    yield Result(f"{row}, over the insert", told, over, [ALLOWED] * len(over), 1.0)


def _until_it_answers(seen: Callable[..., float]) -> None:
    for _ in range(60):
        if seen(limit=1) < 1_000:
            return
    raise RuntimeError("the daemon makes no moves")


def _seen(writer: Connection, listener: Connection, reader: Connection, *, limit: float) -> float:
    begun = time.perf_counter()
    found = writer.execute(_INSERT).fetchone()
    signal = found[0] if found else None
    until = begun + limit
    while time.perf_counter() < until:
        for news in listener.notifies(timeout=until - time.perf_counter(), stop_after=1):
            if news.payload == "command_queue_items" and reader.execute(_SEE, [signal]).fetchone():
                return (time.perf_counter() - begun) * 1000
    return limit * 1000


def _inserted(writer: Connection) -> float:
    begun = time.perf_counter()
    # Processed already, so that the daemon has nothing to do about it.
    writer.execute(
        "INSERT INTO signals (signal_type, source, processed) VALUES ('x', 'bench', true)"
    )
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    sys.exit(main(rows))
