"""Signals in, each outside event once: beside COPY of bytes that somebody rendered beforehand.

The reference resolves nothing, renders nothing and cannot run twice: it is what the disk allows.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from benchmarks.measure import Result, in_turn, main
from benchmarks.world import business, signals
from caseyos.app import App

BATCH = 5_000
_COLUMNS = (
    "(source, signal_type, external_id, occurred_at, evidence, data, deal_id, contact_id,"
    " account_id)"
)
Chunks = Sequence[Sequence[dict[str, Any]]]


def rows(full: bool) -> Iterator[Result]:
    """50,000 signals of mixed types (200,000 with `full`), 5,000 a transaction."""
    count = 200_000 if full else 50_000
    with business() as (_, app):
        given = signals(count)
        chunks = [given[first : first + BATCH] for first in range(0, count, BATCH)]
        for chunk in chunks:
            _take(app, chunk)
        rendered = _rendered(app)
        told = "COPY of pre-rendered bytes, one connection"
        for name, threads, goal in (("one connection", 1, 0.7), ("two threads", 2, 1.1)):
            ours, theirs = in_turn(
                _rate(app, count, partial(_all, app, chunks, threads)),
                _rate(app, count, partial(_copy_all, app, rendered)),
                rounds=5,
            )
            row = f"idempotent ingest, {name}"
            yield Result(row, told, ours, theirs, goal, at_least=True, unit="signals/s")


def _all(app: App, chunks: Chunks, threads: int) -> None:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda chunk: _take(app, chunk), chunks))


def _take(app: App, chunk: Sequence[dict[str, Any]]) -> None:
    with app.unit_of_work() as unit:
        unit.intake.add_signals(chunk)


def _rendered(app: App) -> list[bytes]:
    """The same signals as COPY's text, in parts of as many rows."""
    with app.unit_of_work() as unit:
        query = f"COPY signals {_COLUMNS} TO STDOUT"
        with unit.connection.cursor().copy(query) as copy:
            lines = b"".join(bytes(part) for part in copy).splitlines(keepends=True)
    return [b"".join(lines[first : first + BATCH]) for first in range(0, len(lines), BATCH)]


def _copy_all(app: App, parts: Sequence[bytes]) -> None:
    for part in parts:
        _copy(app, part)


def _copy(app: App, part: bytes) -> None:
    with app.unit_of_work() as unit:
        query = f"COPY signals {_COLUMNS} FROM STDIN"
        with unit.connection.cursor().copy(query) as copy:
            copy.write(part)


def _rate(app: App, count: int, work: Callable[[], object]) -> Callable[[], float]:
    """Signals a second, into an empty table each time."""

    def call() -> float:
        with app.unit_of_work() as unit:
            unit.connection.execute("TRUNCATE signals CASCADE")
        begun = time.perf_counter()
        work()
        return count / (time.perf_counter() - begun)

    return call


if __name__ == "__main__":
    sys.exit(main(rows))
