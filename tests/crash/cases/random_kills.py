"""Processes killed at a random moment while daemons recover beside them: how long until it is known.

The two recoverers work all the time, as daemons do, so that the time to resolve is that of a lease
and a look-up and not of the proof.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

from tests.crash.case import Case
from tests.crash.figures import Figures
from tests.crash.kills import (
    broken_chain,
    effects_of,
    forbidden_changes,
    recover,
    states,
    warm_up,
)
from tests.crash.stage import Stage, eventually, insert_moves
from tests.crash.worlds import Maildir
from tests.desk import Desk

LEASE = 2.0  # seconds
LATEST = 0.05  # seconds after it began to execute that a process is killed
# Before the queue nothing is known of it; after, it is as at one of the nine points.
ALLOWED = {("pending", 0), ("executed", 1), ("unknown", 0)}


def run(stage: Stage, kills: int) -> Iterator[Figures]:
    """Kill, two at a time; then wait until nothing is under way any more, and count."""
    world = Maildir()
    desk = world.desk(stage, LEASE)
    warm_up(stage, desk, world)
    moves = insert_moves(desk, kills, world.action)
    over = desk.home / "over"
    helpers = [stage.fork(lambda: _keep_recovering(desk, over)) for _ in range(2)]
    for first in range(0, kills, 2):
        _kill(stage, desk, moves[first : first + 2])
    eventually(lambda: not _under_way(desk), 60)
    over.touch()
    for helper in helpers:  # each ends what it has begun: a look-up is not to be cut off here
        stage.wait(helper)
    yield _count(desk, moves, states(desk, moves), effects_of(desk, world, moves))
    yield from broken_chain(desk)


def _kill(stage: Stage, desk: Desk, moves: Sequence[UUID]) -> None:
    """Kill each process some milliseconds after it began to execute, wherever it is then."""
    children = []
    for move in moves:
        reading, writing = os.pipe()

        def execute(move: UUID = move, writing: int = writing) -> None:
            app = desk.open()
            plan = app.actions.preview(move)
            os.write(writing, b"!")
            app.actions.execute_plan(plan.id)

        children.append((stage.fork(execute), reading))
        os.close(writing)
    for child, reading in children:
        os.read(reading, 1)
        os.close(reading)
        time.sleep(stage.dice.uniform(0, LATEST))
        os.kill(child, signal.SIGKILL)
    for child, _ in children:
        stage.wait(child)


def _keep_recovering(desk: Desk, over: Path) -> None:
    app = desk.open()
    while not over.exists():
        recover(app)
        time.sleep(0.2)


def _under_way(desk: Desk) -> list[object]:
    """What is queued or under a lease, and what is UNKNOWN and was never looked up."""
    return desk.rows(
        "SELECT 1 FROM executions WHERE state IN ('queued', 'claimed', 'dispatching')"
        " OR (state = 'unknown' AND reconcile_attempts = 0)"
    )


def _count(
    desk: Desk, moves: Sequence[UUID], status: dict[UUID, str], had: dict[UUID, int]
) -> Figures:
    wrong = forbidden_changes(desk, moves)
    wrong += [
        f"{move} is {status[move]} with {had[move]} effects"
        for move in moves
        if (status[move], had[move]) not in ALLOWED
    ]
    rows = desk.rows(
        "SELECT extract(epoch FROM finished_at - dispatched_at)::float8 AS seconds FROM executions"
        " WHERE state = 'succeeded' AND result ->> 'confirmed_later' = 'true'"
    )
    unknown = [status[move] for move in moves].count("unknown")
    return Figures(
        "",
        len(moves),
        len(wrong),
        unknown=unknown,
        resolve=[row["seconds"] for row in rows],
        also=f"with a lease of {LEASE:.0f} s; {len(rows)} were UNKNOWN until they were found",
        wrong=tuple(wrong),
    )


CASE = Case(
    "local mail, the process killed at a random moment",
    {"short": 20, "full": 1_000, "soak": 10_000},
    run,
)
