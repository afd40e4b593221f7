"""The points at which an execution's process is really killed, and what must come of each.

Each run is a forked process that carries out one move and ends itself with SIGKILL at its point;
two fresh processes recover, and then a person answers what is UNKNOWN. Forking keeps the cost of
thousands of runs at minutes: everything is imported once, and nothing is connected at the fork.
What is particular to a channel is its `World`'s.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from caseyos.app import App
from caseyos.domain.lifecycle import EXECUTION_CHANGES
from caseyos.domain.model import ExecutionState
from tests.crash.figures import Figures
from tests.crash.stage import Stage, die, insert_moves
from tests.desk import Desk

LEASE = 3.0  # seconds
INSIDE = ("half written", "in place")  # in the middle of the effect, and after it
# Point -> what is true after recovery: was the effect had, and is that known?
POINTS: Mapping[str, str] = {
    "queued": "had",
    "claimed": "had",
    "preflight": "had",
    "marked": "unknown",
    "half written": "unknown",
    "in place": "had",
    "done": "had",
    "recorded": "had",
    "committed": "had",
}
SETTLED = ("executed", "failed")

Found = tuple[dict[UUID, str], dict[UUID, int]]  # each move's status, and how many effects it has


class World(Protocol):
    """One channel with what stands behind it."""

    action: str

    def desk(self, stage: Stage, lease: float) -> Desk:
        """A desk whose moves of `action` go out by this channel."""
        ...

    def arm(self, app: App, point: str) -> None:
        """Let the process die at one of the points inside the effect."""
        ...

    def effects(self, desk: Desk) -> Mapping[str, int]:
        """How often each marker is found out there, by looking there and nowhere else."""
        ...


def crash_table(stage: Stage, world: World, runs: int) -> Iterator[Figures]:
    """Kill `runs` executions at every point, recover, let a person answer, and count."""
    desk = world.desk(stage, LEASE)
    warm_up(stage, desk, world)
    trials = {point: insert_moves(desk, runs, world.action) for point in POINTS}
    for point, moves in trials.items():
        for first in range(0, runs, 2):
            _kill_at(stage, desk, world, moves[first : first + 2], point)
    time.sleep(LEASE + 0.2)
    stage.in_processes([lambda: recover(desk.open())] * 2)  # two at once, as two daemons would
    every = [move for moves in trials.values() for move in moves]
    recovered = states(desk, every), effects_of(desk, world, every)
    open_ones = [move for move in every if recovered[0][move] != "executed"]
    stage.in_processes([lambda: _answer(desk, open_ones)])
    answered = states(desk, every), effects_of(desk, world, every)
    for point, moves in trials.items():
        yield _count(desk, point, moves, recovered, answered)
    yield from broken_chain(desk)


def broken_chain(desk: Desk) -> Iterator[Figures]:
    """A row that fails where the receipts of all this are not one unbroken chain, else none."""
    report = desk.app.actions.audit_verify()
    desk.close()
    if not report.intact:
        yield Figures("receipts", report.entries, 1, wrong=(report.sentence,))


def warm_up(stage: Stage, desk: Desk, world: World) -> None:
    """Import whatever an execution imports, and leave nothing connected."""
    desk.execute(insert_moves(desk, 1, world.action)[0])
    desk.app.actions.reconcile()
    desk.close()


def recover(app: App) -> None:
    """What a daemon does: run what is due, look up what is unknown, until nothing is left."""
    while app.actions.run_due().run:
        pass
    while app.actions.reconcile()["looked_up"]:
        pass


def states(desk: Desk, moves: Sequence[UUID]) -> dict[UUID, str]:
    """Each move's status."""
    rows = desk.rows("SELECT id, status FROM command_queue_items WHERE id = ANY (%s)", list(moves))
    return {row["id"]: row["status"] for row in rows}


def effects_of(desk: Desk, world: World, moves: Sequence[UUID]) -> dict[UUID, int]:
    """How many effects each move has out there, by the markers of its executions."""
    rows = desk.rows(
        "SELECT marker, move_id FROM executions WHERE NOT dry_run AND move_id = ANY (%s)",
        list(moves),
    )
    owners = {row["marker"]: row["move_id"] for row in rows}
    counts = dict.fromkeys(moves, 0)
    for marker, count in world.effects(desk).items():
        if marker in owners:
            counts[owners[marker]] += count
    return counts


def forbidden_changes(desk: Desk, moves: Sequence[UUID]) -> list[str]:
    """The receipts of these moves' executions that tell of a change that is not allowed."""
    rows = desk.rows(
        "SELECT subject, from_state, to_state FROM audit_log WHERE from_state IS NOT NULL"
        " AND from_state <> to_state"
        " AND subject IN (SELECT 'execution:' || id FROM executions WHERE move_id = ANY (%s))",
        list(moves),
    )
    return [
        f"{row['subject']} went from {row['from_state']} to {row['to_state']}"
        for row in rows
        if ExecutionState(row["to_state"])
        not in EXECUTION_CHANGES[ExecutionState(row["from_state"])]
    ]


def _kill_at(stage: Stage, desk: Desk, world: World, moves: Sequence[UUID], point: str) -> None:
    """Carry each move out in a process of its own that dies at the point; all at once."""

    def run(move: UUID) -> None:
        app = desk.open()
        if point in INSIDE:
            world.arm(app, point)
        app.actions.probe = lambda reached: die() if reached == point else None
        app.actions.execute_plan(app.actions.preview(move).id)

    tasks: list[Callable[[], None]] = [lambda move=move: run(move) for move in moves]
    for status in stage.in_processes(tasks):
        if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            raise AssertionError(f"a process did not reach {point!r}, status {status}")


def _answer(desk: Desk, moves: Sequence[UUID]) -> None:
    """A person answers every UNKNOWN: send again, or let it go; and executes what never began."""
    app = desk.open()
    for number, move in enumerate(moves):
        status = app.queue.get(move).status
        word = "again" if number % 2 else "abandon"
        if status == "unknown":
            app.actions.answer_unknown(move, word)
        if status == "pending" or (status == "unknown" and word == "again"):
            app.actions.execute_plan(app.actions.preview(move).id)


def _count(
    desk: Desk, point: str, moves: Sequence[UUID], recovered: Found, answered: Found
) -> Figures:
    """Doubled, lost, not what its point must lead to, not settled, or told a forbidden change."""
    (status, had), (last_status, last_had) = recovered, answered
    promised = ("executed", 1) if POINTS[point] == "had" else ("unknown", 0)
    wrong = forbidden_changes(desk, moves)
    for move in moves:
        if max(had[move], last_had[move]) > 1:
            wrong.append(f"{move} is doubled")
        if (status[move], had[move]) != promised:
            wrong.append(f"{move} is {status[move]} with {had[move]} effects after recovery")
        settled = ("executed", 1) if last_status[move] == "executed" else ("failed", 0)
        if (last_status[move], last_had[move]) != settled:
            wrong.append(f"{move} is {last_status[move]} with {last_had[move]} effects at the end")
    return Figures(
        f"killed at {point}",
        len(moves),
        len(wrong),
        unknown=sum(status[move] == "unknown" for move in moves),
        wrong=tuple(wrong),
    )
