"""Opening, checking, migrating, backing up and restoring the database of a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from caseyos.errors import CaseyError, NotReady, TryLater
from caseyos.store import schema
from caseyos.store.database import Database, reason
from caseyos.store.libpq import plain_url

if TYPE_CHECKING:
    from caseyos.config import Config
    from caseyos.store.backup import BackupReport, Fingerprint
    from caseyos.store.server import EmbeddedServer

KEPT_BACKUPS = 7


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """What is to be known about the database; sizes in bytes."""

    kind: str  # embedded | external
    reachable: bool
    server_version: str | None
    present_revision: str | None
    wanted_revision: str
    size: int | None
    place: str
    error: str | None = None

    @property
    def remedy(self) -> str | None:
        """What is to be done about the schema; None where it is this program's."""
        if self.present_revision == self.wanted_revision:
            return None
        newer = schema.is_newer(self.present_revision)
        return "upgrade CaseyOS: the schema is newer" if newer else "caseyos db migrate"


def open_database(config: Config) -> Database:
    """The configured database, started if it is ours, migrated if it is new, and checked."""
    admin = DatabaseAdmin(config)
    conninfo = admin.conninfo(start=True)
    database = Database(conninfo, name=admin.name)
    try:
        # Over the connection that will be used anyway.
        with database.transaction() as connection:
            present = schema.revision_in(connection)
        if present is None and admin.server is not None:
            schema.migrate(conninfo)
            present = schema.wanted_revision()
        schema.check(present)
    except BaseException:
        database.close()
        raise
    return database


class DatabaseAdmin:
    """What `caseyos db` does; every method works without the App's own connection."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._url = config.settings.database.url
        self.name = "the database at your URL" if self._url else "the embedded database"
        self.server: EmbeddedServer | None = None
        if not self._url:
            from caseyos.store.server import EmbeddedServer

            self.server = EmbeddedServer(config.paths.data_dir)

    def conninfo(self, *, start: bool) -> str:
        """The connection string; with `start` the embedded server is brought up first."""
        if self.server is None:
            return plain_url(self._url)
        return self.server.ensure_running() if start else self.server.dsn()

    def status(self) -> DatabaseStatus:
        """Versions, size and place; an unreachable database is an answer, not an error."""
        place = str(self.server.cluster) if self.server else "external"
        kind = "embedded" if self.server else "external"
        wanted = schema.wanted_revision()
        try:
            conninfo = self.conninfo(start=True)
            present = schema.present_revision(conninfo)
            database = Database(conninfo, name=self.name)
            with database.transaction() as connection:
                row = connection.execute(
                    "SELECT current_setting('server_version') AS version,"
                    " pg_database_size(current_database()) AS size"
                ).fetchone()
            database.close()
        except (CaseyError, OSError) as error:
            return DatabaseStatus(kind, False, None, None, wanted, None, place, reason(error))
        except Exception as error:  # noqa: BLE001 - a driver's refusal is the answer here
            return DatabaseStatus(kind, False, None, None, wanted, None, place, reason(error))
        version, size = (row["version"], row["size"]) if row else (None, None)
        return DatabaseStatus(kind, True, version, present, wanted, size, place)

    def probe(self) -> Mapping[str, str]:
        """Ask the database now, without starting it: "ready" or the real error, check by check."""
        try:
            present = schema.present_revision(self.conninfo(start=False), patience=2)
        except Exception as error:  # noqa: BLE001 - whatever is wrong is what /ready must say
            said = reason(error)
            return {"database": said, "migrations": "unknown: the database does not answer"}
        try:
            schema.check(present)
        except NotReady as refusal:
            return {"database": "ready", "migrations": refusal.message}
        return {"database": "ready", "migrations": "ready"}

    def revive(self) -> None:
        """Start the embedded server again if it is gone."""
        if self.server is not None:
            self.server.ensure_running()

    def prepare(self) -> None:
        """Make the schema where there is none yet, in a database of somebody else's too."""
        conninfo = self._answering()
        if schema.present_revision(conninfo) is None:
            schema.migrate(conninfo)

    def migrate(self) -> str:
        """Bring the schema to what this program needs; the revision."""
        return schema.migrate(self._answering())

    def downgrade(self, revision: str) -> BackupReport | None:
        """Take the schema back, after a backup of what is there."""
        conninfo = self._answering()
        report = self.backup() if schema.present_revision(conninfo) else None
        schema.downgrade(conninfo, revision)
        return report

    def backup(self, to: Path | None = None) -> BackupReport:
        """Write a verified backup; without `to` into the state folder, which keeps seven."""
        from caseyos.store import backup

        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        target = to or self._config.paths.backup_dir / f"caseyos-{stamp}.dump"
        report = backup.backup(self._answering(), target.expanduser(), self._program)
        if to is None:
            kept = sorted(target.parent.glob("caseyos-*.dump"))
            for old in kept[:-KEPT_BACKUPS]:
                old.unlink()
                old.with_name(f"{old.name}.sha256").unlink(missing_ok=True)
        return report

    def restore(self, dump: Path) -> tuple[Fingerprint, BackupReport | None]:
        """Replace the database by a verified dump, after backing up what is there."""
        from caseyos.app.daemon_lock import daemon_runs
        from caseyos.store import backup

        if daemon_runs(self._config.paths.state_dir):
            raise TryLater(
                "The daemon runs; a restore under it would lose its work.",
                hint="caseyos daemon stop",
            )
        conninfo = self._answering()
        before = self.backup() if schema.present_revision(conninfo) else None
        return backup.restore(conninfo, dump.expanduser(), self._program), before

    def shell_command(self) -> list[str]:
        """The psql command line for this database."""
        return [self._program("psql"), self.conninfo(start=True)]

    def stop(self) -> bool:
        """Stop the embedded server; False when none ran or it is not ours."""
        return self.server.stop() if self.server else False

    def _answering(self) -> str:
        """The connection string of a database that answers; NotReady where none does."""
        found = self.status()
        if not found.reachable:
            raise NotReady(
                f"{self.name[:1].upper()}{self.name[1:]} does not answer: {found.error}",
                hint="caseyos doctor",
            )
        return self.conninfo(start=True)

    def _program(self, name: str) -> str:
        if self.server is not None:
            return self.server.binary(name)
        from caseyos.store.server import installation

        return str(installation() / "bin" / name)
