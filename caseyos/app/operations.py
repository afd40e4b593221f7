"""Running CaseyOS: one pass of everything, readiness, the jobs and their records."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from caseyos.config import parse_duration
from caseyos.domain.reports import (
    ActivityEntry,
    JobRun,
    Leadership,
    Readiness,
    Stats,
    Status,
    TickReport,
)
from caseyos.domain.views import QueueFilter
from caseyos.errors import CaseyError

if TYPE_CHECKING:
    from caseyos.app.core import App
    from caseyos.store.leader import LeaderLock

Figures = Mapping[str, Any]
SYNC_EVERY = timedelta(minutes=2)
SHORTEST = timedelta(seconds=5)


class ScheduledJob(Protocol):
    """What a run needs to know of its job."""

    @property
    def name(self) -> str:
        """What it is called in job_runs."""
        ...

    @property
    def run(self) -> Callable[[], Figures]:
        """What it does."""
        ...

    @property
    def every(self) -> timedelta:
        """The interval."""
        ...

    @property
    def deadline(self) -> timedelta:
        """How long one run may take."""
        ...

    @property
    def recorded(self) -> bool:
        """Whether all its runs go to job_runs, or only those that fail."""
        ...


class Operations:
    """Tick, readiness, job runs and the status line."""

    def __init__(self, app: App) -> None:
        self._app = app

    @cached_property
    def leader(self) -> LeaderLock:
        """The lock that daemon and tick share."""
        from caseyos.store.leader import LeaderLock

        role = "daemon" if self._app.origin == "daemon" else "tick"
        return LeaderLock(self._app.database, role)

    def tick(
        self, *, send: bool = True, source: str | None = None, max_seconds: float | None = None
    ) -> TickReport:
        """One pass for cron: fetch, detect outcomes, generate, send what is due, reconcile.

        Skips politely when a daemon or another tick leads. A step that fails does not stop the
        others; steps left when `max_seconds` are over are not begun.
        """
        started, begun = self._app.clock.now(), time.monotonic()
        self._app.sources.check(source)
        if not self.leader.acquire():
            with self._app.unit_of_work() as uow:
                other = uow.jobs.leader()
            return TickReport(started, time.monotonic() - begun, skipped=_who(other))
        steps: dict[str, Figures] = {}
        failures: list[str] = []
        try:
            for name, step in self._passes(send=send, source=source):
                if max_seconds is not None and time.monotonic() - begun > max_seconds:
                    failures.append(f"{name}: no time left of {max_seconds:.0f} seconds")
                    continue
                try:
                    steps[name] = step()
                except CaseyError as error:
                    failures.append(f"{name}: {error.message}")
                else:
                    lost = steps[name].get("failures") or {}
                    failures += [f"{source}: {told}" for source, told in lost.items()]
        finally:
            self.leader.release()
        return TickReport(started, time.monotonic() - begun, steps=steps, failures=tuple(failures))

    def _passes(
        self, *, send: bool, source: str | None
    ) -> tuple[tuple[str, Callable[[], Figures]], ...]:
        passes: list[tuple[str, Callable[[], Figures]]] = [
            ("sync", lambda: self.sync_sources(source)),
            ("generate", self.generate),
        ]
        if send:
            passes += [("send", self.send_due), ("reconcile", self.reconcile)]
        return tuple(passes)

    def sync_sources(self, source: str | None = None) -> Figures:
        """Ask the sources for news."""
        return figures(self._app.intake.sync(source))

    def sync_due(self) -> Figures:
        """Ask those sources for news whose interval is over."""
        return figures(self._app.intake.sync(due_only=True))

    def hear(self, source: str) -> Figures:
        """Ask one source that told of news, and make of them what there is to make."""
        report = self._app.intake.sync(source)
        return {**figures(report), **(self.generate() if report.signals else {})}

    def generate(self) -> Figures:
        """Detect outcomes, then turn signals into moves and rescore."""
        outcomes = self._app.outcomes.detect()
        return {"outcomes": figures(outcomes), **figures(self._app.generation.run())}

    def send_due(self) -> Figures:
        """Claim and run what is queued and due."""
        return figures(self._app.actions.run_due())

    def send_due_unless_led(self) -> Figures | None:
        """Send what is due and reconcile where no daemon or tick leads; None where one does.

        What an open screen does, so that a held message does not wait for the next tick.
        """
        if not self.leader.acquire():
            return None
        try:
            return {"send": self.send_due(), "reconcile": self.reconcile()}
        finally:
            self.leader.release()

    def reconcile(self) -> Figures:
        """Look unknown effects up by their markers."""
        return figures(self._app.actions.reconcile())

    def tidy(self) -> Figures:
        """Forget old job runs."""
        with self._app.unit_of_work() as uow:
            return {"job_runs": uow.jobs.forget_old()}

    def job_enabled(self, name: str) -> bool:
        """Whether the configuration lets a job run."""
        setting = self._app.config.settings.jobs.get(name)
        return setting is None or setting.enabled

    def interval(self, name: str, default: timedelta) -> timedelta:
        """How often a job runs."""
        setting = self._app.config.settings.jobs.get(name)
        return (
            default if setting is None or setting.every is None else parse_duration(setting.every)
        )

    def sync_every(self) -> timedelta:
        """How often to look for a source whose interval is over: as often as the shortest asks."""
        sources = self._app.config.settings.source
        own = [parse_duration(one.every) for one in sources if one.enabled]
        return max(min([SYNC_EVERY, *own]), SHORTEST)

    def run_job(self, job: ScheduledJob, epoch: int) -> None:
        """Run a job once for its period and record how it went; its error is raised again.

        The epoch is part of the period: whoever begins to lead runs every job anew.
        """
        slot = int(time.time() // job.every.total_seconds())
        period = f"{epoch}:{job.every.total_seconds():.0f}s:{slot}"
        run_id = None
        if job.recorded:
            with self._app.unit_of_work() as uow:
                run_id = uow.jobs.start(job.name, period, epoch=epoch, deadline=job.deadline)
            if run_id is None:
                return
        try:
            summary = job.run()
        except Exception as failure:
            said = failure.message if isinstance(failure, CaseyError) else type(failure).__name__
            with self._app.unit_of_work() as uow:
                run_id = run_id or uow.jobs.start(
                    job.name, period, epoch=epoch, deadline=job.deadline
                )
                if run_id is not None:
                    uow.jobs.finish(run_id, "failed", summary={}, error=said)
            raise
        if run_id is not None:
            with self._app.unit_of_work() as uow:
                uow.jobs.finish(run_id, "ok", summary=_plain(summary))

    def readiness(self, extra: Mapping[str, str] | None = None) -> Readiness:
        """Ask the database now; never starts it, never remembers an answer."""
        checks = dict(self._app.database_admin.probe())
        checks.update(extra or {})
        return Readiness(all(answer == "ready" for answer in checks.values()), checks)

    def revive_database(self) -> None:
        """Start the embedded server if it is ours and gone."""
        self._app.database_admin.revive()

    def activity(
        self,
        *,
        since: datetime | None = None,
        who: str | None = None,
        what: str | None = None,
        move_id: UUID | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> tuple[ActivityEntry, ...]:
        """What was done, newest first; `before` pages by sequence number."""
        with self._app.reading() as uow:
            return uow.overview.activity(
                since=since, who=who, what=what, move_id=move_id, before=before, limit=limit
            )

    def jobs(self) -> tuple[tuple[JobRun, ...], Leadership | None]:
        """The latest run of each job, and who leads now."""
        with self._app.unit_of_work() as uow:
            return uow.jobs.latest(), uow.jobs.leader()

    def stats(self, since: datetime) -> Stats:
        """How it went since a moment, and how the sources stand."""
        states = self._app.intake.states()
        with self._app.unit_of_work() as uow:
            found = uow.overview.stats(since, states)
            open_ones = tuple(
                (row["channel"], row["state"])
                for row in uow.breakers.all()
                if row["state"] != "closed"
            )
        return replace(found, breakers=open_ones)

    def status(self) -> Status:
        """Figures for a prompt or a status line."""
        now = self._app.clock.now()
        with self._app.reading() as uow:
            row = uow.overview.counts(now + timedelta(hours=24))
            leader = uow.jobs.leader()
            best = uow.moves.today(now, 1, QueueFilter())
        mode = self._app.switchboard.mode()
        stops = tuple(stop.level for stop in self._app.switchboard.stops())
        return Status(
            mode=mode.mode,
            live_until=mode.until,
            stops=stops,
            daemon=leader,
            top_aps=best[0].aps if best else None,
            **row,
        )


def figures(report: object) -> Figures:
    """A report record as plain values."""
    if is_dataclass(report) and not isinstance(report, type):
        return _plain(asdict(report))
    return dict(report) if isinstance(report, Mapping) else {}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON can hold them."""
    return {key: _plain_value(value) for key, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _plain({str(key): item for key, item in value.items()})
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain_value(item) for item in value]
    if isinstance(value, str | int | float | bool | None):
        return value
    return str(value)


def _who(other: Leadership | None) -> str:
    if other is None:
        return "another process is ticking"
    who = "the daemon" if other.role == "daemon" else "another tick"
    since = f", started {other.started_at.astimezone():%H:%M}" if other.started_at else ""
    return f"{who} is ticking (pid {other.pid}{since})"
