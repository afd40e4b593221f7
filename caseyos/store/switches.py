"""The switches that survive restarts: SAFE or LIVE, and the levels of the kill switch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from caseyos.domain.guardrails import Switch, Switchboard
from caseyos.store.rows import as_json
from caseyos.store.sql import named_sql

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named_sql("executions")


class Switches:
    """The repository of `switches`, in one transaction."""

    def __init__(self, connection: Connection[dict[str, Any]]) -> None:
        self._connection = connection

    def read(self) -> Switchboard:
        """Mode and stops at this moment."""
        return _board(self._connection.execute(_SQL["read_switches"]).fetchall())

    def hold(self) -> Switchboard:
        """Mode and stops, held so that no stop commits before this transaction does."""
        self._connection.execute(_SQL["seed_switches"])
        self._connection.execute(_SQL["switches"])
        return self.read()

    def change(
        self,
        name: str,
        value: dict[str, Any],
        *,
        lasts: timedelta | None,
        reason: str | None,
        actor: str,
    ) -> datetime | None:
        """Set a switch, after the dispatch marks in flight; when it ends, if it does."""
        self._connection.execute(_SQL["seed_switches"])
        self._connection.execute(_SQL["hold_gate"])
        row = self._connection.execute(
            _SQL["set_switch"],
            {
                "name": name,
                "value": as_json(value),
                "lasts": lasts,
                "reason": reason,
                "actor": actor,
            },
        ).fetchone()
        return None if row is None else row["until"]


def _board(rows: Sequence[dict[str, Any]]) -> Switchboard:
    mode, until = "safe", None
    stops: list[Switch] = []
    for row in rows:
        if row["name"] == "mode":
            if row["value"].get("mode") == "live" and not row["ended"]:
                mode, until = "live", row["until"]
        elif row["value"].get("on") and not row["ended"]:
            level, automatic = (
                row["name"].removeprefix("stop:"),
                bool(row["value"].get("automatic")),
            )
            stops.append(Switch(level, row["until"], row["reason"], automatic))
    return Switchboard(mode, until, tuple(stops))
