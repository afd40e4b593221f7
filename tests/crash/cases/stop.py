"""The stop command under load: no dispatch mark is later than the stop, and how long it takes.

Three processes carry moves out as fast as they can, all the while. The stop's own row is written
once the marks in flight are committed; a mark between that and the next resume is a failure.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from caseyos.errors import CaseyError
from tests.crash.case import Case
from tests.crash.figures import Figures
from tests.crash.kills import broken_chain, warm_up
from tests.crash.stage import Stage, eventually, insert_moves
from tests.crash.worlds import Maildir
from tests.desk import Desk

LEVELS = ("all", "local", "send_email")
CHANGED = "SELECT changed_at FROM switches WHERE name = %s"


def run(stage: Stage, stops: int) -> Iterator[Figures]:
    """`stops` times: let it run, stop a level, wait, resume."""
    world = Maildir()
    desk = world.desk(stage, 60.0)
    warm_up(stage, desk, world)
    over = desk.home / "over"
    workers = [stage.fork(lambda: _work(desk, over)) for _ in range(2)]
    workers.append(stage.fork(lambda: _deliver(desk, over)))
    app = desk.open()
    latencies, pauses = [], []
    running = 0.0
    eventually(lambda: _marks(desk) > 5)
    for number in range(stops):
        begun = time.monotonic()
        seen = _marks(desk)
        eventually(lambda seen=seen: _marks(desk) > seen)
        time.sleep(stage.dice.uniform(0, 0.2))
        level = LEVELS[number % len(LEVELS)]
        running += time.monotonic() - begun
        asked = time.monotonic()
        app.switchboard.stop(level)
        latencies.append(time.monotonic() - asked)
        stopped_at = desk.rows(CHANGED, f"stop:{level}")[0]["changed_at"]
        time.sleep(0.15)
        app.switchboard.resume()
        pauses.append((stopped_at, desk.rows(CHANGED, f"stop:{level}")[0]["changed_at"]))
    over.touch()
    for worker in workers:
        stage.wait(worker)
    app.close()
    yield _count(desk, pauses, latencies, _marks(desk) / running)
    yield from broken_chain(desk)


def _count(
    desk: Desk, pauses: list[tuple[object, object]], latencies: list[float], rate: float
) -> Figures:
    wrong = []
    for stopped_at, resumed_at in pauses:
        late = desk.rows(
            "SELECT id, dispatched_at FROM executions"
            " WHERE dispatched_at > %s AND dispatched_at < %s",
            stopped_at,
            resumed_at,
        )
        wrong += [f"{row['id']} was marked after the stop of {stopped_at}" for row in late]
    p95 = sorted(latencies)[max(0, round(len(latencies) * 0.95) - 1)]
    return Figures(
        "",
        len(pauses),
        len(wrong),
        also=f"at {rate:.0f} marks a second; stop latency p95 {p95 * 1000:.0f} ms",
        wrong=tuple(wrong),
    )


def _marks(desk: Desk) -> int:
    (row,) = desk.rows("SELECT count(*) AS count FROM executions WHERE dispatched_at IS NOT NULL")
    return int(row["count"])


def _work(desk: Desk, over: Path) -> None:
    """A person who executes one move after the other, whatever is said."""
    app = desk.open()
    while not over.exists():
        for move in insert_moves(desk, 10):
            try:
                app.actions.execute_plan(app.actions.preview(move).id)
            except CaseyError:
                time.sleep(0.01)


def _deliver(desk: Desk, over: Path) -> None:
    """A daemon that lets go what a stop had held back."""
    app = desk.open()
    while not over.exists():
        app.actions.run_due()
        time.sleep(0.01)


CASE = Case(
    "the stop command while moves are carried out as fast as they can be",
    {"short": 4, "full": 100, "soak": 2_000},
    run,
)
