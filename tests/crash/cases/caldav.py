"""The crash table for meetings by CalDAV: nine points, SIGKILL at each, the events counted."""

from __future__ import annotations

from collections.abc import Iterator

from tests.crash.case import Case
from tests.crash.figures import Figures
from tests.crash.kills import crash_table
from tests.crash.meetings import Calendar
from tests.crash.stage import Stage


def run(stage: Stage, runs: int) -> Iterator[Figures]:
    """`runs` at every point."""
    yield from crash_table(stage, Calendar(stage), runs)


CASE = Case(
    "meetings by CalDAV, the process killed at each of nine points",
    {"short": 5, "full": 200, "soak": 1_000},
    run,
)
