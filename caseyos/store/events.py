"""Telemetry: rows in the transaction, JSON lines once it has committed."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.log import told
from caseyos.store.rows import own_text
from caseyos.store.sql import named_sql

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named_sql("events")
log = logging.getLogger("caseyos.events")


class Events:
    """The repository of `events`, in one transaction; `lines` holds what to log at commit."""

    def __init__(
        self, connection: Connection[dict[str, Any]], actor: str, *, enabled: bool = True
    ) -> None:
        self._enabled = enabled
        self._connection = connection
        self._actor = actor
        self._lines: list[tuple[str, UUID | None, Mapping[str, Any]]] = []

    def emit(self, name: str, *, item_id: UUID | None = None, **data: Any) -> None:
        """One event; `data` holds ids and figures, never personal values."""
        self.emit_many(name, [(item_id, data)])

    def emit_many(self, name: str, rows: Sequence[tuple[UUID | None, Mapping[str, Any]]]) -> None:
        """Many events of one name: item id and data."""
        if not rows or not self._enabled:
            return
        values = [{"item_id": item, "data": dict(data)} for item, data in rows]
        self._connection.execute(
            _SQL["emit"], {"name": name, "actor": self._actor, "rows": own_text(values)}
        )
        self._lines += [(name, item, data) for item, data in rows]

    def committed(self) -> None:
        """Write the JSON lines: the transaction they belong to is durable."""
        lines, self._lines = self._lines, []
        told(
            log,
            [
                (name, {"item_id": item and str(item), "actor": self._actor, **data})
                for name, item, data in lines
            ],
        )
