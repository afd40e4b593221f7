"""A quiet laptop: what the daemon and its server take while nothing happens.

Processor time is what the kernel counted over the whole stretch, polling included; memory is what
is held at the end of it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from benchmarks.machine import CASEYOS, Home, fill, home
from benchmarks.measure import Result, main

STRETCH, LONG_STRETCH = 60.0, 600.0  # seconds of idleness
SETTLE = 5.0  # seconds
TICK = os.sysconf("SC_CLK_TCK")


def rows(full: bool) -> Iterator[Result]:
    """100,000 moves pending, no source configured, nothing in the outbox, the shim served."""
    with home() as place:
        fill(place.dsn, 100_000)
        yield from _idle(place, place.environ, LONG_STRETCH if full else STRETCH)


def _idle(place: Home, environ: dict[str, str], stretch: float) -> Iterator[Result]:
    command = [*CASEYOS, "daemon", "run", "--port", "0"]
    daemon = subprocess.Popen(
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_until_idle(environ, daemon)
        with psycopg.connect(place.dsn, autocommit=True) as connection:
            # The first round scored every made-up move; tidying up after it is not idleness.
            connection.execute("VACUUM (ANALYZE)")
            connection.execute("CHECKPOINT")
        time.sleep(SETTLE)
        server = int(Path(place.server.cluster, "postmaster.pid").read_text().split()[0])
        ours, theirs = _spent([daemon.pid]), _spent(_family(server))
        begun = time.monotonic()
        time.sleep(stretch)
        passed = time.monotonic() - begun
        core = "a hundredth of one core, in seconds of processor"
        allowed = [passed / 100]
        for who, before, pids in (
            ("the daemon", ours, [daemon.pid]),
            ("its server", theirs, _family(server)),
        ):
            spent = [_spent(pids) - before]
            row = f"{who}, idle {stretch:.0f} s: processor"
            yield Result(row, core, spent, allowed, 1, unit="s")
        held = [_held([daemon.pid], "Rss")]
        yield Result("the daemon, idle: memory", "120 MiB", held, [120.0], 1, unit="MiB")
        held = [_held(_family(server), "Pss")]
        yield Result(
            "its server, idle: memory (shared pages once)", "120 MiB", held, [120.0], unit="MiB"
        )
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(60)


def _wait_until_idle(environ: dict[str, str], daemon: subprocess.Popen[bytes]) -> None:
    """Wait until what a daemon does at its start is over: each job has run once under its lead."""
    asked = [*CASEYOS, "daemon", "status", "--json"]
    said = None
    for _ in range(600):
        said = subprocess.run(asked, env=environ, capture_output=True, text=True, check=False)
        if said.returncode == 0:
            data = json.loads(said.stdout)["data"]
            done = {run["job"] for run in data["jobs"] if run["state"] == "ok"}
            leads = data["leader"] and data["leader"]["pid"] == daemon.pid
            if leads and done >= {"generate", "sync"}:
                time.sleep(SETTLE)
                return
        if daemon.poll() is not None:
            break
        time.sleep(0.5)
    raise RuntimeError(f"the daemon did not come to rest: {said and said.stderr}")


def _family(parent: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *map(int, children)]


def _spent(pids: list[int]) -> float:
    """Seconds of processor, of the processes and of those of their children that have ended."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, fields[11:15]))
    return total / TICK


def _held(pids: list[int], kind: str) -> float:
    """MiB resident (Rss), or with shared pages counted once among those who share them (Pss)."""
    lines = [
        line.split()
        for pid in pids
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    ]
    return sum(int(line[1]) for line in lines if line[0] == f"{kind}:") / 1024


if __name__ == "__main__":
    sys.exit(main(rows))
