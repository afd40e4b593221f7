"""Connections to PostgreSQL, and their errors as sentences.

One connection a thread, opened on first use and again when it has died. Nothing here knows a table.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

from caseyos.errors import CaseyError, NotReady, TryLater
from caseyos.store.rows import loads

Connection = psycopg.Connection[dict[str, Any]]

_OPTIONS: dict[str, Any] = {
    "application_name": "caseyos",
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "options": "-c TimeZone=UTC",
}


class Database:
    """One PostgreSQL database, by connection string or URL. Safe to share between threads."""

    def __init__(self, conninfo: str, *, name: str = "the database") -> None:
        self.conninfo = conninfo
        self.name = name
        self._own = threading.local()
        self._all: dict[threading.Thread, Connection] = {}
        self._guard = threading.Lock()

    def connect(self) -> Connection:
        """A new connection; NotReady with the real reason when there is none to be had."""
        try:
            connection = psycopg.connect(self.conninfo, row_factory=dict_row, **_OPTIONS)
        except psycopg.Error as error:
            raise NotReady(
                f"{self.name[:1].upper()}{self.name[1:]} does not answer: {reason(error)}",
                hint="caseyos doctor",
            ) from error
        set_json_loads(loads, connection)
        return connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """This thread's connection, in a transaction: committed at a clean exit, else undone.

        Transactions do not nest: an inner one would commit the outer one's work.
        """
        connection = self._connection()
        if getattr(self._own, "busy", False):
            raise RuntimeError("a transaction is already open in this thread")
        self._own.busy = True
        try:
            with translated(self.name):
                yield connection
                connection.commit()
        except BaseException:
            if not connection.closed:
                connection.rollback()
            raise
        finally:
            self._own.busy = False

    def close(self) -> None:
        """Close every connection this object opened, whichever thread it is of."""
        with self._guard:
            open_ones, self._all = self._all, {}
        for connection in open_ones.values():
            connection.close()

    def _connection(self) -> Connection:
        """The thread's connection, made anew when it has died: asked before any statement ran."""
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is not None and not connection.closed:
            if self._answers(connection):
                return connection
            connection.close()
        connection = self.connect()
        self._own.connection = connection
        with self._guard:
            for ended in [thread for thread in self._all if not thread.is_alive()]:
                self._all.pop(ended).close()
            self._all[threading.current_thread()] = connection
        return connection

    @staticmethod
    def _answers(connection: Connection) -> bool:
        try:
            # One round trip. In a transaction of its own it would be three, and undoing that would
            # make the driver forget every statement the server has prepared.
            connection.autocommit = True
            connection.execute("", prepare=False)
            connection.autocommit = False
        except psycopg.Error:
            return False
        return True


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn the driver's errors that a person can act on into ours; defects pass as they are."""
    try:
        yield
    except psycopg.errors.DiskFull as error:
        raise NotReady(
            "The disk is full; nothing of this was saved, what was saved before is safe.",
            hint="caseyos doctor",
        ) from error
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as error:
        raise TryLater("Another CaseyOS holds what this needs; nothing was changed.") from error
    except psycopg.errors.UndefinedTable as error:
        raise NotReady(
            "The database has no CaseyOS tables, or older ones.", hint="caseyos db migrate"
        ) from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise NotReady(
            f"{name[:1].upper()}{name[1:]} went away: {reason(error)}", hint="caseyos doctor"
        ) from error


def reason(error: BaseException) -> str:
    """The first line of a driver's error: its DETAIL line may quote people's data."""
    if isinstance(error, CaseyError):
        return error.message
    first = str(error).strip().splitlines()
    return first[0].removeprefix("connection is bad: ") if first else type(error).__name__
