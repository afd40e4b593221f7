"""The embedded server comes up whatever was left behind, and lets nobody else in."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from caseyos.store.server import EmbeddedServer


@pytest.fixture(scope="module")
def own() -> Iterator[EmbeddedServer]:
    folder = Path(tempfile.mkdtemp(prefix="caseyos-server-"))
    server = EmbeddedServer(folder)
    yield server
    server.stop()
    shutil.rmtree(server.home, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def test_two_commands_starting_at_once_share_one_server(own: EmbeddedServer) -> None:
    folder = tempfile.mkdtemp(prefix="caseyos-both-")
    code = (
        "import sys; from pathlib import Path; from caseyos.store.server import EmbeddedServer;"
        f"s = EmbeddedServer(Path({folder!r})); s.ensure_running(); print(s._server_pid())"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = {process.communicate(timeout=60)[0] for process in both}
    server = EmbeddedServer(Path(folder))
    try:
        assert len(answers) == 1 and answers == {f"{server._server_pid()}\n"}
    finally:
        server.stop()
        shutil.rmtree(server.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def test_it_survives_a_kill(own: EmbeddedServer) -> None:
    own.ensure_running()
    pid = own._server_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    own.ensure_running()
    assert own.is_reachable() and own._server_pid() != pid


@pytest.mark.parametrize("left", ["", "garbage\n", "\n\n", "{own}\n/elsewhere\n", "1\n"])
def test_a_stale_pid_file_is_seen_through(own: EmbeddedServer, left: str) -> None:
    own.ensure_running()
    own.stop()
    text = left.format(own=os.getpid())  # a living process that is not the server
    (own.cluster / "postmaster.pid").write_text(text)
    own.ensure_running()
    assert own.is_reachable()


def test_the_socket_is_private_and_peer_is_asked(own: EmbeddedServer) -> None:
    own.ensure_running()
    assert stat.S_IMODE(own.socket_dir.stat().st_mode) == 0o700
    rules = (own.cluster / "pg_hba.conf").read_text().split()
    assert "peer" in rules and "trust" not in rules
    with psycopg.connect(own.dsn("postgres")) as connection:
        row = connection.execute("SHOW listen_addresses").fetchone()
    assert row == ("",)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try as another user")
def test_another_user_is_kept_out(own: EmbeddedServer) -> None:
    own.ensure_running()
    tried = subprocess.run(
        [own.binary("psql"), own.dsn("postgres"), "-c", "select 1"],
        user="nobody",
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert tried.returncode != 0


def test_a_long_data_path_moves_only_the_socket() -> None:
    folder = Path(tempfile.mkdtemp(prefix="caseyos-long-")) / ("long" * 15) / ("path" * 15)
    server = EmbeddedServer(folder)
    try:
        server.ensure_running()
        assert server.is_reachable()
        assert len(os.fsencode(server.socket_dir / ".s.PGSQL.5432")) < 100
    finally:
        server.stop()
        shutil.rmtree(server.home, ignore_errors=True)
        shutil.rmtree(folder.parents[1], ignore_errors=True)


def test_stopping_twice_is_an_answer(own: EmbeddedServer) -> None:
    own.ensure_running()
    assert own.stop() is True
    assert own.stop() is False
