"""The daemon's watch: a scheduler that dies once is rebuilt, twice is the supervisor's business."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from caseyos.app import App
from caseyos.app.daemon_lock import DaemonFile
from caseyos.daemon import run as daemon_run
from caseyos.daemon.run import Daemon


@pytest.fixture
def app(dsn: str, tmp_path: Path) -> Iterator[App]:
    opened = App.open(environ={"HOME": str(tmp_path), "DATABASE_URL": dsn}, origin="daemon")
    yield opened
    opened.close()


def kill_scheduler(daemon: Daemon, times: int, epochs: list[int | None]) -> None:
    """Break the scheduler's loop whenever it lives, `times` times."""
    for _ in range(times):
        until = time.monotonic() + 20
        while not (daemon._runner.alive() and daemon._epoch) and time.monotonic() < until:
            time.sleep(0.02)
        epochs.append(daemon._epoch)
        scheduler = daemon._runner._scheduler
        assert scheduler is not None
        scheduler._process_jobs = lambda: 1 / 0
        scheduler.wakeup()
        while daemon._runner._scheduler is scheduler and time.monotonic() < until:
            time.sleep(0.02)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_two_deaths_end_with_75(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon_run, "WATCH_EVERY", 0.1)
    said: list[str] = []
    daemon = Daemon(app, say=said.append)
    epochs: list[int | None] = []
    killer = threading.Thread(target=kill_scheduler, args=(daemon, 2, epochs))
    killer.start()
    assert daemon.run() == 75
    killer.join(20)
    assert epochs == [1, 1]
    assert said[1] == "leading, epoch 1"
    assert DaemonFile(app.config.paths.state_dir).running() is None


def test_a_clock_step_begins_a_new_epoch(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon_run, "WATCH_EVERY", 0.1)
    real = time.time
    stepped = threading.Event()
    monkeypatch.setattr(daemon_run.time, "time", lambda: real() - (3600 if stepped.is_set() else 0))
    daemon = Daemon(app)
    epochs: list[int | None] = []

    def script() -> None:
        until = time.monotonic() + 20
        while daemon._epoch is None and time.monotonic() < until:
            time.sleep(0.02)
        epochs.append(daemon._epoch)
        stepped.set()
        while daemon._epoch in (1, None) and time.monotonic() < until:
            time.sleep(0.02)
        epochs.append(daemon._epoch)
        daemon._ending.put(15)

    person = threading.Thread(target=script)
    person.start()
    assert daemon.run() == 0
    person.join(20)
    assert epochs == [1, 2]
