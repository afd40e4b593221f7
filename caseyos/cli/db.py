"""db: the database's state, schema, backups."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caseyos.errors import NotReady

if TYPE_CHECKING:
    from caseyos.cli.session import Session

app = typer.Typer(help="The database.", no_args_is_help=True, add_completion=False)
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command()
def status(ctx: typer.Context) -> None:
    """Whether it answers, its version, schema and size."""
    session: Session = ctx.obj
    found = session.app.database_admin.status()
    if not found.reachable:
        raise NotReady(f"The database does not answer: {found.error}", hint="caseyos doctor")

    def human() -> Iterable[str]:
        size = f"{(found.size or 0) / 1e6:.0f} MB"
        yield f"{found.kind} PostgreSQL {found.server_version}, {size}, {found.place}"
        state = found.remedy or "head"
        yield f"schema {found.present_revision or 'none'} of {found.wanted_revision} ({state})"

    session.out.emit("db_status", found, human=human, plain=lambda: list(asdict(found).items()))


@app.command()
def migrate(ctx: typer.Context) -> None:
    """Bring the schema to what this CaseyOS needs."""
    session: Session = ctx.obj
    revision = session.app.database_admin.migrate()
    session.out.emit(
        "db_migrate", {"revision": revision}, human=lambda: [f"The schema is at {revision}."]
    )


@app.command()
def downgrade(
    ctx: typer.Context,
    revision: Annotated[str, typer.Argument(help="A revision, or base for nothing.")],
    yes: Yes = False,
) -> None:
    """Take the schema back, after a backup. What the newer schema alone could hold is lost."""
    session: Session = ctx.obj
    if not yes:
        session.confirm(f"Take the schema back to {revision}?", "yes", instead="--yes")
    report = session.app.database_admin.downgrade(revision)

    def human() -> Iterable[str]:
        yield f"The schema is at {revision}."
        if report is not None:
            yield f"Undo: caseyos db restore {report.path}"

    data = {"revision": revision, "backup": report and str(report.path)}
    session.out.emit("db_downgrade", data, human=human)


@app.command()
def backup(
    ctx: typer.Context,
    to: Annotated[Path | None, typer.Option("--to", help="A file; else the state folder.")] = None,
) -> None:
    """Write a backup, proved by restoring it into a scratch database."""
    session: Session = ctx.obj
    report = session.app.database_admin.backup(to)
    told = f"{report.path}: {report.rows:,} rows, {report.size:,} bytes, restored and compared."
    session.out.emit("db_backup", report, human=lambda: [told])


@app.command()
def restore(
    ctx: typer.Context,
    dump: Annotated[Path, typer.Argument(help="A file that db backup wrote.")],
    yes: Yes = False,
) -> None:
    """Put a backup in the database's place; what is there is backed up first."""
    session: Session = ctx.obj
    if not yes and session.interactive:
        session.confirm("Replace the database by this backup?", "yes", instead="--yes")
    found, before = session.app.database_admin.restore(dump)

    def human() -> Iterable[str]:
        yield f"Restored {found.rows:,} rows at schema {found.revision}."
        if before is not None:
            yield f"Undo: caseyos db restore {before.path}"

    data = {
        "rows": found.rows,
        "revision": found.revision,
        "replaced": before and str(before.path),
    }
    session.out.emit("db_restore", data, human=human)


@app.command()
def shell(
    ctx: typer.Context,
    command: Annotated[str | None, typer.Option("--command", "-c", help="One statement.")] = None,
) -> None:
    """psql on this database."""
    session: Session = ctx.obj
    words = session.app.database_admin.shell_command()
    if command is not None:
        done = subprocess.run([*words, "-c", command], check=False)  # noqa: S603
        raise typer.Exit(done.returncode)
    sys.stdout.flush()
    os.execv(words[0], words)  # noqa: S606
