"""The database server is killed with SIGKILL at each of nine points; the process itself lives on.

The server is one of the case's own, and commits as it is shipped. It is started again after each
kill the way the program starts it; everything is recovered in the end.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from caseyos.connectors import local
from caseyos.errors import CaseyError
from caseyos.store.server import EmbeddedServer
from tests.crash.case import Case
from tests.crash.figures import Figures
from tests.crash.kills import (
    INSIDE,
    POINTS,
    broken_chain,
    effects_of,
    forbidden_changes,
    recover,
    states,
    warm_up,
)
from tests.crash.stage import TEMPLATE, Stage, insert_moves, own_server
from tests.crash.worlds import Maildir
from tests.desk import Desk

LEASE = 3.0  # seconds
RESTARTED_WITHIN = 30.0  # seconds


def run(stage: Stage, runs: int) -> Iterator[Figures]:
    """`runs` at every point."""
    with own_server(stage.folder / "server", durable=True) as server:
        stage.end_with(lambda: _gone(server))
        world = Maildir()
        desk = Desk(stage.home(), server.dsn(TEMPLATE), lease=f"{LEASE:.0f}s")
        warm_up(stage, desk, world)
        trials = {point: insert_moves(desk, runs) for point in POINTS}
        restarts = [
            _kill_at(stage, desk, server, move, point)
            for point, moves in trials.items()
            for move in moves
        ]
        time.sleep(LEASE + 0.2)
        stage.in_processes([lambda: recover(desk.open())] * 2)
        for point, moves in trials.items():
            yield _count(desk, world, point, moves)
        slow = [f"a restart took {one:.1f} s" for one in restarts if one > RESTARTED_WITHIN]
        also = f"the slowest took {max(restarts):.1f} s"
        yield Figures("answers again", len(restarts), len(slow), also=also, wrong=tuple(slow))
        yield from broken_chain(desk)


def _kill_at(stage: Stage, desk: Desk, server: EmbeddedServer, move: UUID, point: str) -> float:
    """Carry a move out in a process that kills the server at a point; how long the restart took."""

    def carry_out() -> None:
        app = desk.open()
        if point in INSIDE:
            _arm(server, point)
        app.actions.probe = lambda reached: _kill(server) if reached == point else None
        with suppress(CaseyError):
            app.actions.execute_plan(app.actions.preview(move).id)

    stage.in_processes([carry_out])
    begun = time.monotonic()
    if server.is_reachable():
        raise AssertionError(f"the server was not killed at {point!r}")
    server.ensure_running()
    return time.monotonic() - begun


def _arm(server: EmbeddedServer, point: str) -> None:
    """Kill the server between the bytes of the file, or when it is in place."""
    write, sync = local._write_synced, local._sync_folder
    if point == "half written":

        def half(path: Path, content: bytes) -> None:
            _kill(server)
            write(path, content)

        local._write_synced = half
    else:

        def in_place(folder: Path) -> None:
            _kill(server)
            sync(folder)

        local._sync_folder = in_place


def _kill(server: EmbeddedServer) -> None:
    """SIGKILL for the postmaster; its children see it and end."""
    pid = int((server.cluster / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    while server.is_reachable():
        time.sleep(0.005)


def _count(desk: Desk, world: Maildir, point: str, moves: list[UUID]) -> Figures:
    """The process went on, so whatever was begun was done, and is found by its marker."""
    status, had = states(desk, moves), effects_of(desk, world, moves)
    wrong = forbidden_changes(desk, moves)
    wrong += [
        f"{move} is {status[move]} with {had[move]} mails"
        for move in moves
        if (status[move], had[move]) != ("executed", 1)
    ]
    unknown = list(status.values()).count("unknown")
    return Figures(
        f"server killed at {point}", len(moves), len(wrong), unknown=unknown, wrong=tuple(wrong)
    )


def _gone(server: EmbeddedServer) -> None:
    """After an interrupted run nothing of this server may stay."""
    import shutil

    with suppress(CaseyError):
        server.stop()
    shutil.rmtree(server.home, ignore_errors=True)
    shutil.rmtree(server.socket_dir, ignore_errors=True)


CASE = Case(
    "local mail, the database server killed at each of nine points",
    {"short": 1, "full": 50, "soak": 500},
    run,
)
