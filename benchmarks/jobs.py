"""Signals with all their work, beside jobs that do nothing in pgqueuer and procrastinate.

The peers live in an environment of their own beside this script, made when it is first run; they
run on the same server, with their own defaults and with the best settings we found.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from benchmarks.measure import Result, in_turn, main, not_measured
from benchmarks.processing import fill_signals
from benchmarks.world import business
from caseyos.app import App
from caseyos.log import configure_logging

HERE = Path(__file__).parent
PATIENCE = 60  # seconds that one round of a peer may take
PEERS = HERE / ".peers"
WANTED = ("pgqueuer==1.6.*", "asyncpg", "procrastinate==3.10.*", "uvloop")
# Row, script, its setting (0: its own default), jobs a round, goal.
BESIDE = (
    ("pgqueuer, defaults", "run_pgqueuer.py", 0, 2_000, 3.0),
    ("pgqueuer, batches of 1,000", "run_pgqueuer.py", 1_000, 6_000, 1.5),
    ("procrastinate, defaults", "run_procrastinate.py", 0, 200, 40.0),
    ("procrastinate, 20 at once", "run_procrastinate.py", 20, 200, None),
)


def rows(full: bool) -> Iterator[Result]:
    """2,000 signals a round (10,000 with `full`) with plays, score, reasons, events and log."""
    count, rounds = (10_000, 5) if full else (2_000, 3)
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
            row, unit = f"a signal's whole work beside no-op jobs: {name}", "a second"
            try:
                command = [_environment(), str(HERE / "peers" / script), place.server.dsn("peers")]
                theirs = _drain([*command, str(jobs), str(setting)], jobs)
                given = in_turn(ours, theirs, rounds=rounds)
            except (RuntimeError, OSError, subprocess.SubprocessError) as error:
                # A peer that fails or never ends is a line of the page; the others go on.
                yield not_measured(row, "no-op jobs", str(error)[-300:], goal)
                continue
            yield Result(row, "no-op jobs", *given, goal, at_least=True, unit=unit)


def _process(app: App) -> float:
    begun = time.perf_counter()
    report = app.generation.process()
    return report.signals / (time.perf_counter() - begun)


def _drain(command: list[str], jobs: int) -> Callable[[], float]:
    def call() -> float:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        if ended.returncode:
            raise RuntimeError(ended.stderr)
        return jobs / float(ended.stdout.split()[-1])

    return call


def _environment() -> str:
    """The interpreter of the peers' environment, which is made where it is missing."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        install = [str(python), "-m", "pip", "-q", "install", *WANTED]
        try:
            subprocess.run(install, check=True, timeout=5 * PATIENCE)
        except subprocess.SubprocessError:
            shutil.rmtree(PEERS)  # half an environment would be taken for a whole one
            raise
    return str(python)


if __name__ == "__main__":
    sys.exit(main(rows))
