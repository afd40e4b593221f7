"""What a command may load: modules are the gate, milliseconds are only measured."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import Run

HEAVY = (
    *("sqlalchemy", "sqlmodel", "pydantic", "textual", "apscheduler", "alembic", "keyring"),
    *("fastapi", "uvicorn", "sentry_sdk", "jinja2"),
)
_PROBE = """
import sys
sys.argv = ["caseyos", *sys.argv[1:]]
from caseyos.cli.entry import run
code = run(sys.argv[1:])
loaded = sorted(n for n in {heavy} if n in sys.modules)
sys.stderr.write("LOADED " + " ".join(loaded))
sys.exit(code)
"""


def loaded(home: dict[str, str], *arguments: str) -> set[str]:
    """The heavy modules that running these arguments loaded."""
    done = subprocess.run(
        [sys.executable, "-c", _PROBE.format(heavy=repr(HEAVY)), *arguments],
        env=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.rpartition("LOADED ")[2].split())


def test_the_package_itself_imports_nothing() -> None:
    script = (
        "import sys; before = set(sys.modules); import caseyos; print(set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "{'caseyos'}"


@pytest.mark.parametrize("arguments", [("--help",), ("version",), ("--version",), ("help",)])
def test_what_needs_no_database_does_not_load_the_driver(
    demo_home: dict[str, str], arguments: tuple[str, ...]
) -> None:
    assert loaded(demo_home, *arguments) == set()
    script = _PROBE.format(heavy=("psycopg", "msgspec"))
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], env=demo_home, capture_output=True, text=True
    )
    assert "psycopg" not in done.stderr.rpartition("LOADED ")[2]


@pytest.mark.parametrize(
    "arguments",
    [("today",), ("today", "--json"), ("next",), ("status",), ("queue",), ("activity",)],
)
def test_reads_load_nothing_heavy(demo_home: dict[str, str], arguments: tuple[str, ...]) -> None:
    assert loaded(demo_home, *arguments) == set()


def test_show_and_why_load_nothing_heavy(demo: Run, demo_home: dict[str, str]) -> None:
    demo("today")
    assert loaded(demo_home, "show", "1") == set()
    assert loaded(demo_home, "why", "1") == set()
