"""What the running of CaseyOS reports: readiness, ticks, health findings, activity and figures.

Frozen records only; `views` holds those of the queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether CaseyOS can work now; each check is "ready" or the real error."""

    ready: bool
    checks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Leadership:
    """Who runs the jobs."""

    pid: int | None
    started_at: datetime | None
    epoch: int
    host: str | None = None
    role: str | None = None  # daemon | tick


@dataclass(frozen=True, slots=True)
class TickReport:
    """One pass: fetch, generate, send what is due. `steps` holds each step's own figures."""

    started_at: datetime
    seconds: float
    skipped: str | None = None  # why nothing was done: somebody else is ticking
    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """The one line for a prompt, as figures."""

    pending: int
    due: int
    accepted: int
    unknown: int
    outbox: int
    mode: str
    live_until: datetime | None
    stops: tuple[str, ...]
    daemon: Leadership | None
    top_aps: float | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `doctor`: `level` is ok, warn or fail; `fix` is the one command that helps."""

    code: str
    level: str
    title: str
    detail: str
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class ActivityEntry:
    """One line of what was done, by whom, and whether it can be taken back."""

    seq: int
    at: datetime
    who: str
    what: str
    move_code: str | None
    title: str | None
    detail: str
    from_state: str | None = None
    to_state: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class JobRun:
    """A run of a scheduled job."""

    job: str
    period_key: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Stats:
    """The first form of the figures: counts over a window, each with the rows behind it in SQL."""

    since: datetime
    signals: int
    moves_made: int
    decided: Mapping[str, int]
    executions: Mapping[str, int]
    outcomes: Mapping[str, int]
    by_score: tuple[tuple[str, int, int], ...]  # band, executed, good outcomes
    queue_depth: int
    sources: tuple[tuple[str, str], ...]
    generation_ms: float | None = None
    breakers: tuple[tuple[str, str], ...] = ()  # channel, state: those that are not closed
