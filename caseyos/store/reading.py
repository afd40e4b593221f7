"""Reading over libpq itself: the repositories' reads where psycopg need not be loaded.

Looks to a repository like psycopg's connection with rows as dicts; each statement stands alone.
What it cannot turn into Python's terms it refuses. No heavy import.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from caseyos.errors import NotReady
from caseyos.store.libpq import Link, WireError
from caseyos.store.rows import loads

if TYPE_CHECKING:
    from psycopg import Connection

Row = dict[str, Any]
# By the type's number in pg_type, which PostgreSQL never changes for its own.
_PYTHON: Mapping[int, Callable[[str], Any]] = {
    16: "t".__eq__,
    **dict.fromkeys((20, 21, 23, 26), int),
    **dict.fromkeys((18, 19, 25, 705, 1042, 1043), str),
    **dict.fromkeys((700, 701), float),
    **dict.fromkeys((114, 3802), loads),
    1184: datetime.fromisoformat,
    1700: Decimal,
    2950: UUID,
}
_TYPES = {bool: 16, int: 20, float: 701, datetime: 1184, UUID: 2950}


class Answer(list[Row]):
    """The rows of one statement, as psycopg's cursor hands them out."""

    def fetchone(self) -> Row | None:
        """The next row."""
        return self.pop(0) if self else None

    def fetchall(self) -> list[Row]:
        """All rows."""
        return self


class Reading:
    """One connection for reads."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def execute(self, query: str, values: Mapping[str, object] | None = None) -> Answer:
        """Run one statement; TypeError where a column is of a type that is not read here."""
        values = values or {}
        given = {name: _as_text(value) for name, value in values.items()}
        types = {name: _TYPES.get(type(value), 0) for name, value in values.items()}
        columns, rows = self._link.table(query, given, types)
        try:
            made = [(name, _PYTHON[number]) for name, number in columns]
        except KeyError as error:
            raise TypeError(f"columns of type {error} are read with psycopg only") from None
        return Answer(
            {
                name: None if cell is None else make(cell)
                for (name, make), cell in zip(made, row, strict=True)
            }
            for row in rows
        )

    def close(self) -> None:
        """Say goodbye to the server."""
        self._link.close()


class ReadingDatabase:
    """A database to read from: one connection a thread, made anew when it has died."""

    def __init__(self, conninfo: str, *, name: str = "the database") -> None:
        self.conninfo = conninfo
        self.name = name
        self._own = threading.local()
        self._all: dict[threading.Thread, Reading] = {}
        self._guard = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[Connection[Row]]:
        """This thread's connection; NotReady when the server does not answer, or stops to."""
        connection = self._connection()
        try:
            yield cast("Connection[Row]", connection)
        except WireError as error:
            if self._answers(connection):
                raise  # it is there, and says that the statement is wrong: a defect
            raise self._away(error) from error

    def close(self) -> None:
        """Close every connection, whichever thread it is of."""
        with self._guard:
            open_ones, self._all = self._all, {}
        for connection in open_ones.values():
            connection.close()
        self._own = threading.local()

    def _connection(self) -> Reading:
        present: Reading | None = getattr(self._own, "connection", None)
        if present is not None and self._answers(present):
            return present
        try:
            fresh = Reading(Link(f"{self.conninfo}"))
            fresh.execute("SET TimeZone TO 'UTC'")
        except WireError as error:
            raise self._away(error) from error
        self._own.connection = fresh
        with self._guard:
            for ended in [one for one in self._all if not one.is_alive()]:
                self._all.pop(ended).close()
            former = self._all.pop(threading.current_thread(), None)
            self._all[threading.current_thread()] = fresh
        if former is not None:
            former.close()
        return fresh

    @staticmethod
    def _answers(connection: Reading) -> bool:
        try:
            connection.execute("SELECT 1")
        except WireError:
            return False
        return True

    def _away(self, error: WireError) -> NotReady:
        said = (str(error).splitlines() or ["it said nothing"])[0]
        return NotReady(
            f"{self.name[:1].upper()}{self.name[1:]} does not answer: {said}",
            hint="caseyos doctor",
        )


def _as_text(value: object) -> object:
    """A parameter as PostgreSQL reads it; lists are of ids and words."""
    if isinstance(value, list | tuple):
        quoted = (str(one).replace("\\", "\\\\").replace('"', '\\"') for one in value)
        return "{" + ",".join(f'"{one}"' for one in quoted) + "}"
    return value
