"""An App on a fresh database and home, whose clock stands still or is set by the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from caseyos.app import App
from caseyos.app.clocks import FixedClock
from tests.connectors.conftest import account, calendar_server  # noqa: F401 - fixtures

NOW = datetime(2026, 11, 24, 14, 12, tzinfo=UTC)  # a Tuesday
OpenApp = Callable[..., App]


@pytest.fixture
def open_app(tmp_path: Path, dsn: str) -> Iterator[OpenApp]:
    """Open Apps on one fresh database and home: `open_app(settings, now=..., **environ)`."""
    opened: list[App] = []

    def make(settings: str = "", *, now: datetime = NOW, **environ: str) -> App:
        file = tmp_path / ".config" / "caseyos" / "caseyos.toml"
        if settings:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"timezone = 'UTC'\n{settings}")
        given = {"HOME": str(tmp_path), "DATABASE_URL": dsn, "CASEYOS_SESSION": "test"} | environ
        opened.append(App.open(environ=given, clock=FixedClock(now)))
        return opened[-1]

    yield make
    for app in opened:
        app.close()


@pytest.fixture
def app(open_app: OpenApp) -> App:
    """One App with the default settings, at a quarter past two on a Tuesday, UTC."""
    return open_app("[send]\nfrom_address = 'casey@me.example'\n")
