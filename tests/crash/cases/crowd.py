"""Two daemons and the command line on thousands of moves: each has one effect, none waits for ever.

Everything lies in the outbox when real daemons start. The command line flushes it, too, and executes
moves of its own beside them; half-way the leading daemon is killed with SIGKILL and another started.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from uuid import UUID

from tests.crash.case import Case
from tests.crash.figures import Figures
from tests.crash.kills import broken_chain, effects_of, forbidden_changes, states, warm_up
from tests.crash.stage import Stage, insert_moves
from tests.crash.worlds import Maildir
from tests.desk import Desk

LEASE = 10.0  # seconds
PATIENCE = 600.0  # seconds until everything must be done
STARVED = 60.0  # seconds that a move may be passed over while others go
JOBS = """
[jobs.outbox]
every = "1s"
[jobs.reconcile]
every = "1s"
"""


Program = subprocess.Popen[str]


class Queued(BaseException):
    """It lies in the outbox; others are to carry it out."""


def run(stage: Stage, count: int) -> Iterator[Figures]:
    """`count` moves."""
    world = Maildir()
    desk = world.desk(stage, LEASE, more=JOBS)
    warm_up(stage, desk, world)
    moves = insert_moves(desk, count)
    own = max(2, count // 100)  # moves that the command line executes by name
    half = (count - own) // 2
    stage.in_processes([lambda: _fill(desk, moves[own:half]), lambda: _fill(desk, moves[half:])])
    begun = time.monotonic()
    daemons = [_daemon(stage, desk, number) for number in range(2)]
    helper = stage.fork(lambda: _type(stage, desk, moves[:own]))
    killed = False
    while left := _left(desk, moves):
        if not killed and left < count / 2:
            killed = True
            _kill_leader(desk, daemons)
            daemons.append(_daemon(stage, desk, 2))
        if time.monotonic() - begun > PATIENCE:
            break
        time.sleep(0.2)
    took = time.monotonic() - begun
    stage.wait(helper)
    for one in daemons:
        one.terminate()
    for one in daemons:
        one.communicate()
    yield _count(desk, world, moves, took, killed=killed)
    yield from broken_chain(desk)


def _fill(desk: Desk, moves: Sequence[UUID]) -> None:
    """Put moves into the outbox."""
    app = desk.open()

    def stop(point: str) -> None:
        raise Queued(point)

    app.actions.probe = stop
    for move in moves:
        with suppress(Queued):
            app.actions.execute_plan(app.actions.preview(move).id)


def _environment(desk: Desk, number: int | None = None) -> dict[str, str]:
    """The desk's configuration and database; each daemon has a state folder of its own."""
    parts = dict(part.split("=", 1) for part in desk.dsn.split())
    url = f"postgresql://{parts['user']}@/{parts['dbname']}?host={parts['host']}"
    found = {"HOME": str(desk.home), "DATABASE_URL": url}
    if number is not None:
        state = desk.home / f"daemon-{number}"
        state.mkdir(exist_ok=True)
        found["XDG_STATE_HOME"] = str(state)
    return found


def _daemon(stage: Stage, desk: Desk, number: int) -> Program:
    return stage.program("daemon", "run", "--no-http", environ=_environment(desk, number))


def _kill_leader(desk: Desk, daemons: Sequence[Program]) -> None:
    (row,) = desk.rows("SELECT value ->> 'pid' AS pid FROM switches WHERE name = 'leader'")
    for one in daemons:
        if str(one.pid) == row["pid"]:
            os.kill(one.pid, signal.SIGKILL)


def _type(stage: Stage, desk: Desk, moves: Sequence[UUID]) -> None:
    """What a person types meanwhile: execute this one, and flush."""
    for number, move in enumerate(moves):
        _told(stage, desk, "execute", str(move), "--yes")
        if number % 5 == 0:
            _told(stage, desk, "outbox", "flush")


def _told(stage: Stage, desk: Desk, *words: str) -> None:
    done = stage.program(*words, environ=_environment(desk))
    said, _ = done.communicate(timeout=300)
    if done.returncode != 0:
        raise AssertionError(f"caseyos {' '.join(words)}: {done.returncode}: {said}")


def _left(desk: Desk, moves: Sequence[UUID]) -> int:
    found = desk.rows(
        "SELECT count(*) AS count FROM command_queue_items WHERE id = ANY (%s)"
        " AND status <> 'executed' AND NOT EXISTS (SELECT 1 FROM executions e WHERE"
        " e.move_id = command_queue_items.id AND e.state = 'unknown' AND e.reconcile_attempts > 0)",
        list(moves),
    )
    return int(found[0]["count"])


def _count(
    desk: Desk, world: Maildir, moves: Sequence[UUID], took: float, *, killed: bool
) -> Figures:
    status, had = states(desk, moves), effects_of(desk, world, moves)
    wrong = forbidden_changes(desk, moves)
    # What the killed daemon had marked and not yet written is UNKNOWN, and that is one move.
    unknown = list(status.values()).count("unknown")
    if unknown > 1:
        wrong.append(f"{unknown} are UNKNOWN")
    wrong += [
        f"{move} is {status[move]} with {had[move]} mails"
        for move in moves
        if (status[move], had[move]) not in (("executed", 1), ("unknown", 0))
    ]
    if not killed and len(moves) > 100:
        wrong.append("the leader was not killed")
    # One mark each, but for those that the killed daemon had under way.
    marks = desk.rows(
        "SELECT subject FROM audit_log WHERE action = 'dispatch' GROUP BY 1 HAVING count(*) > 1"
    )
    wrong += [f"{row['subject']} was marked twice" for row in marks]
    # Passed over: how long it lay there while later ones were taken up.
    late = desk.rows(
        "SELECT id FROM (SELECT id, dispatched_at, min(dispatched_at) OVER (ORDER BY queued_at"
        " ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS later FROM executions"
        " WHERE dispatched_at IS NOT NULL AND from_plan_id IS NOT NULL AND claimed_at IS NOT NULL"
        " AND attempt = 1 AND move_id <> ALL (%s)) AS one WHERE dispatched_at - later > make_interval(secs => %s)",
        list(moves[: max(2, len(moves) // 100)]),  # whoever executes one by name need not queue
        STARVED,
    )
    wrong += [f"{row['id']} was passed over for more than {STARVED:.0f} s" for row in late]
    return Figures(
        "",
        len(moves),
        len(wrong),
        unknown=unknown,
        also=f"one of the daemons killed; {len(moves) / took:.0f} moves a second",
        wrong=tuple(wrong),
    )


CASE = Case(
    "two daemons and the command line on one outbox",
    {"short": 60, "full": 5_000, "soak": 50_000},
    run,
)
