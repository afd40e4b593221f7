"""Signals with all their work, beside jobs that do nothing in pgqueuer and procrastinate.

The peers live in an environment of their own beside this script, made when it is first run; they
run on the same server, with their own defaults and with the best settings we found.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from benchmarks.measure import Result, in_turn, main
from benchmarks.processing import fill_signals
from benchmarks.world import business
from caseyos.app import App
from caseyos.log import configure_logging

HERE = Path(__file__).parent
PEERS = HERE / ".peers"
WANTED = ("pgqueuer==1.6.*", "asyncpg", "procrastinate==3.10.*")
# Row, script, its setting (0: its own default), jobs a round, goal.
BESIDE = (
    ("pgqueuer, defaults", "run_pgqueuer.py", 0, 5_000, 3.0),
    ("pgqueuer, batches of 1,000", "run_pgqueuer.py", 1_000, 20_000, 1.5),
    ("procrastinate, defaults", "run_procrastinate.py", 0, 500, 40.0),
    ("procrastinate, 20 at once", "run_procrastinate.py", 20, 500, None),
)


def rows(full: bool) -> Iterator[Result]:
    """6,000 signals a round (20,000 with `full`) with plays, score, reasons, events and log."""
    count, rounds = (20_000, 5) if full else (6_000, 3)
    python = _environment()
    with business() as (place, app):
        configure_logging(Path(place.environ["HOME"], "log", "caseyos.jsonl"))
        with psycopg.connect(place.dsn, autocommit=True) as connection:
            connection.execute("CREATE DATABASE peers")
        first = 0

        def ours() -> float:
            nonlocal first
            fill_signals(app, count, first=first)
            first += count
            return _process(app)

        for name, script, setting, jobs, goal in BESIDE:
            command = [python, str(HERE / "peers" / script), place.server.dsn("peers")]
            theirs = _drain([*command, str(jobs), str(setting)], jobs)
            given = in_turn(ours, theirs, rounds=rounds)
            row, unit = f"a signal's whole work beside no-op jobs: {name}", "a second"
            yield Result(row, "no-op jobs", *given, goal, at_least=True, unit=unit)


def _process(app: App) -> float:
    begun = time.perf_counter()
    report = app.generation.process()
    return report.signals / (time.perf_counter() - begun)


def _drain(command: list[str], jobs: int) -> Callable[[], float]:
    def call() -> float:
        ended = subprocess.run(command, capture_output=True, text=True)
        if ended.returncode:
            raise RuntimeError(ended.stderr)
        return jobs / float(ended.stdout.split()[-1])

    return call


def _environment() -> str:
    """The interpreter of the peers' environment, which is made where it is missing."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        subprocess.run([str(python), "-m", "pip", "-q", "install", *WANTED], check=True)
    return str(python)


if __name__ == "__main__":
    sys.exit(main(rows))
