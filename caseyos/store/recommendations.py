"""Signals in, recommendations and moves out: set-based statements, a batch at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.store.rows import own_batch
from caseyos.store.sql import named_sql

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named_sql("recommend")
# So many signals are a small batch: its statements are prepared once for good, since planning them
# takes longer than running them. The limit is written into it, as a plan for any limit is one for
# many rows.
FEW = 16
_FEW = _SQL["unprocessed"].replace("%(limit)s", str(FEW + 1))
Row = Mapping[str, Any]


class Recommendations:
    """The repository of generation, in one transaction."""

    def __init__(self, connection: Connection[dict[str, Any]]) -> None:
        self._connection = connection

    def unprocessed(self, limit: int) -> Sequence[Row]:
        """Signals nobody processed, locked, with the facts about them."""
        # Statistics from before a large batch make the planner walk all signals by age and pass
        # over those that are processed; without this sort only their own index gives the order.
        with self._connection.pipeline():
            self._connection.execute(_SQL["small"], prepare=True)
            few = self._connection.execute(_FEW, prepare=True) if limit > FEW else None
        if few is not None and len(rows := few.fetchall()) <= FEW:
            return rows
        # A few are joined by their indexes and a thousand by hashes: the planner is told which.
        self._connection.execute(_SQL["large"])
        row = self._connection.execute(_SQL["waiting"], {"limit": limit}).fetchone()
        if row is None or not row["waiting"]:
            return []
        return self._connection.execute(_SQL["unprocessed"], {"limit": row["waiting"]}).fetchall()

    def live_moves(self, keys: Sequence[str]) -> Mapping[str, Row]:
        """The live moves of these dedupe keys, locked."""
        if not keys:
            return {}
        with self._connection.pipeline():
            self._connection.execute(_SQL["lock_live"], {"keys": list(keys)})
            rows = self._connection.execute(_SQL["live_moves"], {"keys": list(keys)})
        return {row["dedupe_key"]: row for row in rows}

    def insert_moves(self, rows: Sequence[Row]) -> set[UUID]:
        """Insert moves; the ids that went in."""
        if not rows:
            return set()
        made = self._connection.execute(_SQL["insert_moves"], {"rows": own_batch(rows)})
        return {row["id"] for row in made}

    def refresh_moves(self, rows: Sequence[Row]) -> None:
        """Change live moves that a newer signal is about."""
        self._write("refresh_moves", rows)

    def insert_recommendations(self, rows: Sequence[Row]) -> None:
        """Store the reasoning."""
        self._write("insert_recommendations", rows)

    def mark_processed(self, rows: Sequence[Row]) -> None:
        """Say what came of each signal."""
        self._write("mark_processed", rows)

    def fading(self, now: datetime, after: UUID, limit: int) -> Sequence[Row]:
        """Pending moves whose urgency moves with time, a page by id."""
        return self._connection.execute(
            _SQL["fading"], {"now": now, "after": after, "limit": limit}
        ).fetchall()

    def rescore_moves(self, rows: Sequence[Row]) -> None:
        """Set new scores."""
        self._write("rescore_moves", rows)

    def close_settled(self) -> int:
        """Expire moves whose situation is over; how many."""
        return self._connection.execute(_SQL["close_settled"]).rowcount

    def expire_untouched(self, after: timedelta) -> int:
        """Expire pending moves that nobody touched; how many."""
        return self._connection.execute(_SQL["expire_untouched"], {"after": after}).rowcount

    def wake(self, now: datetime, again: timedelta) -> int:
        """Make moves pending whose time has come: snoozed, or dismissed for `again`; how many."""
        return self._connection.execute(_SQL["wake"], {"now": now, "again": again}).rowcount

    def _write(self, query: str, rows: Sequence[Row]) -> None:
        if rows:
            self._connection.execute(_SQL[query], {"rows": own_batch(rows)})
