"""One transaction and the repositories that share it.

Commits at a clean exit and rolls back on an error; nothing else in the store commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection

    from caseyos.store.audit import Audit
    from caseyos.store.breakers import Breakers
    from caseyos.store.database import Database
    from caseyos.store.decisions import Decisions
    from caseyos.store.events import Events
    from caseyos.store.executions import Executions
    from caseyos.store.intake import Intake
    from caseyos.store.jobs import JobRuns
    from caseyos.store.moves import Moves
    from caseyos.store.outcomes import Outcomes
    from caseyos.store.overview import Overview
    from caseyos.store.reading import ReadingDatabase
    from caseyos.store.recommendations import Recommendations
    from caseyos.store.suppressions import Suppressions
    from caseyos.store.switches import Switches
    from caseyos.store.tasks import Tasks


class UnitOfWork:
    """The repositories of one open transaction, each made on first use."""

    def __init__(
        self,
        connection: Connection[dict[str, Any]],
        actor: str = "casey",
        *,
        telemetry: bool = True,
    ) -> None:
        self.connection = connection
        self.actor = actor
        self.telemetry = telemetry

    def together(self) -> AbstractContextManager[object]:
        """Writes whose answers nobody waits for, sent in one go; an error is raised at the end."""
        return self.connection.pipeline()

    @cached_property
    def events(self) -> Events:
        """Telemetry."""
        from caseyos.store.events import Events

        return Events(self.connection, self.actor, enabled=self.telemetry)

    @cached_property
    def audit(self) -> Audit:
        """The receipts."""
        from caseyos.store.audit import Audit

        return Audit(self.connection)

    @cached_property
    def recommendations(self) -> Recommendations:
        """Signals in, moves out."""
        from caseyos.store.recommendations import Recommendations

        return Recommendations(self.connection)

    @cached_property
    def moves(self) -> Moves:
        """The queue."""
        from caseyos.store.moves import Moves

        return Moves(self.connection)

    @cached_property
    def decisions(self) -> Decisions:
        """Decisions and their journal."""
        from caseyos.store.decisions import Decisions

        return Decisions(self.connection)

    @cached_property
    def executions(self) -> Executions:
        """Attempts to carry moves out."""
        from caseyos.store.executions import Executions

        return Executions(self.connection)

    @cached_property
    def outcomes(self) -> Outcomes:
        """What came of moves."""
        from caseyos.store.outcomes import Outcomes

        return Outcomes(self.connection)

    @cached_property
    def intake(self) -> Intake:
        """Signals, people, companies, deals."""
        from caseyos.store.intake import Intake

        return Intake(self.connection)

    @cached_property
    def suppressions(self) -> Suppressions:
        """Who must not be written to."""
        from caseyos.store.suppressions import Suppressions

        return Suppressions(self.connection)

    @cached_property
    def switches(self) -> Switches:
        """Mode and kill switch."""
        from caseyos.store.switches import Switches

        return Switches(self.connection)

    @cached_property
    def tasks(self) -> Tasks:
        """Local tasks."""
        from caseyos.store.tasks import Tasks

        return Tasks(self.connection)

    @cached_property
    def breakers(self) -> Breakers:
        """The channels' circuit breakers."""
        from caseyos.store.breakers import Breakers

        return Breakers(self.connection)

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
def unit_of_work(
    database: Database | ReadingDatabase, actor: str = "casey", *, telemetry: bool = True
) -> Iterator[UnitOfWork]:
    """Open a transaction on `database` for the length of a `with` block."""
    with database.transaction() as connection:
        unit = UnitOfWork(connection, actor, telemetry=telemetry)
        yield unit
    if "events" in vars(unit):
        unit.events.committed()
