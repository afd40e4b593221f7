"""The crash table for local e-mails: nine points, SIGKILL at each, the files counted."""

from __future__ import annotations

from collections.abc import Iterator

from tests.crash.case import Case
from tests.crash.figures import Figures
from tests.crash.kills import crash_table
from tests.crash.stage import Stage
from tests.crash.worlds import Maildir


def run(stage: Stage, runs: int) -> Iterator[Figures]:
    """`runs` at every point."""
    yield from crash_table(stage, Maildir(), runs)


CASE = Case(
    "local mail, the process killed at each of nine points",
    {"short": 5, "full": 200, "soak": 1_000},
    run,
)
