"""The leader's lock: an advisory lock on a connection of its own, and an epoch that fences.

PostgreSQL does not tell a holder that its session was dropped, so whoever leads carries the epoch
and every claim of a job run records it.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psycopg

from caseyos.store.database import translated
from caseyos.store.sql import named_sql

if TYPE_CHECKING:
    from caseyos.store.database import Database

_SQL = named_sql("jobs")


class LeaderLock:
    """At most one holder for one database, for as long as its connection lives."""

    def __init__(self, database: Database, role: str) -> None:
        self._database = database
        self._role = role
        self._connection: psycopg.Connection[dict[str, Any]] | None = None
        self.epoch: int | None = None

    def acquire(self) -> bool:
        """Try to lead, without waiting; True when this object now leads."""
        self.release()
        connection = self._database.connect()
        try:
            connection.autocommit = True
            with translated(self._database.name):
                connection.execute(_SQL["notice_soon"])
                row = connection.execute(_SQL["try_lead"]).fetchone()
                if row is not None and row["held"]:
                    self.epoch = self._raise_epoch(connection)
        except BaseException:
            connection.close()
            raise
        if self.epoch is None:
            connection.close()
            return False
        self._connection = connection
        return True

    def _raise_epoch(self, connection: psycopg.Connection[dict[str, Any]]) -> int | None:
        who = {"pid": os.getpid(), "host": socket.gethostname(), "role": self._role}
        raised = connection.execute(_SQL["raise_epoch"], who).fetchone()
        return None if raised is None else int(raised["epoch"])

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
        """Give the lock back at once: the server takes a moment to see that a session is closed."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.execute(_SQL["stop_leading"])
            self._connection.close()
        self._connection = None
        self.epoch = None
