"""One transaction and the repositories that share it.

Commits at a clean exit and rolls back on an error; nothing else in the store commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection

    from caseyos.store.database import Database


class UnitOfWork:
    """The repositories of one open transaction, each made on first use."""

    def __init__(self, connection: Connection[dict[str, Any]]) -> None:
        self.connection = connection


@contextmanager
def unit_of_work(database: Database) -> Iterator[UnitOfWork]:
    """Open a transaction on `database` for the length of a `with` block."""
    with database.transaction() as connection:
        yield UnitOfWork(connection)


__all__ = ["UnitOfWork", "unit_of_work"]
