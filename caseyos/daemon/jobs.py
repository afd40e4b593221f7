"""The jobs as a table: name, how often, and the App method each calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from caseyos.app import App

Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """One scheduled job.

    `deadline` bounds one run; `recorded` says whether every run goes to job_runs, or only those
    that fail.
    """

    name: str
    every: timedelta
    run: Callable[[], Figures]
    deadline: timedelta
    recorded: bool = True


def job_table(app: App) -> tuple[Job, ...]:
    """Every enabled job with the interval the configuration gives it."""
    operations = app.operations
    jobs = (
        Job("outbox", timedelta(seconds=5), operations.send_due, timedelta(minutes=2), False),
        Job("reconcile", timedelta(seconds=30), operations.reconcile, timedelta(minutes=2), False),
        Job("sync", operations.sync_every(), operations.sync_due, timedelta(minutes=5)),
        Job("generate", timedelta(minutes=15), operations.generate, timedelta(minutes=10)),
        Job("tidy", timedelta(hours=6), operations.tidy, timedelta(minutes=10)),
    )
    return tuple(
        Job(job.name, operations.interval(job.name, job.every), job.run, job.deadline, job.recorded)
        for job in jobs
        if operations.job_enabled(job.name)
    )
