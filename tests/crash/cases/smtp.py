"""The crash table for mail that leaves: nine points, SIGKILL at each, the mails counted by IMAP."""

from __future__ import annotations

from collections.abc import Iterator

from tests.crash.case import Case
from tests.crash.figures import Figures
from tests.crash.kills import crash_table
from tests.crash.mail import Post
from tests.crash.stage import Stage


def run(stage: Stage, runs: int) -> Iterator[Figures]:
    """`runs` at every point."""
    world = Post(stage)
    world.serve_apart(stage)
    yield from crash_table(stage, world, runs)


CASE = Case(
    "mail by SMTP, the process killed at each of nine points",
    {"short": 5, "full": 200, "soak": 1_000},
    run,
)
