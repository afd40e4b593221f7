"""A dry run of every action under a guard that sees every socket: nothing is connected or looked up.

The guard is an audit hook of the interpreter, proved by a look-up of its own at the end. The
database is reached by libpq, below the hook, as in the program.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from caseyos.errors import CaseyError
from tests.crash.case import Case
from tests.crash.figures import Figures
from tests.crash.stage import Stage, insert_moves
from tests.desk import Desk

ACTIONS = (
    *("send_email", "follow_up", "create_draft", "create_task", "complete_task"),
    *("schedule_meeting", "update_deal"),
)
OUTSIDE = """
[channels]
email = "imap:work"
meetings = "calendar:work"
[[source]]
kind = "imap"
name = "work"
host = "imap.invalid"
user = "casey@ours.example"
smtp = { host = "smtp.invalid" }
secret = { env = "CRASH_PASSWORD" }
[[source]]
kind = "calendar"
name = "work"
url = "https://calendar.invalid/"
user = "casey"
secret = { env = "CRASH_PASSWORD" }
"""
SEEN = ("socket.connect", "socket.getaddrinfo", "socket.gethostby", "socket.sendto", "socket.bind")


def run(stage: Stage, runs: int) -> Iterator[Figures]:
    """`runs` of each action in a process of its own."""
    for name, more in (("local", ""), ("outside", OUTSIDE)):
        desk = stage.desk(more=more)
        if more:
            desk.app.switchboard.go_live(timedelta(hours=1))
        desk.close()
        wrong = [
            f"{action}: {told}"
            for action in ACTIONS
            for told in _watched(stage, desk, action, runs)
        ]
        yield Figures(
            f"{len(ACTIONS)} actions, {name}", runs * len(ACTIONS), len(wrong), wrong=tuple(wrong)
        )


def _watched(stage: Stage, desk: Desk, action: str, runs: int) -> Iterator[str]:
    """Previews of one action in a process of its own; what it did that it must not."""
    ledger = desk.home / f"{action}.seen"
    before = _files(desk)
    stage.in_processes([lambda: _preview(desk, action, runs, ledger)])
    seen = ledger.read_text().splitlines()
    yield from seen[:-1]
    if seen[-1:] != ["socket.getaddrinfo"]:
        yield "the guard saw nothing of its own look-up"
    for path in sorted(_files(desk) - before - {ledger}):
        yield f"{path} was written"
    for row in desk.rows("SELECT state FROM executions WHERE NOT dry_run OR state <> 'simulated'"):
        yield f"an execution is {row['state']}"
    (made,) = desk.rows("SELECT count(*) AS count FROM executions WHERE action_type = %s", action)
    if made["count"] < runs and action != "update_deal":  # no channel carries a deal out
        yield f"there are only {made['count']} plans"


def _preview(desk: Desk, action: str, runs: int, ledger: Path) -> None:
    app = desk.open()
    out = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def guard(event: str, _arguments: object) -> None:
        if event.startswith(SEEN):
            os.write(out, f"{event}\n".encode())

    moves = insert_moves(desk, runs, action, task_id="0195c0de-0000-7000-8000-000000000000")
    sys.addaudithook(guard)
    for move in moves:
        with suppress(CaseyError):  # a refusal is an answer; the plans are counted
            plan = app.actions.preview(move)
            if plan.payload.action_type in ("send_email", "follow_up"):
                app.actions.preview(move, as_draft=True)
    with suppress(OSError):
        socket.getaddrinfo("guard.invalid", None)


def _files(desk: Desk) -> set[Path]:
    return {path for path in desk.home.rglob("*") if path.is_file()}


CASE = Case(
    "previews of every action, with every socket watched",
    {"short": 3, "full": 100, "soak": 1_000},
    run,
)
