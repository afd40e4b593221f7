"""The points at which an execution's process is really killed, and what must come of each.

Each run is a forked process that carries out one local e-mail and ends itself with SIGKILL at its
point; fresh processes recover. Forking keeps the cost of 450 runs at minutes: everything is imported
once, and nothing is connected when the fork happens.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID, uuid4

from caseyos.connectors import local
from caseyos.domain.lifecycle import EXECUTION_CHANGES
from caseyos.domain.model import ExecutionState
from tests.desk import Desk

LEASE = 3.0  # seconds
AT_RANDOM = "at random"
# Point -> what is true after recovery: was the mail written, and is that known?
POINTS = {
    "queued": "written",
    "claimed": "written",
    "preflight": "written",
    "marked": "unknown",
    "half written": "unknown",
    "in place": "written",
    "done": "written",
    "recorded": "written",
    "committed": "written",
}
SETTLED = ("executed", "failed")

Found = tuple[dict[UUID, str], dict[UUID, int]]  # each move's status, and how many mails it has


@dataclass(frozen=True, slots=True)
class Figures:
    """What the runs at one point came to; `doubled`, `lost` and `lied` must be 0."""

    point: str
    runs: int
    doubled: int  # moves with more than one mail
    lost: int  # moves that say "done" and have no mail, or have one and say nothing
    lied: int  # moves that ended otherwise than their point must, or along a forbidden change
    unknown: int  # shown as UNKNOWN, for a person to answer
    settled: int  # moves that ended executed or failed

    def plain(self) -> dict[str, object]:
        """As JSON."""
        return asdict(self)


def die() -> None:
    """End this process as a power cut ends it."""
    os.kill(os.getpid(), signal.SIGKILL)


def measure(home: Path, dsn: str, runs: int, seed: int) -> list[Figures]:
    """Kill `runs` executions at every point, recover, let a person answer, and count."""
    desk = Desk(home, dsn, lease=f"{LEASE:.0f}s")
    trials = {
        point: [_insert_move(desk, number) for number in range(runs)]
        for point in (*POINTS, AT_RANDOM)
    }
    dice = random.Random(seed)
    for point, moves in trials.items():
        for first in range(0, runs, 2):
            pair = moves[first : first + 2]
            if point == AT_RANDOM:
                _kill_at_random(desk, pair, dice)
            else:
                _kill_at(desk, pair, point)
    time.sleep(LEASE + 0.2)
    _in_processes([lambda: _recover(desk)] * 2)  # two at once, as two daemons would
    every = [move for moves in trials.values() for move in moves]
    recovered = _states(desk, every), _letters(desk, every)
    open_ones = [move for move in every if recovered[0][move] != "executed"]
    _in_processes([lambda: _answer(desk, open_ones)])
    answered = _states(desk, every), _letters(desk, every)
    return [_count(desk, point, moves, recovered, answered) for point, moves in trials.items()]


def _count(
    desk: Desk, point: str, moves: Sequence[UUID], recovered: Found, answered: Found
) -> Figures:
    states, letters = recovered
    last_states, last_letters = answered
    wrong = sum(not _as_promised(point, states[move], letters[move]) for move in moves)
    return Figures(
        point,
        len(moves),
        doubled=sum(max(letters[move], last_letters[move]) > 1 for move in moves),
        lost=sum((last_states[move] == "executed") != (last_letters[move] == 1) for move in moves),
        lied=wrong + _forbidden_changes(desk, moves),
        unknown=sum(states[move] == "unknown" for move in moves),
        settled=sum(last_states[move] in SETTLED for move in moves),
    )


def warm_up(home: Path, dsn: str) -> None:
    """Import whatever an execution imports, and leave nothing connected."""
    desk = Desk(home, dsn, lease="1m")
    move = _insert_move(desk, 0)
    desk.execute(move)
    desk.app.actions.undo_execution(desk.executions(move)[0]["id"])
    desk.app.actions.reconcile()
    desk.close()


def _insert_move(desk: Desk, number: int) -> UUID:
    """A move as a plain script inserts it."""
    move = uuid4()
    desk.change(
        "INSERT INTO command_queue_items (id, priority_score, action_type, action_context, status,"
        " owner, title) VALUES (%s, 50, 'send_email', jsonb_build_object('recipient', %s::text),"
        " 'pending', 'casey', %s)",
        move,
        f"person{number}.{move.hex[:8]}@company{move.hex[:8]}.example",
        f"Write to person {number}",
    )
    return move


def _kill_at(desk: Desk, moves: Sequence[UUID], point: str) -> None:
    """Carry each move out in a process of its own that dies at the point; all at once."""

    def run(move: UUID) -> None:
        app = desk.open()
        if point in ("half written", "in place"):
            _die_inside_the_effect(point)
        app.actions.probe = lambda reached: die() if reached == point else None
        app.actions.execute_plan(app.actions.preview(move).id)

    for status in _in_processes([lambda move=move: run(move) for move in moves]):
        if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            raise AssertionError(f"a process did not reach {point!r}, status {status}")


def _kill_at_random(desk: Desk, moves: Sequence[UUID], dice: random.Random) -> None:
    """Kill each process some milliseconds after it starts to execute, wherever it is then."""
    children = []
    for move in moves:
        reading, writing = os.pipe()

        def run(move: UUID = move, writing: int = writing) -> None:
            app = desk.open()
            plan = app.actions.preview(move)
            os.write(writing, b"!")
            app.actions.execute_plan(plan.id)

        children.append((_fork(run), reading))
        os.close(writing)
    for child, reading in children:
        os.read(reading, 1)
        os.close(reading)
        time.sleep(dice.uniform(0, 0.03))
        os.kill(child, signal.SIGKILL)
    for child, _ in children:
        os.waitpid(child, 0)


def _die_inside_the_effect(point: str) -> None:
    """Kill between the bytes of the file, or when it is in place and nobody was told."""
    if point == "half written":

        def half(path: Path, content: bytes) -> None:
            with path.open("wb") as out:
                out.write(content[: len(content) // 2])
            die()

        local._write_synced = half
    else:
        local._sync_folder = lambda _folder: die()


def _recover(desk: Desk) -> None:
    """What a daemon does: run what is due, look up what is unknown, until nothing is left."""
    app = desk.open()
    while app.actions.run_due().run:
        pass
    while app.actions.reconcile()["looked_up"]:
        pass


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


def _states(desk: Desk, moves: Sequence[UUID]) -> dict[UUID, str]:
    rows = desk.rows("SELECT id, status FROM command_queue_items WHERE id = ANY (%s)", list(moves))
    return {row["id"]: row["status"] for row in rows}


def _letters(desk: Desk, moves: Sequence[UUID]) -> dict[UUID, int]:
    """How many mails each move has, by the mark in each; the mark is that of its plan."""
    owners = desk.rows("SELECT id, move_id FROM executions WHERE move_id = ANY (%s)", list(moves))
    of_plan = {str(row["id"]): row["move_id"] for row in owners}
    counts = dict.fromkeys(moves, 0)
    for mark, count in desk.letters_by_execution().items():
        if mark in of_plan:
            counts[of_plan[mark]] += count
    return counts


def _as_promised(point: str, state: str, letters: int) -> bool:
    if point == AT_RANDOM:
        # Before the queue nothing is known of it; after, it is as at one of the other points.
        allowed = {("pending", 0), ("executed", 1), ("unknown", 0)}
    else:
        allowed = {("executed", 1)} if POINTS[point] == "written" else {("unknown", 0)}
    return (state, letters) in allowed


def _forbidden_changes(desk: Desk, moves: Sequence[UUID]) -> int:
    """How many receipts of these moves' executions tell of a change that is not allowed."""
    rows = desk.rows(
        "SELECT from_state, to_state FROM audit_log WHERE from_state IS NOT NULL AND subject IN"
        " (SELECT 'execution:' || id FROM executions WHERE move_id = ANY (%s))",
        list(moves),
    )
    return sum(
        ExecutionState(row["to_state"]) not in EXECUTION_CHANGES[ExecutionState(row["from_state"])]
        for row in rows
    )


def _in_processes(tasks: Sequence[Callable[[], None]]) -> list[int]:
    """Run tasks in forked processes at once; how each ended. One that fails is an error here."""
    children = [_fork(task) for task in tasks]
    statuses = [os.waitpid(child, 0)[1] for child in children]
    if any(os.WIFEXITED(status) and os.WEXITSTATUS(status) == 1 for status in statuses):
        raise AssertionError("a process failed; its words are above")
    return statuses


def _fork(task: Callable[[], None]) -> int:
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            task()
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    return child
