"""The do-not-contact list: who is on it, and which entry speaks of an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.domain.suppression import UNDOABLE, Entry
from caseyos.store.intake import name_key
from caseyos.store.sql import named_sql

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named_sql("suppressions")
Row = Mapping[str, Any]


class Suppressions:
    """The repository of `suppressions`, in one transaction."""

    def __init__(self, connection: Connection[dict[str, Any]]) -> None:
        self._connection = connection

    def add(self, entry: Entry, reason: str | None, source: str) -> bool:
        """Put somebody on the list; False when he was on it already.

        `source` says who did: `dnc:<id>`, `outcome:<id>`, `mail:<message>`. An entry that a person
        may undo is taken over by one that is nobody's step, never the other way round.
        """
        row = self._connection.execute(
            _SQL["suppress"],
            {
                "value": entry.value,
                "kind": entry.kind,
                "reason": reason,
                "source": source,
                "undoable": list(UNDOABLE),
            },
        ).fetchone()
        return bool(row and row["added"])

    def remove(self, value: str, source: str | None = None) -> Row | None:
        """Take an entry off, where `source` is named only that source's own; as it was."""
        values = {"value": value, "source": source}
        return self._connection.execute(_SQL["unsuppress"], values).fetchone()

    def listed(self, text: str | None = None) -> list[Row]:
        """The whole list, newest first; or the entries that hold `text`."""
        like = None if text is None else f"%{_literal(text)}%"
        return list(self._connection.execute(_SQL["list"], {"like": like}))

    def speaking_of(self, entry: Entry) -> list[Row]:
        """The entries that keep us from an address, or from a whole domain."""
        if entry.kind == "domain":
            return list(self._connection.execute(_SQL["of_domain"], {"domain": entry.value}))
        return list(self._connection.execute(_SQL["speaking_of"], {"address": entry.value}))

    def account_named(self, name: str) -> tuple[UUID, str] | None:
        """An account's id and name, by its name however it is written."""
        row = self._connection.execute(
            _SQL["account_named"], {"name_key": name_key(name)}
        ).fetchone()
        return None if row is None else (row["id"], row["name"])


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
