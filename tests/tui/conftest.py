"""An App on a fresh database with a clock that stands still, and the program in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from caseyos.app import App
from caseyos.app.clocks import FixedClock
from caseyos.config import load_config
from caseyos.tui import guard

NOW = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)


@pytest.fixture
def make_core(dsn: str, tmp_path: Path) -> Iterator[Callable[..., App]]:
    """Make Apps on one fresh database; words such as `CASEYOS_UI__FLOOR="40"` configure them."""
    made: list[App] = []

    def make(**words: str) -> App:
        environ = {
            "HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "XDG_DATA_HOME": str(tmp_path / "data"),
            "XDG_STATE_HOME": str(tmp_path / "state"),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            "DATABASE_URL": dsn,
            "CASEYOS_TIMEZONE": "UTC",
            "CASEYOS_UI__GLYPHS": "unicode",
        }
        config = load_config(environ=environ | words, cwd=tmp_path)
        made.append(App(config, clock=FixedClock(NOW), origin="tui"))
        return made[-1]

    yield make
    for app in made:
        app.close()


@pytest.fixture
def core(make_core: Callable[..., App]) -> App:
    """An App on a fresh database."""
    return make_core()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dialogs listen at once, where a test is not about that."""
    monkeypatch.setattr(guard, "DEAF", 0.0)
