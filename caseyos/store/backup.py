"""Backups that are proved: dump, restore into a scratch database, compare, and only then keep.

`pg_restore --list` passes on truncated and bit-flipped dumps, so nothing less than a real restore
counts. Files are 0600.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from caseyos.errors import CaseyError, NotReady, UsageError
from caseyos.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

Program = Callable[[str], str]
TRANSACTION_TIMEOUT_SINCE = 170_000  # PostgreSQL 17


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a restore must reproduce: revision, and rows and MD5 of every table."""

    revision: str | None
    tables: Mapping[str, tuple[int, str]]

    @property
    def rows(self) -> int:
        """How many rows all tables hold."""
        return sum(count for count, _ in self.tables.values())


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A verified backup."""

    path: Path
    size: int  # bytes
    rows: int
    revision: str | None


def fingerprint(conninfo: str, snapshot: str | None = None) -> Fingerprint:
    """Count and digest every table of a database, in one snapshot."""
    with psycopg.connect(conninfo) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        if snapshot:
            connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(snapshot))
        connection.execute("SET LOCAL timezone = 'UTC'")
        connection.execute("SET LOCAL extra_float_digits = 3")
        tables = [
            row[0]
            for row in connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            )
        ]
        digests: dict[str, tuple[int, str]] = {}
        for table in tables:
            query = sql.SQL(
                "SELECT count(*), coalesce(md5(string_agg(d, '' ORDER BY d)), '')"
                " FROM (SELECT md5(t::text) AS d FROM {} t) AS rows"
            ).format(sql.Identifier(table))
            count, digest = connection.execute(query).fetchone() or (0, "")
            digests[table] = (count, digest)
        revision = None
        if "alembic_version" in digests:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            revision = None if row is None else str(row[0])
        return Fingerprint(revision, digests)


def backup(conninfo: str, target: Path, program: Program) -> BackupReport:
    """Dump a database to `target` and prove the dump by restoring it beside the original.

    The dump and the figures it is held against come from one snapshot, so writers may go on.
    """
    unfinished, handle = _begin(target)
    try:
        with psycopg.connect(conninfo) as holder:
            holder.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            row = holder.execute("SELECT pg_export_snapshot()").fetchone()
            snapshot = str(row[0]) if row else ""
            wanted = fingerprint(conninfo, snapshot)
            _run(
                [program("pg_dump"), "-Fc", f"--snapshot={snapshot}", "-d", conninfo],
                stdout=handle,
                doing="The backup",
                failure=CaseyError,
            )
        os.fsync(handle)
        verify(conninfo, unfinished, program, wanted)
        unfinished.replace(target)
        _digest_file(target).write_text(_digest(target))
        _digest_file(target).chmod(0o600)
        return BackupReport(target, target.stat().st_size, wanted.rows, wanted.revision)
    finally:
        os.close(handle)
        unfinished.unlink(missing_ok=True)


def _begin(target: Path) -> tuple[Path, int]:
    """The file beside `target` that is written first, open and nobody else's."""
    if target.is_dir() or not target.name:
        raise UsageError(f"{target} is a folder.", hint=f"caseyos db backup --to {target / 'FILE'}")
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return unfinished, os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise UsageError(
            f"{target} cannot be written: {error.strerror}.", hint="caseyos db backup --to FILE"
        ) from error


def verify(
    conninfo: str, dump: Path, program: Program, wanted: Fingerprint | None = None
) -> Fingerprint:
    """Restore `dump` into a scratch database and compare it with `wanted`; its own fingerprint."""
    with scratch_database(conninfo) as scratch:
        _restore(dump, scratch, program)
        found = fingerprint(scratch)
    if found.revision is None or found.revision not in schema.known_revisions():
        raise UsageError(
            f"{dump} holds schema {found.revision or 'nothing of CaseyOS'}, which this CaseyOS"
            " does not know.",
            hint="upgrade CaseyOS, or choose another backup",
        )
    if wanted is not None and found != wanted:
        raise NotReady("The backup did not restore to the same rows, so it was not kept.")
    return found


