"""What every test may ask for: a database of its own on a real server, a fresh home, the program."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest

from caseyos.store import schema
from caseyos.store.database import Database
from caseyos.store.server import EmbeddedServer

# Two cores shared by many workers: how long an example takes says nothing about the code.
hypothesis.settings.register_profile("caseyos", deadline=None, print_blob=True)
hypothesis.settings.load_profile("caseyos")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
_numbers = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """One embedded server for the whole run of this worker."""
    folder = Path(tempfile.mkdtemp(prefix="caseyos-tests-"))
    running = EmbeddedServer(folder)
    running.ensure_running()
    with psycopg.connect(running.dsn("postgres"), autocommit=True) as connection:
        # A database for each test is a lot of disk: nobody needs these after a power failure.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield running
    running.stop()
    shutil.rmtree(running.home, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server: EmbeddedServer) -> str:
    """The name of a migrated database that tests clone."""
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_caseyos")
    schema.migrate(server.dsn("template_caseyos"))
    return "template_caseyos"


@pytest.fixture
def dsn(server: EmbeddedServer, template: str) -> Iterator[str]:
    """The connection string of a fresh, migrated database."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield server.dsn(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(dsn: str) -> Iterator[Database]:
    """A fresh, migrated database."""
    opened = Database(dsn)
    yield opened
    opened.close()


Run = Callable[..., subprocess.CompletedProcess[str]]


@contextmanager
def fresh_home() -> Iterator[dict[str, str]]:
    """The environment of a newcomer: an empty home; its servers are stopped afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="caseyos-home-"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CASEYOS_")}
    for name in ("DATABASE_URL", "CI", "NO_COLOR", "XDG_RUNTIME_DIR", "PYTHONDONTWRITEBYTECODE"):
        kept.pop(name, None)
    kept |= {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "CASEYOS_SESSION": "test",
        "TZ": "UTC",
        "COLUMNS": "100",
    }
    yield kept
    for data in [folder / "data" / "caseyos", *(folder / "data/caseyos/profiles").glob("*")]:
        running = EmbeddedServer(data)
        running.stop()
        if running.account.switch:
            shutil.rmtree(running.home, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def runner(home: dict[str, str]) -> Run:
    """Run the program as a real process in that home, with standard input closed."""

    def run(
        *arguments: str, cwd: Path | None = None, text_in: str | None = None, **extra: str
    ) -> subprocess.CompletedProcess[str]:
        given: dict[str, Any] = {"stdin": subprocess.DEVNULL} if text_in is None else {}
        return subprocess.run(
            [sys.executable, "-m", "caseyos", *arguments],
            env=home | extra,
            cwd=cwd or home["HOME"],
            input=text_in,
            capture_output=True,
            text=True,
            timeout=180,
            **given,
        )

    return run


@pytest.fixture
def home() -> Iterator[dict[str, str]]:
    """A newcomer's home, for one test."""
    with fresh_home() as environment:
        yield environment


@pytest.fixture
def caseyos(home: dict[str, str]) -> Run:
    """The program in that home."""
    return runner(home)


@pytest.fixture(scope="module")
def demo_home() -> Iterator[dict[str, str]]:
    """A home with the demo in it, where every command means the demo; one for a module."""
    with fresh_home() as environment:
        made = runner(environment)("demo", "start")
        assert made.returncode == 0, made.stderr
        yield environment | {"CASEYOS_PROFILE": "demo"}


@pytest.fixture(scope="module")
def demo(demo_home: dict[str, str]) -> Run:
    """The program in the demo's home."""
    return runner(demo_home)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real data beside the checkout; a skip where they are missing, a failure in CI."""
    if not SHARED_DATA.is_dir():
        if os.environ.get("CI") and os.environ.get("CASEYOS_DATA_REQUIRED"):
            pytest.fail(f"{SHARED_DATA} is missing in CI")
        pytest.skip(f"the real data are not at {SHARED_DATA}")
    return SHARED_DATA
