"""dnc: who must not be written to."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caseyos.cli.drawing import table
from caseyos.cli.shown import local_time
from caseyos.domain.text import safe_line

if TYPE_CHECKING:
    from caseyos.app.suppressions import ListReport
    from caseyos.cli.session import Session

app = typer.Typer(
    help="Who must not be written to (do not contact).", no_args_is_help=True, add_completion=False
)
Who = Annotated[list[str] | None, typer.Argument(metavar="WHO...", help="Addresses and domains.")]
Company = Annotated[str | None, typer.Option("--company", help="A company, by its name.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why; shown wherever it refuses.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    text: Annotated[str | None, typer.Argument(help="Only what holds this.")] = None,
) -> None:
    """The whole list, newest first."""
    session: Session = ctx.obj
    rows = session.app.suppressions.listed(text)

    def human() -> Iterable[str]:
        if not rows:
            yield "Nobody is on the do-not-contact list."
            return
        cells = [
            (
                row["account"] or row["value"],
                row["kind"],
                row["reason"] or "",
                local_time(row["created_at"], session.zone),
            )
            for row in rows
        ]
        yield from table(("who", "kind", "why", "since"), cells, widths=(40, 8, 40, 26))

    session.out.emit("dnc", rows, human=human)


@app.command()
def add(
    ctx: typer.Context, who: Who = None, company: Company = None, reason: Reason = None
) -> None:
    """Never write to them: an address (all its + tags), a domain (all below it), a company."""
    session: Session = ctx.obj
    report = session.app.suppressions.add(who or [], company=company, reason=reason)
    _told(session, report, "On the list now")


@app.command()
def remove(ctx: typer.Context, who: Who = None, company: Company = None) -> None:
    """They may be written to again."""
    session: Session = ctx.obj
    report = session.app.suppressions.remove(who or [], company=company)
    _told(session, report, "Off the list")


@app.command()
def check(
    ctx: typer.Context,
    who: Annotated[str, typer.Argument(metavar="WHO", help="An address or a domain.")],
) -> None:
    """Whether somebody may be written to, and what forbids it."""
    session: Session = ctx.obj
    rows = session.app.suppressions.check(who)

    def human() -> Iterable[str]:
        if not rows:
            yield f"{safe_line(who, 80)} may be written to."
        for row in rows:
            why = f": {row['reason']}" if row["reason"] else ""
            named = row["account"] or row["value"]
            yield f"Do not contact {safe_line(who, 80)}: {row['kind']} {named}{why}."

    session.out.emit("dnc_check", {"suppressed": bool(rows), "entries": rows}, human=human)


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="One a line, or a CSV with an email column.")],
    reason: Reason = None,
) -> None:
    """Put a whole file on the list; one step, so undo takes all of it back."""
    session: Session = ctx.obj
    report = session.app.suppressions.import_file(file, reason=reason)
    for line in report.bad:
        session.out.warn(f"line {line}: neither an address nor a domain")
    _told(session, report, "On the list now")


def _told(session: Session, report: ListReport, what: str) -> None:
    def human() -> Iterable[str]:
        if len(report.changed) > 5:
            yield f"{what}: {len(report.changed):,} entries."
        elif report.changed:
            yield f"{what}: {', '.join(map(safe_line, report.changed))}."
        if report.already:
            yield f"As it was: {len(report.already)} that needed no change."
        if report.changed:
            yield "Undo: caseyos undo"

    session.out.emit("dnc_change", report, human=human)
