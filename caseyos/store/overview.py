"""Counts over everything: the status line, the activity, the figures. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.domain.reports import ActivityEntry, Stats
from caseyos.store.sql import named_sql

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named_sql("overview")
_BANDS = {4: "80-100", 3: "60-79", 2: "40-59", 1: "0-39"}


class Overview:
    """Read-only counts of one transaction."""

    def __init__(self, connection: Connection[dict[str, Any]]) -> None:
        self._connection = connection

    def counts(self, horizon: datetime) -> dict[str, int]:
        """How many moves are pending, due up to `horizon`, accepted, unknown, in the outbox."""
        row = self._connection.execute(_SQL["counts"], {"horizon": horizon}).fetchone()
        return dict(row or {})

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
        rows = self._connection.execute(
            _SQL["activity"],
            {
                "since": since,
                "who": who,
                "what": what,
                "move_id": move_id,
                "before": before,
                "limit": limit,
            },
        )
        return tuple(ActivityEntry(**row) for row in rows)

    def stats(self, since: datetime, sources: tuple[tuple[str, str], ...]) -> Stats:
        """The first form of the figures since a moment; `sources` are name and state."""
        window = {"since": since}
        counts = self._connection.execute(_SQL["stats_counts"], window).fetchone() or {}
        bands = self._connection.execute(_SQL["stats_by_score"], window).fetchall()
        return Stats(
            since=since,
            signals=counts["signals"],
            moves_made=counts["moves_made"],
            queue_depth=counts["queue_depth"],
            generation_ms=counts["generation_ms"],
            decided=self._tally("stats_decided", window),
            executions=self._tally("stats_executions", window),
            outcomes=self._tally("stats_outcomes", window),
            by_score=tuple((_BANDS[row["band"]], row["executed"], row["good"]) for row in bands),
            sources=sources,
        )

    def totals(self) -> dict[str, int]:
        """How much there is altogether: pending moves, signals, sent mails, outcomes."""
        row = self._connection.execute(_SQL["totals"]).fetchone()
        return dict(row or {})

    def quarantined(self) -> int:
        """Rows in quarantine that nobody has dealt with."""
        row = self._connection.execute(_SQL["quarantined"]).fetchone()
        return 0 if row is None else int(row["count"])

    def _tally(self, query: str, window: dict[str, datetime]) -> dict[str, int]:
        rows = self._connection.execute(_SQL[query], window)
        return {row["name"]: row["count"] for row in rows}
