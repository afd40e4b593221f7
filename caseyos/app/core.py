"""App: the one object a front end holds. Every dependency is built on first use; no rules here."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from caseyos.app.clocks import SystemClock

if TYPE_CHECKING:
    from caseyos.app.actions import Actions
    from caseyos.app.database import DatabaseAdmin
    from caseyos.app.decisions import Decisions
    from caseyos.app.generation import Generation
    from caseyos.app.intake import Intake
    from caseyos.app.logins import Logins
    from caseyos.app.operations import Operations
    from caseyos.app.outcomes import Outcomes
    from caseyos.app.queue import QueueReads
    from caseyos.app.sources import Sources
    from caseyos.app.suppressions import Suppressions
    from caseyos.app.switchboard import Switchboard
    from caseyos.config import Config
    from caseyos.config.model import Secret
    from caseyos.domain.ports.clock import Clock
    from caseyos.store.database import Database
    from caseyos.store.reading import ReadingDatabase
    from caseyos.store.unit_of_work import UnitOfWork


class App:
    """What CaseyOS can do, in facets; each facet's methods are what every front end calls."""

    def __init__(
        self,
        config: Config,
        *,
        clock: Clock | None = None,
        actor: str | None = None,
        origin: str = "cli",
    ) -> None:
        self.config = config
        self.clock: Clock = clock or SystemClock()
        self.actor = actor or config.owner
        self.origin = origin

    @classmethod
    def open(
        cls,
        *,
        profile: str | None = None,
        config_path: Path | None = None,
        environ: Mapping[str, str] | None = None,
        clock: Clock | None = None,
        origin: str = "cli",
    ) -> App:
        """The App for a profile's configuration; touches neither database nor network."""
        from caseyos.config import load_config

        config = load_config(path=config_path, profile=profile, environ=environ)
        return cls(config, clock=clock, origin=origin)

    @cached_property
    def database(self) -> Database:
        """The database, started if it is ours and asleep, and checked against our schema."""
        from caseyos.app.database import open_database

        return open_database(self.config)

    def unit_of_work(self) -> AbstractContextManager[UnitOfWork]:
        """One transaction with its repositories."""
        from caseyos.store.unit_of_work import unit_of_work

        return unit_of_work(
            self.database, self.actor, telemetry=self.config.settings.telemetry.enabled
        )

    @cached_property
    def reader(self) -> ReadingDatabase | None:
        """The database to read from without psycopg; None where only the long way knows what is."""
        from caseyos.app.reading import open_reader

        return open_reader(self.config)

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """Repositories to read with; no more than a view's telemetry may be written by them.

        While nothing has been changed in this process, psycopg is not loaded for it.
        """
        if "database" in vars(self) or self.reader is None:
            return self.unit_of_work()
        from caseyos.store.unit_of_work import unit_of_work

        telemetry = self.config.settings.telemetry.enabled
        return unit_of_work(self.reader, self.actor, telemetry=telemetry)

    def secret(self, reference: Secret) -> str:
        """The secret a reference names; the log redacts it from here on."""
        from caseyos.config.secrets import resolve
        from caseyos.log import redact

        return resolve(reference, register=redact)

    @cached_property
    def database_admin(self) -> DatabaseAdmin:
        """Status, migration, backup and restore."""
        from caseyos.app.database import DatabaseAdmin

        return DatabaseAdmin(self.config)

    @cached_property
    def queue(self) -> QueueReads:
        """Today's Moves, one move, and why."""
        from caseyos.app.queue import QueueReads

        return QueueReads(self)

    @cached_property
    def generation(self) -> Generation:
        """From signals to ranked moves."""
        from caseyos.app.generation import Generation

        return Generation(self)

    @cached_property
    def intake(self) -> Intake:
        """Signals in: imports, sources, quarantine."""
        from caseyos.app.intake import Intake

        return Intake(self)

    @cached_property
    def sources(self) -> Sources:
        """Asking the configured sources, and listening to them."""
        from caseyos.app.sources import Sources

        return Sources(self)

    @cached_property
    def decisions(self) -> Decisions:
        """Accept, dismiss, snooze, edit, add, undo, redo."""
        from caseyos.app.decisions import Decisions

        return Decisions(self)

    @cached_property
    def actions(self) -> Actions:
        """Preview, execute, recall, reconcile, undo."""
        from caseyos.app.actions import Actions

        return Actions(self)

    @cached_property
    def suppressions(self) -> Suppressions:
        """Who must not be written to."""
        from caseyos.app.suppressions import Suppressions

        return Suppressions(self)

    @cached_property
    def logins(self) -> Logins:
        """Logins of outside accounts."""
        from caseyos.app.logins import Logins

        return Logins(self)

    @cached_property
    def switchboard(self) -> Switchboard:
        """SAFE and LIVE, and the kill switch."""
        from caseyos.app.switchboard import Switchboard

        return Switchboard(self)

    @cached_property
    def outcomes(self) -> Outcomes:
        """What came of moves."""
        from caseyos.app.outcomes import Outcomes

        return Outcomes(self)

    @cached_property
    def operations(self) -> Operations:
        """Tick, status, doctor, stats, activity."""
        from caseyos.app.operations import Operations

        return Operations(self)

    def close(self) -> None:
        """Give the database connections back, if any were ever opened."""
        if "database" in self.__dict__:
            self.database.close()
        if self.__dict__.get("reader") is not None:
            self.__dict__["reader"].close()
