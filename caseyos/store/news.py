"""What the database says has changed: LISTEN on a connection of its own, never a pooled one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from caseyos.store.database import translated

if TYPE_CHECKING:
    import psycopg

    from caseyos.store.database import Database


class News:
    """Names of changed tables as they come; whoever does not listen has missed them."""

    def __init__(self, database: Database) -> None:
        self._name = database.name
        self._connection: psycopg.Connection[dict[str, Any]] = database.connect()
        self._connection.autocommit = True
        with translated(self._name):
            self._connection.execute("LISTEN caseyos")

    def wait(self, seconds: float) -> set[str]:
        """The tables that changed, as soon as one did; none after so many seconds of silence."""
        with translated(self._name):
            return {one.payload for one in self._connection.notifies(timeout=seconds, stop_after=1)}

    def close(self) -> None:
        """Stop listening."""
        self._connection.close()
