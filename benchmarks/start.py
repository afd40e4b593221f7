"""The first command after boot: the server is stopped, and starts while somebody waits."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from benchmarks.machine import CASEYOS, fill, home
from benchmarks.measure import Result, in_turn, main, process


def rows(full: bool) -> Iterator[Result]:
    """`caseyos today` with the server stopped, beside the server's own start plus `today`."""
    del full
    with home() as place:
        fill(place.dsn, 1000)
        today = process([*CASEYOS, "today"], place.environ)
        today()

        def stopped() -> float:
            place.server.stop()
            return today()

        def alone() -> float:
            place.server.stop()
            begun = time.perf_counter()
            place.server.ensure_running()
            return (time.perf_counter() - begun) * 1000 + today()

        ours, theirs = in_turn(stopped, alone, rounds=9)
        told = "the server's own start, polled, plus `today`"
        yield Result("`caseyos today`, server stopped", told, ours, theirs, 1.5)


if __name__ == "__main__":
    sys.exit(main(rows))
