"""A worker is stopped past its lease and woken when another has long taken over: no second effect.

Each worker stops itself with SIGSTOP at one of four points; others recover meanwhile. Effects are
counted where they are performed, one line each: a Maildir would hide a second of the same name.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from uuid import UUID

from tests.crash.case import Case
from tests.crash.figures import Figures
from tests.crash.kills import broken_chain, forbidden_changes, recover, states, warm_up
from tests.crash.stage import Stage, insert_moves
from tests.crash.worlds import Counted, Maildir
from tests.desk import Desk

LEASE = 2.0  # seconds
TOGETHER = 10  # workers that are stopped at once
POINTS = ("claimed", "preflight", "marked", "done")


def run(stage: Stage, runs: int) -> Iterator[Figures]:
    """`runs` workers, a quarter at each point, in batches."""
    world = Maildir()
    desk = world.desk(stage, LEASE)
    warm_up(stage, desk, world)
    moves = insert_moves(desk, runs, world.action)
    for first in range(0, runs, TOGETHER):
        _batch(stage, desk, moves[first : first + TOGETHER], first)
    yield _count(desk, moves)
    yield from broken_chain(desk)


def _batch(stage: Stage, desk: Desk, moves: Sequence[UUID], first: int) -> None:
    def work(move: UUID, point: str) -> None:
        app = desk.open()
        Counted.over(app, desk)

        def stop(reached: str) -> None:
            if reached == point:
                app.actions.probe = lambda _point: None
                os.kill(os.getpid(), signal.SIGSTOP)

        app.actions.probe = stop
        app.actions.execute_plan(app.actions.preview(move).id)

    workers = [
        stage.fork(lambda move=move, number=number: work(move, POINTS[number % len(POINTS)]))
        for number, move in enumerate(moves, first)
    ]
    for worker in workers:
        os.waitpid(worker, os.WUNTRACED)
    time.sleep(LEASE + 0.1)

    def take_over() -> None:
        app = desk.open()
        Counted.over(app, desk)
        recover(app)

    stage.in_processes([take_over] * 2)
    for worker in workers:
        os.kill(worker, signal.SIGCONT)
    for worker in workers:
        stage.wait(worker)  # some end with a refusal: another did their work


def _count(desk: Desk, moves: Sequence[UUID]) -> Figures:
    performed = Counter(Counted.markers(desk))
    owners = desk.rows("SELECT marker, move_id FROM executions WHERE NOT dry_run")
    effects = Counter[UUID]()
    for row in owners:
        effects[row["move_id"]] += performed[row["marker"]]
    status = states(desk, moves)
    wrong = forbidden_changes(desk, moves)
    wrong += [
        f"{move} is {status[move]} with {effects[move]} effects"
        for move in moves
        if (status[move], effects[move]) != ("executed", 1)
    ]
    return Figures("", len(moves), len(wrong), wrong=tuple(wrong))


CASE = Case(
    "a worker is stopped past its lease and woken",
    {"short": 8, "full": 100, "soak": 2_000},
    run,
)
