"""Real daemon processes on real servers: start, skip, stop, die, come back, take over."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from caseyos.store import schema
from caseyos.store.server import EmbeddedServer
from tests.conftest import Run

Daemon = subprocess.Popen[str]
StartDaemon = Callable[..., Daemon]


@pytest.fixture
def daemons() -> Iterator[StartDaemon]:
    """Start daemons in given environments; whatever still runs is killed afterwards."""
    started: list[Daemon] = []

    def start(environment: dict[str, str], *arguments: str) -> Daemon:
        command = [sys.executable, "-m", "caseyos", "daemon", "run", "--port", "0", *arguments]
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=environment["HOME"],
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def address(environment: dict[str, str]) -> str:
    """Where the daemon of a home listens."""
    state = Path(environment["XDG_STATE_HOME"]) / "caseyos" / "daemon.json"

    def told() -> str | None:
        return json.loads(state.read_text())["listen"] if state.exists() else None

    return eventually(told, 30)


def ask(where: str, path: str = "/ready") -> tuple[int, dict[str, object]]:
    """Status and body of one GET."""
    try:
        with urllib.request.urlopen(f"http://{where}{path}", timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def eventually(question: Callable[[], Any], patience: float = 20) -> Any:
    """The first answer that is true, asked for up to `patience` seconds."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = question()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {patience:.0f} seconds")


def ready_again(where: str, patience: float = 40) -> None:
    eventually(lambda: ask(where)[0] == 200, patience)


def test_a_daemons_life(home: dict[str, str], caseyos: Run, daemons: StartDaemon) -> None:
    assert json.loads(caseyos("daemon", "status", "--json").stdout)["data"]["running"] is False

    process = daemons(home)
    where = address(home)
    ready_again(where)
    assert ask(where, "/health") == (200, {"status": "ok"})
    checks = ask(where)[1]["checks"]
    assert checks == {"database": "ready", "migrations": "ready", "scheduler": "ready"}

    def all_ran() -> dict[str, str] | None:
        shown = json.loads(caseyos("daemon", "status", "--json").stdout)["data"]
        states = {run["job"]: run["state"] for run in shown["jobs"]}
        return states if len(states) == 3 and "running" not in states.values() else None

    assert eventually(all_ran) == {"generate": "ok", "sync": "ok", "tidy": "ok"}
    human = caseyos("daemon", "status")
    assert f"running, pid {process.pid}" in human.stdout
    assert "leader      this one" in human.stdout

    skipped = caseyos("tick")
    assert skipped.returncode == 0
    assert f"skipped: the daemon is ticking (pid {process.pid}" in skipped.stdout

    second = caseyos("daemon", "run", "--port", "0")
    assert second.returncode == 9
    assert f"The daemon already runs (pid {process.pid})." in second.stderr
    assert "caseyos daemon status" in second.stderr

    stopped = caseyos("daemon", "stop")
    assert f"Stopped pid {process.pid}" in stopped.stdout
    assert process.wait(30) == 0
    assert "No daemon was running." in caseyos("daemon", "stop").stdout
    assert caseyos("tick").stdout.startswith("tick")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_cleanly(
    home: dict[str, str], dsn: str, daemons: StartDaemon, number: signal.Signals
) -> None:
    process = daemons(home | {"DATABASE_URL": url_of(dsn)})
    ready_again(address(home))
    process.send_signal(number)
    output, _ = process.communicate(timeout=15)
    assert process.returncode == 0
    assert "daemon ending." in output
    assert not (Path(home["XDG_STATE_HOME"]) / "caseyos" / "daemon.json").exists()


def refused(where: str) -> dict[str, str]:
    """The checks of /ready once the server is quite dead: its children may outlive it a moment.

    Not ready from the first answer on.
    """
    deadline = time.monotonic() + 3
    while True:
        status, body = ask(where)
        assert status == 503
        checks = body["checks"]
        assert isinstance(checks, dict)
        if "server closed the connection" not in checks["database"] or time.monotonic() > deadline:
            return checks
        time.sleep(0.05)


