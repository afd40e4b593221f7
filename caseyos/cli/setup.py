"""init, doctor, demo: setting up, and finding what is wrong."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from caseyos.domain.text import safe_line
from caseyos.errors import CaseyError

if TYPE_CHECKING:
    from caseyos.cli.session import Session

demo = typer.Typer(help="A full queue of made-up data.", no_args_is_help=True, add_completion=False)


class Unwell(CaseyError):
    """At least one check of the doctor failed."""

    code = "unwell"


def init(ctx: typer.Context) -> None:
    """Make the database; say what comes next. Asks nothing."""
    session: Session = ctx.obj
    begun = time.monotonic()
    session.app.database_admin.prepare()
    status = session.app.database_admin.status()
    session.app.database  # noqa: B018 - opening it checks the schema
    seconds = time.monotonic() - begun

    def human() -> Iterable[str]:
        kind = f"{status.kind} PostgreSQL {status.server_version}"
        yield f"Your database is ready ({kind}, {seconds:.1f} s)."
        yield "CaseyOS is in SAFE mode: nothing leaves this computer."
        yield "Next:  caseyos demo start        try it with made-up data"
        yield "       caseyos import FILE.csv   your deals; or a folder of mail, with --me"
        yield "       caseyos add TITLE         a move by hand"

    session.out.emit("init", {"database": status, "seconds": seconds}, human=human)


def doctor(ctx: typer.Context) -> None:
    """Check everything; name what is wrong and the one command that fixes it."""
    from caseyos.app.doctor import examine

    session: Session = ctx.obj
    findings = examine(session.app)

    def human() -> Iterable[str]:
        for one in findings:
            yield f" {one.level:<4}  {one.code}  {one.title:<24}  {safe_line(one.detail, 90)}"
            if one.fix:
                yield f"               fix: {one.fix}"

    session.out.emit("doctor", list(findings), human=human)
    failed = [one for one in findings if one.level == "FAIL"]
    if failed:
        plural = "" if len(failed) == 1 else "s"
        raise Unwell(f"{len(failed)} check{plural} failed.", hint=failed[0].fix)


@demo.command()
def start(
    ctx: typer.Context,
    open_: Annotated[bool, typer.Option("--open", help="Show Today's Moves.")] = False,
) -> None:
    """Make the demo profile, or reuse it. Nothing in it is real, nothing leaves this computer."""
    from caseyos.app.demo import start as start_demo
    from caseyos.cli.queue import today

    session: Session = ctx.obj
    app, report = start_demo()
    made = (
        f"Made the demo profile: {report.moves} moves, {report.signals} signals,"
        f" {report.sent} past sends, {report.outcomes} outcomes ({report.seconds:.1f} s)."
    )
    lines = [
        made if report.made else f"The demo profile, as you left it ({report.seconds:.1f} s).",
        "Nothing here is real and nothing can be sent.",
        "Open it: caseyos --profile demo today     Remove it: caseyos demo stop",
    ]
    session.out.emit("demo", report, human=lambda: lines)
    if open_:
        session.app = app
        if sys.stdin.isatty() and sys.stdout.isatty():
            from caseyos.tui import run as open_screen

            open_screen(app, ascii_only=session.flags.ascii)
            return
        session.out.line()
        today(ctx, limit=15)


@demo.command()
def stop(ctx: typer.Context) -> None:
    """Remove the demo profile and its database."""
    from caseyos.app.demo import stop as stop_demo

    session: Session = ctx.obj
    gone = stop_demo()
    told = "Removed the demo profile." if gone else "There was no demo profile."
    session.out.emit("demo_stop", {"removed": gone}, human=lambda: [told])
