"""APScheduler, held on a short lead: memory store, one instance a job, a deadline for each run.

An exception inside the scheduler's own loop kills its thread while it still says "running", so a
heartbeat that the scheduler itself writes is what tells life from death.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as DeadlinePassed
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from caseyos.app import App
from caseyos.daemon.jobs import Job

log = logging.getLogger(__name__)

HEARTBEAT = timedelta(seconds=5)


class JobRunner:
    """Runs the job table; only while `leads()` says so."""

    def __init__(self, app: App, jobs: Iterable[Job], leads: Callable[[], int | None]) -> None:
        self._app = app
        self._jobs = tuple(jobs)
        self._leads = leads
        self._scheduler: BackgroundScheduler | None = None
        self.last_beat = time.monotonic()

    def start(self) -> None:
        """Build the scheduler and start it; every job also runs once soon."""
        scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        scheduler.add_job(self._beat, "interval", seconds=HEARTBEAT.total_seconds(), id="heartbeat")
        soon = datetime.now(UTC) + timedelta(seconds=1)
        for job in self._jobs:
            scheduler.add_job(
                self._run,
                "interval",
                seconds=job.every.total_seconds(),
                args=[job],
                id=job.name,
                next_run_time=soon,
            )
        scheduler.start()
        self._scheduler = scheduler
        self.last_beat = time.monotonic()

    def alive(self) -> bool:
        """Whether the scheduler's own thread lives and has beaten within two intervals."""
        thread = getattr(self._scheduler, "_thread", None)
        late = time.monotonic() - self.last_beat > 3 * HEARTBEAT.total_seconds()
        return isinstance(thread, threading.Thread) and thread.is_alive() and not late

    def reschedule(self) -> None:
        """Compute every next run anew: the wall clock jumped."""
        if self._scheduler is None:
            return
        soon = datetime.now(UTC) + timedelta(seconds=1)
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=soon)

    def stop(self, *, wait: bool = True) -> None:
        """Take no new runs; with `wait`, let the running ones end."""
        if self._scheduler is not None and self._scheduler.running:
            self._scheduler.shutdown(wait=wait)
        self._scheduler = None

    def _beat(self) -> None:
        self.last_beat = time.monotonic()

    def _run(self, job: Job) -> None:
        epoch = self._leads()
        if epoch is None:
            return
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"job-{job.name}")
        try:
            future = pool.submit(self._app.operations.run_job, job.name, job.run, job, epoch)
            future.result(timeout=job.deadline.total_seconds())
        except DeadlinePassed:
            log.error(
                "job %s passed its deadline of %s and was left behind", job.name, job.deadline
            )
        except Exception:
            log.exception("job %s failed", job.name)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
