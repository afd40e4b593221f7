"""Opening the database for reads alone, over libpq: what `show`, `why` and a screen begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caseyos.errors import NotReady
from caseyos.store.libpq import WireError, plain_url
from caseyos.store.reading import ReadingDatabase
from caseyos.store.schema import wanted_revision

if TYPE_CHECKING:
    from caseyos.config import Config


def open_reader(config: Config) -> ReadingDatabase | None:
    """The configured database, if it is there with the schema we know; else None.

    Making, migrating and refusing are left to `open_database`.
    """
    url = config.settings.database.url
    if url:
        database = ReadingDatabase(plain_url(url), name="the database at your URL")
    else:
        from caseyos.store.server import EmbeddedServer

        conninfo = EmbeddedServer(config.paths.data_dir).ensure_running()
        database = ReadingDatabase(conninfo, name="the embedded database")
    try:
        with database.transaction() as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (NotReady, WireError):
        row = None
    if row is None or row["version_num"] != wanted_revision():
        database.close()
        return None
    return database
