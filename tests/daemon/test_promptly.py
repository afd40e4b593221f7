"""New signals are processed when they come, by whoever leads, and again after a fault."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from caseyos.app import App
from caseyos.daemon import promptly
from caseyos.daemon.promptly import Promptly

Begin = Callable[..., Promptly]


@pytest.fixture
def app(dsn: str, tmp_path: Path) -> Iterator[App]:
    opened = App.open(environ={"HOME": str(tmp_path), "DATABASE_URL": dsn}, origin="daemon")
    yield opened
    opened.close()


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Start a listener and wait until it listens; it is stopped afterwards."""
    monkeypatch.setattr(promptly, "SILENCE", 0.05)
    monkeypatch.setattr(promptly, "AGAIN", 0.05)
    begun: list[Promptly] = []

    def make(app: App, epoch: int | None = 1) -> Promptly:
        begun.append(Promptly(app, lambda: epoch))
        begun[-1].start()
        wait_for(lambda: listening(app))
        return begun[-1]

    yield make
    for one in begun:
        one.stop()


def wait_for(question: Callable[[], object], patience: float = 30) -> None:
    deadline = time.monotonic() + patience
    while not question():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def ask(app: App, query: str) -> int:
    with app.unit_of_work() as unit:
        row = unit.connection.execute(query).fetchone()
    assert row is not None
    return int(next(iter(row.values())))


def listening(app: App) -> int:
    return ask(
        app,
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE query = 'LISTEN caseyos' AND datname = current_database()",
    )


def insert(app: App) -> None:
    with app.unit_of_work() as unit:
        unit.connection.execute("INSERT INTO signals (signal_type) VALUES ('manual')")


def moves(app: App) -> int:
    return ask(app, "SELECT count(*) FROM command_queue_items")


def test_a_signal_is_a_move_at_once(app: App, begin: Begin) -> None:
    begin(app)
    for number in (1, 2):
        insert(app)
        wait_for(lambda number=number: moves(app) == number)


def test_whoever_does_not_lead_leaves_it(app: App, begin: Begin) -> None:
    heard = threading.Event()
    idle = Promptly(app, lambda: heard.set())
    idle.start()
    wait_for(lambda: listening(app))
    insert(app)
    assert heard.wait(30)
    idle.stop()
    assert moves(app) == 0


def test_it_listens_again_after_a_fault(
    app: App, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, faults = app.generation.process, iter([ValueError("odd")])

    def process() -> object:
        for fault in faults:
            raise fault
        return real()

    monkeypatch.setattr(app.generation, "process", process)
    begin(app)
    insert(app)
    wait_for(lambda: next(faults, None) is None and listening(app))
    wait_for(lambda: (insert(app), moves(app))[1] > 0)


def test_generation_that_is_off_is_off(dsn: str, tmp_path: Path, begin: Begin) -> None:
    file = tmp_path / ".config" / "caseyos" / "caseyos.toml"
    file.parent.mkdir(parents=True)
    file.write_text("[jobs.generate]\nenabled = false\n")
    off = App.open(environ={"HOME": str(tmp_path), "DATABASE_URL": dsn})
    quiet = Promptly(off, lambda: 1)
    quiet.start()
    assert not quiet._thread.is_alive()
    quiet.stop()
    off.close()
