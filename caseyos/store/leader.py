"""The leader's lock: an advisory lock on a connection of its own, and an epoch that fences.

PostgreSQL does not tell a holder that its session was dropped, so whoever leads carries the epoch
and every claim of a job run records it.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

import psycopg

from caseyos.store.sql import named_sql

if TYPE_CHECKING:
    from caseyos.store.database import Database

_SQL = named_sql("jobs")


class LeaderLock:
    """At most one holder for one database, for as long as its connection lives."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: psycopg.Connection[dict[str, Any]] | None = None
        self.epoch: int | None = None

    def acquire(self) -> bool:
        """Try to lead, without waiting; True when this object now leads."""
        self.release()
        connection = self._database.connect()
        connection.autocommit = True
        row = connection.execute(_SQL["try_lead"]).fetchone()
        if row is None or not row["held"]:
            connection.close()
            return False
        raised = connection.execute(
            _SQL["raise_epoch"], {"pid": os.getpid(), "host": socket.gethostname()}
        ).fetchone()
        self.epoch = None if raised is None else raised["epoch"]
        self._connection = connection
        return True

    def held(self) -> bool:
        """Whether the session that holds the lock still answers."""
        if self._connection is None or self._connection.closed:
            return False
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            self.release()
            return False
        return True

    def release(self) -> None:
        """Give the lock back by closing its connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self.epoch = None
