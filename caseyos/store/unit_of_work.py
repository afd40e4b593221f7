"""One transaction and the repositories that share it.

Commits at a clean exit and rolls back on an error; nothing else in the store commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection

    from caseyos.store.database import Database
    from caseyos.store.jobs import JobRuns
    from caseyos.store.overview import Overview


class UnitOfWork:
    """The repositories of one open transaction, each made on first use."""

    def __init__(self, connection: Connection[dict[str, Any]]) -> None:
        self.connection = connection

    @cached_property
    def jobs(self) -> JobRuns:
        """Runs of scheduled jobs."""
        from caseyos.store.jobs import JobRuns

        return JobRuns(self.connection)

    @cached_property
    def overview(self) -> Overview:
        """Counts over everything."""
        from caseyos.store.overview import Overview

        return Overview(self.connection)


@contextmanager
def unit_of_work(database: Database) -> Iterator[UnitOfWork]:
    """Open a transaction on `database` for the length of a `with` block."""
    with database.transaction() as connection:
        yield UnitOfWork(connection)


__all__ = ["UnitOfWork", "unit_of_work"]