def test_a_killed_embedded_server_is_said_and_restarted(
    home: dict[str, str], daemons: StartDaemon
) -> None:
    process = daemons(home)
    where = address(home)
    ready_again(where)
    server = EmbeddedServer(Path(home["XDG_DATA_HOME"]) / "caseyos")
    first_line = (server.cluster / "postmaster.pid").read_text().splitlines()[0]
    os.kill(int(first_line), signal.SIGKILL)
    checks = refused(where)
    assert "Connection refused" in checks["database"]
    assert checks["migrations"] == "unknown: the database does not answer"
    assert ask(where, "/health")[0] == 200

    ready_again(where)
    assert process.poll() is None


def test_an_outside_database_that_is_down_is_waited_for(
    home: dict[str, str], daemons: StartDaemon, caseyos: Run
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="caseyos-outside-"))
    outside = EmbeddedServer(folder)
    try:
        outside.ensure_running()
        schema.migrate(outside.dsn())
        outside.stop()
        environment = home | {"DATABASE_URL": url_of(outside.dsn())}
        process = daemons(environment)
        where = address(home)
        status, body = ask(where)
        assert status == 503
        assert "No such file" in str(body["checks"])
        shown = caseyos("daemon", "status", DATABASE_URL=environment["DATABASE_URL"])
        assert shown.returncode == 0
        assert f"running, pid {process.pid}" in shown.stdout
        assert "No such file" in shown.stdout

        outside.ensure_running()
        ready_again(where)
        with psycopg.connect(outside.dsn()) as connection:
            eventually(lambda: connection.execute("SELECT 1 FROM job_runs").fetchone())
    finally:
        outside.stop()
        shutil.rmtree(outside.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def test_another_daemon_takes_over_within_fifteen_seconds(
    home: dict[str, str], dsn: str, daemons: StartDaemon, tmp_path: Path
) -> None:
    shared = {"DATABASE_URL": url_of(dsn)}
    first = daemons(home | shared, "--no-http")
    epochs = "SELECT value ->> 'pid', value ->> 'epoch' FROM switches WHERE name = 'leader'"
    with psycopg.connect(dsn, autocommit=True) as connection:

        def led_by(process: Daemon) -> str | None:
            row = connection.execute(epochs).fetchone()
            return row[1] if row and row[0] == str(process.pid) else None

        assert eventually(lambda: led_by(first)) == "1"
        second_state = {"XDG_STATE_HOME": str(tmp_path), "HOME": str(tmp_path)}
        second = daemons(home | shared | second_state, "--no-http")
        eventually((tmp_path / "caseyos" / "daemon.json").exists)
        time.sleep(2.5)  # longer than the watch: it must have tried, and stood by
        assert led_by(first) == "1"

        first.kill()
        assert eventually(lambda: led_by(second), 15) == "2"
        by_epoch = "SELECT count(*) FROM job_runs WHERE epoch = 2"
        eventually(lambda: connection.execute(by_epoch).fetchone() != (0,))
    second.terminate()
    output, _ = second.communicate(timeout=15)
    assert "standing by to take over" in output
    assert second.returncode == 0


def test_a_foreign_address_and_a_wrong_listen_are_refused(caseyos: Run) -> None:
    remote = caseyos("daemon", "run", "--host", "0.0.0.0")
    assert (remote.returncode, "is not this computer" in remote.stderr) == (5, True)
    wrong = caseyos("daemon", "run", CASEYOS_HTTP__LISTEN="nowhere")
    assert wrong.returncode == 11
    assert "http.listen" in wrong.stderr


def url_of(dsn: str) -> str:
    """A connection string of the embedded server as a URL."""
    parts = dict(part.split("=", 1) for part in dsn.split())
    return f"postgresql://{parts['user']}@/{parts['dbname']}?host={parts['host']}"
