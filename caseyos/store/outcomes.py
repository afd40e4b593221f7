"""Outcomes: recorded by hand and found in signals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.store.rows import as_json
from caseyos.store.sql import named_sql

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named_sql("decisions")
Row = Mapping[str, Any]


class Outcomes:
    """The repository of `outcomes`, in one transaction."""

    def __init__(self, connection: Connection[dict[str, Any]]) -> None:
        self._connection = connection

    def record(
        self,
        *,
        move_id: UUID,
        kind: str,
        positive: bool | None,
        note: str | None,
        source: str,
        actor: str,
        occurred_at: datetime,
        execution_id: UUID | None = None,
        signal_id: UUID | None = None,
    ) -> UUID:
        """Store an outcome and show it on the move; silence that was noted before gives way."""
        if kind != "no_response":
            self._connection.execute(_SQL["supersede_no_response"], {"move_id": move_id})
        row = self._connection.execute(
            _SQL["record_outcome"],
            {
                "move_id": move_id,
                "execution_id": execution_id,
                "signal_id": signal_id,
                "kind": kind,
                "positive": positive,
                "note": note,
                "source": source,
                "actor": actor,
                "occurred_at": occurred_at,
            },
        ).fetchone()
        self.show(move_id, {"kind": kind, "positive": positive, "at": occurred_at.isoformat()})
        return UUID(str((row or {})["id"]))

    def show(self, move_id: UUID, outcome: Row | None) -> None:
        """Put an outcome on the move itself, or take it off."""
        values = {"move_id": move_id, "outcome": None if outcome is None else as_json(outcome)}
        self._connection.execute(_SQL["show_outcome"], values)

    def remove(self, outcome_id: UUID) -> None:
        """Remove an outcome that was recorded by mistake."""
        self._connection.execute(_SQL["remove_outcome"], {"id": outcome_id})

    def answered(self) -> list[Row]:
        """Replies and bounces to what we sent, not yet recorded."""
        return list(self._connection.execute(_SQL["answered_executions"]))

    def asked_to_stop(self) -> list[Row]:
        """Wishes for no more mail that answer no mail by name, not yet recorded."""
        return list(self._connection.execute(_SQL["asked_to_stop"]))

    def moved_deals(self) -> list[Row]:
        """Stage changes after executed moves about those deals, not yet recorded."""
        return list(self._connection.execute(_SQL["moved_deals"]))

    def matured(self, maturity: timedelta) -> list[Row]:
        """E-mails that nobody answered within the window."""
        return list(self._connection.execute(_SQL["matured"], {"maturity": maturity}))

    def wake_for_reply(self) -> list[Row]:
        """Wake moves snoozed until a reply that has come."""
        return list(self._connection.execute(_SQL["wake_for_reply"]))
