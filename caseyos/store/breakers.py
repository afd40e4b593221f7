"""The circuit breakers of the channels, shared by all processes, on the database's clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.store.sql import named_sql

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named_sql("breakers")
Row = Mapping[str, Any]


class Breakers:
    """The repository of `breakers`, in one transaction. No row is a closed breaker."""

    def __init__(self, connection: Connection[dict[str, Any]]) -> None:
        self._connection = connection

    def failed(self, channel: str, reason: str, *, most: int, wait: timedelta) -> datetime | None:
        """Count a failure; until when the channel is shut, where this failure shut it."""
        row = self._one("failed", channel=channel, reason=reason)
        if row is None or row["state"] == "open":
            return None
        if row["state"] == "closed" and row["failures"] < most:
            return None
        opened = self._one("open", channel=channel, wait=wait)
        return None if opened is None else opened["retry_at"]

    def worked(self, channel: str) -> str | None:
        """The channel did what it should: what the breaker was, where that was not closed."""
        row = self._one("worked", channel=channel)
        return None if row is None or row["was"] == "closed" else str(row["was"])

    def try_probe(self, channel: str, execution_id: UUID, lease: timedelta) -> bool:
        """Whether this execution may go through: a closed breaker, or the one probe of another."""
        row = self._one("state", channel=channel)
        if row is None or row["state"] == "closed":
            return True
        values = {"channel": channel, "execution_id": execution_id, "lease": lease}
        return self._one("try_probe", **values) is not None

    def reset(self, channel: str) -> str | None:
        """A person closes it; what it was."""
        row = self._one("reset", channel=channel)
        return None if row is None else str(row["state"])

    def all(self) -> list[Row]:
        """Every breaker that counts or counted a failure."""
        return list(self._connection.execute(_SQL["all"]))

    def _one(self, query: str, **values: Any) -> Row | None:
        return self._connection.execute(_SQL[query], values).fetchone()
