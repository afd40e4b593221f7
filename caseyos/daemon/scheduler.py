"""APScheduler, held on a short lead: memory store, one instance a job, a deadline for each run.

APScheduler only says when. Each run has a thread of our own, so that a hung one blocks neither the
scheduler nor the end of the process. An exception inside the scheduler's own loop kills its thread
while it still says "running"; a heartbeat that the scheduler itself starts tells life from death.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from caseyos.daemon.jobs import Job
from caseyos.errors import CaseyError

log = logging.getLogger(__name__)

HEARTBEAT = 5.0  # seconds
MISSED_BEATS = 3

RunJob = Callable[[Job, int], None]


@dataclass(frozen=True, slots=True)
class _Run:
    """A run under way; `overdue` is the moment of its deadline on the monotonic clock."""

    thread: threading.Thread
    overdue: float


class JobRunner:
    """Starts the jobs of the table when they are due, only while `leads()` gives an epoch."""

    def __init__(
        self, jobs: Iterable[Job], run_job: RunJob, leads: Callable[[], int | None]
    ) -> None:
        self._jobs = tuple(jobs)
        self._run_job = run_job
        self._leads = leads
        self._scheduler: BackgroundScheduler | None = None
        self._running: dict[str, _Run] = {}
        self._last_beat = time.monotonic()

    def start(self) -> None:
        """Build the scheduler and start it; every job also runs once soon."""
        scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        soon = _soon()
        scheduler.add_job(self._beat, "interval", seconds=HEARTBEAT, id="heartbeat")
        for job in self._jobs:
            scheduler.add_job(
                self._launch,
                "interval",
                seconds=job.every.total_seconds(),
                args=[job],
                id=job.name,
                next_run_time=soon,
            )
        scheduler.start()
        self._scheduler = scheduler
        self.excuse()

    def alive(self) -> bool:
        """Whether the scheduler's own thread lives and its heart has beaten lately."""
        thread = getattr(self._scheduler, "_thread", None)
        late = time.monotonic() - self._last_beat > MISSED_BEATS * HEARTBEAT
        return isinstance(thread, threading.Thread) and thread.is_alive() and not late

    def excuse(self) -> None:
        """Count the heart's silence from now: this very process was not running."""
        self._last_beat = time.monotonic()

    def reschedule(self) -> None:
        """Compute every next run anew: the wall clock jumped, or we have just begun to lead."""
        if self._scheduler is not None:
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=_soon())

    def stop(self, grace: float = 10.0) -> None:
        """Start nothing more, and give what runs `grace` seconds to end."""
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None and scheduler.running:
            scheduler.shutdown(wait=False)
        until = time.monotonic() + grace
        for name, run in self._running.items():
            run.thread.join(max(0.0, until - time.monotonic()))
            if run.thread.is_alive():
                log.warning("job %s was still running at the end", name)

    def _beat(self) -> None:
        self._last_beat = time.monotonic()
        for name, run in list(self._running.items()):
            if not run.thread.is_alive():
                self._running.pop(name, None)
            elif time.monotonic() > run.overdue:
                # Its row becomes `timed_out` when the next run of the job starts.
                log.error("job %s passed its deadline and was left behind", name)
                self._running.pop(name, None)

    def _launch(self, job: Job) -> None:
        epoch = self._leads()
        present = self._running.get(job.name)
        if epoch is None or (present is not None and present.thread.is_alive()):
            return
        thread = threading.Thread(
            target=self._work, args=(job, epoch), name=f"job-{job.name}", daemon=True
        )
        self._running[job.name] = _Run(thread, time.monotonic() + job.deadline.total_seconds())
        thread.start()

    def _work(self, job: Job, epoch: int) -> None:
        try:
            self._run_job(job, epoch)
        except CaseyError as error:
            log.warning("job %s failed: %s", job.name, error.message)
        except Exception:
            log.exception("job %s failed", job.name)


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=0.5)
