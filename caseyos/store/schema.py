"""Which schema this program wants, which one is there, and the way between (the Alembic room).

Alembic is imported only when something is to be migrated, psycopg when a database is asked.
"""

from __future__ import annotations

import re
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caseyos.errors import NotReady, TryLater
from caseyos.store.sql import statements

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 7421003
ATTEMPTS = 10


@cache
def known_revisions() -> tuple[str, ...]:
    """Every revision this program knows, oldest first, read off the file names."""
    names = (path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    return tuple(sorted(match.group() for name in names if (match := re.match(r"\d+", name))))


def wanted_revision() -> str:
    """The newest revision this program knows."""
    return known_revisions()[-1]


def present_revision(conninfo: str, *, patience: int = 5) -> str | None:
    """The revision of a database; None where CaseyOS has no tables yet.

    `patience` is in seconds, for the connection and again for the answer.
    """
    import psycopg

    with psycopg.connect(
        conninfo,
        connect_timeout=patience,
        autocommit=True,
        options=f"-c statement_timeout={patience}s",
    ) as connection:
        return revision_in(connection)


def revision_in(connection: psycopg.Connection[Any]) -> str | None:
    """The revision of the database behind an open connection; None where there are no tables."""
    from psycopg.rows import tuple_row

    cursor = connection.cursor(row_factory=tuple_row)
    known = cursor.execute("SELECT to_regclass('alembic_version')").fetchone()
    if known is None or known[0] is None:
        return None
    row = cursor.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def is_newer(present: str | None) -> bool:
    """Whether a database was migrated by a later program than this one."""
    return present is not None and present not in known_revisions()


def check(present: str | None) -> None:
    """Refuse a schema that is not this program's, saying which way to go."""
    wanted = wanted_revision()
    if present == wanted:
        return
    if is_newer(present):
        raise NotReady(
            f"The database's schema ({present}) is newer than this CaseyOS ({wanted}).",
            hint="upgrade CaseyOS, or restore an older backup: caseyos db restore FILE",
        )
    raise NotReady(
        f"The database's schema is {present or 'not there yet'}; this CaseyOS needs {wanted}.",
        hint="caseyos db migrate",
    )


def migrate(conninfo: str) -> str:
    """Bring a database to the wanted revision; two processes at once do it once."""
    from alembic import command

    present = present_revision(conninfo)
    if is_newer(present):
        check(present)
    _run(conninfo, lambda alembic: command.upgrade(alembic, "head"))
    return wanted_revision()


def downgrade(conninfo: str, revision: str) -> None:
    """Take a database back to `revision`, or to nothing with `base`. The newer rows are lost."""
    if revision != "base" and revision not in known_revisions():
        raise NotReady(
            f"There is no schema revision {revision}.",
            hint=f"one of: base, {', '.join(known_revisions())}",
        )
    from alembic import command

    _run(conninfo, lambda alembic: command.downgrade(alembic, revision))


def create_all(conninfo: str) -> None:
    """Build the schema from the tables, without migrations: what the migrated one must equal."""
    import psycopg
    from sqlalchemy import create_engine

    from caseyos.store.tables import METADATA

    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in statements("schema_functions"):
            connection.execute(statement)
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo))
    METADATA.create_all(engine)
    engine.dispose()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in statements("schema_triggers"):
            connection.execute(statement)


def _run(conninfo: str, step: Callable[[Config], None]) -> None:
    import psycopg
    from alembic.config import Config
    from sqlalchemy import create_engine
    from sqlalchemy.exc import OperationalError

    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo))
    alembic: Config = Config()
    alembic.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        for attempt in range(ATTEMPTS):
            try:
                with engine.connect() as connection:
                    connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
                    # An idle reader must not make everybody wait behind our ALTER.
                    connection.exec_driver_sql("SET lock_timeout = '1s'")
                    connection.exec_driver_sql("SET statement_timeout = '60s'")
                    connection.commit()
                    alembic.attributes["connection"] = connection
                    step(alembic)
                    connection.commit()
                return
            except OperationalError as error:
                if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                    raise NotReady(
                        f"The schema could not be changed: {error.orig}", hint="caseyos doctor"
                    ) from error
                time.sleep(0.2 * (attempt + 1))
        raise TryLater(
            "Another program keeps a table busy, so the schema was not changed.",
            hint="close other CaseyOS windows, then caseyos db migrate",
        )
    finally:
        engine.dispose()
