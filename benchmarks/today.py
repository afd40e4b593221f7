"""`caseyos today`, whole process: beside a bare interpreter, and how it grows with the queue."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from benchmarks.machine import CASEYOS, fill, home
from benchmarks.measure import Result, bare, in_turn, main, process


def rows(full: bool) -> Iterator[Result]:
    """Today's Moves over 1,000 to 1,000,000 pending moves (10,000,000 with `full`)."""
    with home() as large, home() as small:
        today = process([*CASEYOS, "today"], large.environ)
        floor = bare(large.environ)
        fill(large.dsn, 100_000)
        ours, theirs = in_turn(today, floor, rounds=25)
        yield Result("`caseyos today`, 100k moves", "a bare interpreter", ours, theirs, 2.5)
        for words in (["today", "--count"], ["status"], ["next"]):
            command = process([*CASEYOS, *words], large.environ)
            ours, theirs = in_turn(command, floor, rounds=25)
            told = f"`caseyos {' '.join(words)}`, 100k moves"
            yield Result(told, "a bare interpreter", ours, theirs, 2.5)
        fill(small.dsn, 1000)
        most = 10_000_000 if full else 1_000_000
        fill(large.dsn, most)
        ours, theirs = in_turn(today, process([*CASEYOS, "today"], small.environ), rounds=25)
        yield Result(f"`caseyos today`, {most:,} moves", "the same with 1,000", ours, theirs, 1.1)


if __name__ == "__main__":
    sys.exit(main(rows))
