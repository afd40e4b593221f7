"""Where a case plays: a server, databases and homes of its own, and processes that are all ended.

Knows no case. Everything a stage made is gone when it is closed, also after Ctrl-C.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from caseyos.store import schema
from caseyos.store.server import EmbeddedServer
from tests.desk import Desk

TEMPLATE = "template_crash"
# A program that is started is the one of this very tree, whatever is installed.
OURSELVES = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": str(Path(__file__).parents[2]),
    "TZ": "UTC",
    "COLUMNS": "100",
}


class Stage:
    """One case's server (its connection string), seed and folder."""

    def __init__(self, server: str, template: str, folder: Path, seed: int) -> None:
        self.server, self.template, self.folder, self.seed = server, template, folder, seed
        self.dice = Random(seed)
        self._children: set[int] = set()
        self._programs: list[subprocess.Popen[Any]] = []
        self._databases: list[str] = []
        self._endings: list[Callable[[], None]] = []

    def database(self) -> str:
        """The connection string of a fresh, migrated database."""
        name = f"crash_{uuid4().hex[:12]}"
        self._admin(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        self._databases.append(name)
        return make_conninfo(self.server, dbname=name)

    def home(self) -> Path:
        """An empty home."""
        return Path(tempfile.mkdtemp(prefix="home-", dir=self.folder))

    def desk(self, **options: Any) -> Desk:
        """A CaseyOS with a home and a database of its own."""
        return Desk(self.home(), self.database(), **options)

    def fork(self, task: Callable[[], None]) -> int:
        """Run a task in a forked process; exit status 1 and its words on stderr when it fails."""
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            try:
                task()
            except BaseException as error:
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
                sys.stderr.flush()
                os._exit(1)
            os._exit(0)
        self._children.add(child)
        return child

    def wait(self, child: int) -> int:
        """How a forked process ended."""
        status = os.waitpid(child, 0)[1]
        self._children.discard(child)
        return status

    def in_processes(self, tasks: Sequence[Callable[[], None]]) -> list[int]:
        """Run tasks in forked processes at once; how each ended. One that fails is an error."""
        children = [self.fork(task) for task in tasks]
        statuses = [self.wait(child) for child in children]
        if any(os.WIFEXITED(status) and os.WEXITSTATUS(status) == 1 for status in statuses):
            raise AssertionError("a process failed; its words are above")
        return statuses

    def program(self, *arguments: str, environ: dict[str, str]) -> subprocess.Popen[str]:
        """The program as a real process, which is ended with the stage."""
        started = subprocess.Popen(
            [sys.executable, "-m", "caseyos", *arguments],
            env=OURSELVES | environ,
            cwd=environ["HOME"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._programs.append(started)
        return started

    def end_with(self, ending: Callable[[], None]) -> None:
        """Call this, too, when the stage is closed or abandoned."""
        self._endings.append(ending)

    def close(self) -> None:
        """End every process and drop every database; the folder is the opener's."""
        self.end_processes()
        for name in self._databases:
            with suppress(psycopg.Error):
                self._admin(f"DROP DATABASE {name} WITH (FORCE)")

    def abandon(self) -> None:
        """End every process and remove the folder; the databases go with their server."""
        self.end_processes()
        shutil.rmtree(self.folder, ignore_errors=True)

    def end_processes(self) -> None:
        """End every process of this stage that still runs."""
        for ending in reversed(self._endings):
            ending()
        for program in self._programs:
            if program.poll() is None:
                program.kill()
                program.communicate()
        for child in tuple(self._children):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(child, 0)

    def _admin(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def own_server(folder: Path, *, durable: bool = False) -> Iterator[EmbeddedServer]:
    """A server in a folder with the migrated template, gone afterwards.

    It saves itself the syncs that only a power failure would need; `durable` means that what was
    committed is with the kernel, so that it outlives the server's own death.
    """
    server = EmbeddedServer(folder)
    try:
        server.ensure_running()
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
            commits = () if durable else ("synchronous_commit",)
            for setting in ("fsync", "full_page_writes", *commits):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
        schema.migrate(server.dsn(TEMPLATE))
        yield server
    finally:
        server.stop()
        if server.account.switch:
            shutil.rmtree(server.home, ignore_errors=True)
        shutil.rmtree(server.socket_dir, ignore_errors=True)


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="caseyos-crash-"))
    folder.chmod(0o755)  # servers in it run under accounts of their own
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def end_on_signals(tidy: Callable[[], None] | None = None) -> None:
    """SIGTERM and Ctrl-C end this process once, through every `finally`.

    With `tidy` that is called instead and the process is over: libraries that a case uses may
    swallow an exception that comes out of nowhere.
    """

    def end(number: int, _frame: FrameType | None) -> None:
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, signal.SIG_IGN)
        if tidy is None:
            raise SystemExit(128 + number)
        tidy()
        os._exit(128 + number)

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, end)


def die() -> None:
    """End this process as a power cut ends it."""
    os.kill(os.getpid(), signal.SIGKILL)


def eventually(question: Callable[[], Any], patience: float = 30.0) -> Any:
    """The first answer that is true, asked for up to `patience` seconds."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = question()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {patience:.0f} seconds")


def insert_moves(desk: Desk, count: int, action: str = "send_email", **context: Any) -> list[UUID]:
    """Pending moves as a plain script inserts them, each to a person and a company of its own."""
    moves = [uuid4() for _ in range(count)]
    with psycopg.connect(desk.dsn) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO command_queue_items (id, priority_score, action_type, action_context,"
            " status, owner, title, due_by)"
            " VALUES (%s, 50, %s, %s, 'pending', 'casey', %s, now() + interval '1 day')",
            [
                (
                    move,
                    action,
                    Jsonb({"recipient": f"p.{move.hex[:8]}@c{move.hex[-8:]}.example", **context}),
                    f"Write to person {number}",
                )
                for number, move in enumerate(moves)
            ],
        )
    return moves
