"""What the read side of the queue hands to front ends, and the filters it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from caseyos.domain.model import Move


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which moves to show; None does not filter. `due` is today, week, later or None."""

    status: str | None = "pending"
    owner: str | None = None
    action_type: str | None = None
    source: str | None = None
    account: str | None = None
    min_aps: float | None = None
    due: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class PageKey:
    """Where a page ended: score, due, id of its last move."""

    aps: float
    due: datetime | None
    created_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Page:
    """A page of ranked moves; `next_key` is None at the end."""

    moves: tuple[Move, ...]
    next_key: PageKey | None


@dataclass(frozen=True, slots=True)
class TodayList:
    """Today's Moves, with the counts that stand beside them."""

    moves: tuple[Move, ...]
    total_pending: int
    due_count: int
    accepted_count: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Delta:
    """How one factor's points changed since yesterday."""

    factor: str
    points: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Why:
    """A move's score explained; the deltas re-add to `change`."""

    move: Move
    weights_version: int | None
    scored_at: datetime | None
    change: float | None  # None: it was not there yesterday
    deltas: tuple[Delta, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MoveDetail:
    """One move in full: what led to it and what was done with it, newest first."""

    move: Move
    signals: tuple[Mapping[str, Any], ...] = ()
    executions: tuple[Mapping[str, Any], ...] = ()
    history: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """One hit of a search over people, companies and moves."""

    kind: str
    id: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class ListedMove:
    """One row of the list a terminal printed last."""

    move_id: UUID
    code: str
    version: int


@dataclass(frozen=True, slots=True)
class Target:
    """A move a person named: by code, prefix, id, or a row of the list this terminal printed.

    `seen_version` is the version that list showed, which acting on it is bound to.
    """

    move_id: UUID
    code: str
    title: str
    version: int
    status: str
    row: int | None = None
    seen_version: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, move: Move) -> Target:
        """A move that was read just now."""
        return cls(move.id, move.code, move.title, move.version, move.status)