def restore(conninfo: str, dump: Path, program: Program) -> Fingerprint:
    """Put `dump` in the place of the database, after proving it in a scratch one.

    The swap is two renames; until the first of them the present data are untouched.
    """
    if not dump.is_file():
        raise UsageError(f"There is no backup at {dump}.", hint="caseyos db backup")
    beside = _digest_file(dump)
    if beside.is_file() and beside.read_text().strip() != _digest(dump):
        raise UsageError(
            f"{dump} is not what was backed up: its SHA-256 differs from {beside.name}.",
            hint="choose another backup",
        )
    found = verify(conninfo, dump, program)
    name = str(conninfo_to_dict(conninfo)["dbname"])
    fresh, old = f"{name}_restored_{os.getpid()}", f"{name}_replaced_{os.getpid()}"
    with _maintenance(conninfo) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(fresh)))
        try:
            _restore(dump, make_conninfo(conninfo, dbname=fresh), program)
            for database in (name, fresh):
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = %s AND pid <> pg_backend_pid()",
                    [database],
                )
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(sql.Identifier(name), sql.Identifier(old)))
            connection.execute(rename.format(sql.Identifier(fresh), sql.Identifier(name)))
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(old)))
        finally:
            drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(fresh))
            with suppress(psycopg.Error):
                connection.execute(drop)
    return found


def _digest_file(dump: Path) -> Path:
    return dump.with_name(f"{dump.name}.sha256")


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


@contextmanager
def scratch_database(conninfo: str) -> Iterator[str]:
    """An empty database on the same server, dropped afterwards; its connection string."""
    name = f"caseyos_scratch_{os.getpid()}_{os.urandom(3).hex()}"
    with _maintenance(conninfo) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
        )
        try:
            yield make_conninfo(conninfo, dbname=name)
        finally:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _maintenance(conninfo: str) -> psycopg.Connection[tuple[object, ...]]:
    # Nobody can rename the database he is in.
    here = "template1" if conninfo_to_dict(conninfo).get("dbname") == "postgres" else "postgres"
    return psycopg.connect(make_conninfo(conninfo, dbname=here), autocommit=True)


def _restore(dump: Path, conninfo: str, program: Program) -> None:
    with psycopg.connect(conninfo) as connection:
        old = connection.info.server_version < TRANSACTION_TIMEOUT_SINCE
    doing = f"Restoring {dump.name}"
    read = [program("pg_restore"), "--exit-on-error", "--no-owner", "--no-privileges"]
    with dump.open("rb") as source:
        if not old:
            _run([*read, "-d", conninfo], stdin=source.fileno(), doing=doing)
            return
        # Our pg_restore says a setting that servers before 17 refuse; so it only writes the script.
        with tempfile.TemporaryDirectory(prefix="caseyos-") as folder:
            script = Path(folder) / "restore.sql"
            _run([*read, "-f", str(script)], stdin=source.fileno(), doing=doing)
            _drop_setting(script)
            put = [program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", conninfo]
            _run([*put, "-f", str(script)], doing=doing)


def _drop_setting(script: Path) -> None:
    """Blank the line in the script's head, in place."""
    line = b"SET transaction_timeout = 0;"
    with script.open("r+b") as file:
        place = file.read(4096).find(line)
        if place >= 0:
            file.seek(place)
            file.write(b" " * len(line))


def _run(
    command: list[str],
    *,
    doing: str,
    stdout: int = subprocess.DEVNULL,
    stdin: int | None = None,
    failure: type[CaseyError] = UsageError,
) -> None:
    done = subprocess.run(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL if stdin is None else stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        said = next((line for line in lines if "error:" in line), (lines or ["it failed"])[0])
        raise failure(f"{doing} failed: {said.strip()}", hint="caseyos db status")
