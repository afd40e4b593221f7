"""`caseyos today` beside the list of the best-known task program of the terminal, Taskwarrior."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.machine import CASEYOS, fill, home
from benchmarks.measure import Result, in_turn, main, not_measured, process

GOALS = {1_000: 1.5, 10_000: 0.2}


def rows(full: bool) -> Iterator[Result]:
    """As many moves as tasks; `task next limit:10` with Taskwarrior's own defaults."""
    del full
    task = shutil.which("task")
    with home() as place:
        for size, goal in GOALS.items():
            row = f"`caseyos today`, {size:,} moves"
            told = f"`task next limit:10`, {size:,} tasks"
            if task is None:
                why = "Taskwarrior is not installed (apt-get install taskwarrior)"
                yield not_measured(row, told, why, goal)
                continue
            fill(place.dsn, size)
            environ = _with_tasks(task, place.environ, size)
            ours, theirs = in_turn(
                process([*CASEYOS, "today"], place.environ),
                process([task, "next", "limit:10"], environ),
                rounds=25,
            )
            yield Result(row, told, ours, theirs, goal)


def _with_tasks(task: str, environ: dict[str, str], size: int) -> dict[str, str]:
    """A folder with `size` tasks like our moves; the environment that leads `task` there."""
    folder = Path(environ["HOME"], f"tasks-{size}")
    folder.mkdir()
    (folder / "taskrc").write_text(f"data.location={folder}\n")
    environ = environ | {"TASKRC": str(folder / "taskrc"), "TASKDATA": str(folder)}
    tasks = [
        {
            "description": f"Write to person {n} at Company {n % 5000}",
            "project": f"Company {n % 5000}",
            "priority": "HML"[n % 3],
            "due": f"2026{1 + n % 12:02}{1 + n % 28:02}T120000Z",
        }
        for n in range(size)
    ]
    given = json.dumps(tasks).encode()
    subprocess.run([task, "import", "-"], env=environ, input=given, capture_output=True, check=True)
    return environ


if __name__ == "__main__":
    sys.exit(main(rows))
