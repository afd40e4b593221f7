"""The runner of the jobs, on APScheduler as it is: deadlines, death, and nothing without an epoch."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from caseyos.daemon import scheduler
from caseyos.daemon.jobs import Job
from caseyos.daemon.scheduler import JobRunner
from caseyos.errors import NotReady

Start = Callable[..., JobRunner]


def job(name: str = "job", *, deadline: float = 60) -> Job:
    every = timedelta(seconds=0.1)
    return Job(name, every, lambda: {}, timedelta(seconds=deadline))


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start runners whose heart beats five times a second; they are stopped afterwards."""
    monkeypatch.setattr(scheduler, "HEARTBEAT", 0.2)
    runners: list[JobRunner] = []

    def started(*jobs: Job, run: Callable[[Job, int], None], epoch: int | None = 7) -> JobRunner:
        runners.append(JobRunner(jobs, run, lambda: epoch))
        runners[-1].start()
        return runners[-1]

    yield started
    for runner in runners:
        runner.stop(grace=0)


def wait_for(question: Callable[[], object], patience: float = 10) -> None:
    deadline = time.monotonic() + patience
    while not question():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_jobs_run_with_the_epoch_and_not_without(start: Start) -> None:
    led: list[tuple[str, int]] = []
    unled: list[str] = []
    start(job("a"), job("b"), run=lambda one, epoch: led.append((one.name, epoch)))
    start(job(), run=lambda one, _epoch: unled.append(one.name), epoch=None)
    wait_for(lambda: led.count(("a", 7)) > 2 and led.count(("b", 7)) > 2)
    assert not unled


def test_a_failing_job_runs_again(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    runs: list[int] = []

    def fails(_job: Job, epoch: int) -> None:
        runs.append(epoch)
        raise NotReady("The database is away.") if len(runs) == 1 else ZeroDivisionError

    logging.getLogger("caseyos").propagate = True
    runner = start(job(), run=fails)
    wait_for(lambda: len(runs) > 2)
    assert runner.alive()
    assert "The database is away." in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_one_instance_until_the_deadline_then_the_next(start: Start) -> None:
    release = threading.Event()
    runs: list[float] = []

    def hangs(_job: Job, _epoch: int) -> None:
        runs.append(time.monotonic())
        release.wait()

    runner = start(job(deadline=1), run=hangs)
    wait_for(lambda: len(runs) == 2)
    assert runs[1] - runs[0] >= 1
    assert runner.alive()
    begun = time.monotonic()
    runner.stop(grace=0.3)
    assert time.monotonic() - begun < 5
    release.set()


def test_stop_lets_a_running_job_end(start: Start) -> None:
    begun, ended = threading.Event(), threading.Event()

    def slow(_job: Job, _epoch: int) -> None:
        begun.set()
        time.sleep(0.5)
        ended.set()

    runner = start(job(), run=slow)
    assert begun.wait(5)
    runner.stop(grace=5)
    assert ended.is_set()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_scheduler_that_died_in_its_own_loop_is_not_alive(start: Start) -> None:
    runs: list[int] = []
    runner = start(job(), run=lambda _job, epoch: runs.append(epoch))
    wait_for(lambda: runs)
    inner = runner._scheduler
    assert inner is not None
    inner._process_jobs = lambda: 1 / 0
    inner.wakeup()
    wait_for(lambda: not runner.alive())
    assert inner.running  # what APScheduler itself says of its dead thread
    runner.stop(grace=0)
    runner.start()
    before = len(runs)
    wait_for(lambda: runner.alive() and len(runs) > before)


def test_a_silent_heart_is_noticed_and_can_be_excused(start: Start) -> None:
    runner = start(run=lambda _job, _epoch: None)
    inner = runner._scheduler
    assert inner is not None
    inner.pause()
    wait_for(lambda: not runner.alive())
    runner.excuse()
    assert runner.alive()
