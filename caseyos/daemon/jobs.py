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
    """One scheduled job. `deadline` bounds one run; `recorded` says whether runs go to job_runs."""

    name: str
    every: timedelta
    run: Callable[[App], Figures]
    deadline: timedelta
    recorded: bool = True


def job_table(app: App) -> tuple[Job, ...]:
    """Every enabled job with the interval the configuration gives it."""
    operations = app.operations
    jobs = (
        Job("outbox", timedelta(seconds=5), _quiet(operations.send_due), _minutes(2), False),
        Job("reconcile", timedelta(seconds=30), _quiet(operations.reconcile), _minutes(2), False),
        Job("sync", timedelta(minutes=2), _quiet(operations.sync_sources), _minutes(5)),
        Job("generate", timedelta(minutes=15), _quiet(operations.generate), _minutes(10)),
        Job("tidy", timedelta(hours=6), _quiet(operations.tidy), _minutes(10)),
    )
    return tuple(
        Job(job.name, operations.interval(job.name, job.every), job.run, job.deadline, job.recorded)
        for job in jobs
        if operations.job_enabled(job.name)
    )


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def _quiet(method: Callable[[], Figures]) -> Callable[[App], Figures]:
    return lambda _app: method()
