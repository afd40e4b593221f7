"""`caseyos today`, whole process: beside a bare interpreter, and how it grows with the queue."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from benchmarks.machine import CASEYOS, fill, home
from benchmarks.measure import Result, bare, in_turn, main, process


def rows(full: bool) -> Iterator[Result]:
    """Today's Moves over 1,000 to 1,000,000 pending moves (10,000,000 with `full`)."""
    with home() as place:
        today = process([*CASEYOS, "today"], place.environ)
        floor = bare(place.environ)
        fill(place.dsn, 1000)
        small, _ = in_turn(today, floor, rounds=15)
        fill(place.dsn, 100_000)
        ours, theirs = in_turn(today, floor, rounds=25)
        yield Result("`caseyos today`, 100k moves", "a bare interpreter", ours, theirs, 2.5)
        ours, theirs = in_turn(
            process([*CASEYOS, "today", "--count"], place.environ), floor, rounds=25
        )
        yield Result("`caseyos today --count`, 100k moves", "a bare interpreter", ours, theirs, 2.5)
        large = 10_000_000 if full else 1_000_000
        fill(place.dsn, large)
        many, _ = in_turn(today, floor, rounds=15)
        yield Result(f"`caseyos today`, {large:,} moves", "the same with 1,000", many, small, 1.1)


if __name__ == "__main__":
    sys.exit(main(rows))
