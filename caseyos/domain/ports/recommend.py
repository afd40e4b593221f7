"""What generating recommendations needs of a store: rows in, rows out, in batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

Row = Mapping[str, Any]


class RecommendationStore(Protocol):
    """Batches of signals with their facts, and what was made of them."""

    def unprocessed(self, limit: int) -> Sequence[Row]:
        """Signals nobody processed, locked, with the facts about them."""
        ...

    def live_moves(self, keys: Sequence[str]) -> Mapping[str, Row]:
        """The live moves of these dedupe keys, locked."""
        ...

    def insert_moves(self, rows: Sequence[Row]) -> set[UUID]:
        """Insert moves; the ids that went in, without those whose situation has one meanwhile."""
        ...

    def refresh_moves(self, rows: Sequence[Row]) -> None:
        """Change live moves that a newer signal is about."""
        ...

    def insert_recommendations(self, rows: Sequence[Row]) -> None:
        """Store the reasoning."""
        ...

    def mark_processed(self, rows: Sequence[Row]) -> None:
        """Say what came of each signal."""
        ...

    def fading(self, now: datetime, after: UUID, limit: int) -> Sequence[Row]:
        """Pending moves whose urgency moves with time, a page by id."""
        ...

    def rescore_moves(self, rows: Sequence[Row]) -> None:
        """Set new scores."""
        ...

    def close_settled(self) -> int:
        """Expire moves whose situation is over; how many."""
        ...

    def expire_untouched(self, after: timedelta) -> int:
        """Expire pending moves that nobody touched; how many."""
        ...

    def wake(self, now: datetime, again: timedelta) -> int:
        """Make moves pending whose time has come: snoozed, or dismissed for `again`; how many."""
        ...


class EventStore(Protocol):
    """Telemetry in the same transaction."""

    def emit(self, name: str, *, item_id: UUID | None = None, **data: Any) -> None:
        """One event."""
        ...

    def emit_many(self, name: str, rows: Sequence[tuple[UUID | None, Row]]) -> None:
        """Many events of one name: item id and data."""
        ...


class RecommendUnit(Protocol):
    """One transaction of generating."""

    def together(self) -> AbstractContextManager[object]:
        """Writes whose answers nobody waits for, sent in one go; an error is raised at the end."""
        ...

    @property
    def recommendations(self) -> RecommendationStore:
        """Signals and moves."""
        ...

    @property
    def events(self) -> EventStore:
        """Telemetry."""
        ...


UnitFactory = Callable[[], AbstractContextManager[RecommendUnit]]
