"""`python -m tests.crash`: kill, recover, count, and write the figures into docs/RELIABILITY.md."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from caseyos.store import schema
from caseyos.store.server import EmbeddedServer
from tests.crash.points import Figures, measure, warm_up
from tests.desk import Desk

PAGE = Path(__file__).parents[2] / "docs" / "RELIABILITY.md"
BEGIN, END = "<!-- crash table: begin -->", "<!-- crash table: end -->"


def main() -> int:
    """Run the points; 0 when nothing was doubled, lost or said wrongly, and all was settled."""
    wanted = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    wanted.add_argument("--runs", type=int, default=200, help="runs at each point")
    wanted.add_argument("--seed", type=int, default=1, help="of the kills at random")
    wanted.add_argument("--dsn", help="a migrated database to use; none is started then")
    wanted.add_argument("--json", action="store_true", help="print figures, leave the page alone")
    options = wanted.parse_args()
    home = Path(tempfile.mkdtemp(prefix="caseyos-crash-"))
    server: EmbeddedServer | None = None
    dsn = options.dsn
    try:
        if dsn is None:
            server = EmbeddedServer(home / "server")
            dsn = server.ensure_running()
            schema.migrate(dsn)
        begun = time.monotonic()
        figures, intact = _all_points(home, dsn, options.runs, options.seed)
        seconds = time.monotonic() - begun
    finally:
        if server is not None:
            server.stop()
            shutil.rmtree(server.home, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
    if options.json:
        plain = {"intact": intact, "points": [one.plain() for one in figures]}
        sys.stdout.write(json.dumps(plain))
    else:
        table = _table(figures, options.seed, seconds, intact=intact)
        sys.stdout.write(f"{table}\n")
        _write(table)
    return 0 if intact and all(map(_good, figures)) else 1


def _all_points(home: Path, dsn: str, runs: int, seed: int) -> tuple[list[Figures], bool]:
    warm_up(home, dsn)
    figures = measure(home, dsn, runs, seed)
    desk = Desk(home, dsn)
    report = desk.app.actions.audit_verify()
    desk.close()
    return figures, report.intact


def _good(one: Figures) -> bool:
    return (one.doubled, one.lost, one.lied, one.settled) == (0, 0, 0, one.runs)


def _line(one: Figures) -> str:
    cells = (one.point, one.runs, one.doubled, one.lost, one.lied, one.unknown, one.settled)
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _table(figures: Sequence[Figures], seed: int, seconds: float, *, intact: bool) -> str:
    runs, doubled = sum(one.runs for one in figures), sum(one.doubled for one in figures)
    told = f"{doubled} of {runs} doubled"
    if doubled == 0:
        told += f" (the 95 % upper bound of that is {300 / runs:.2f} %)"
    chain = "intact" if intact else "BROKEN"
    return "\n".join(
        [
            "| killed at | runs | doubled | lost | lied | unknown | settled |",
            "| --- | --- | --- | --- | --- | --- | --- |",
            *map(_line, figures),
            "",
            f"{told}; receipts {chain}; seed {seed}; {seconds:.0f} seconds.",
        ]
    )


def _write(table: str) -> None:
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")


if __name__ == "__main__":
    sys.exit(main())
