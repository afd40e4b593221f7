"""The crash table for meetings by CalDAV: nine points, SIGKILL at each, the events counted."""

from __future__ import annotations

from collections.abc import Iterator

from tests.crash.case import Case
from tests.crash.figures import Figures, added
from tests.crash.kills import crash_table
from tests.crash.meetings import Calendar
from tests.crash.stage import Stage

IN_ONE = 40  # meetings a point in one calendar: Radicale reads all of it for every look-up


def run(stage: Stage, runs: int) -> Iterator[Figures]:
    """`runs` at every point, in as many calendars as that takes."""
    parts = [min(IN_ONE, runs - first) for first in range(0, runs, IN_ONE)]
    yield from added(found for part in parts for found in crash_table(stage, Calendar(stage), part))


CASE = Case(
    "meetings by CalDAV, the process killed at each of nine points",
    {"short": 5, "full": 200, "soak": 1_000},
    run,
)
