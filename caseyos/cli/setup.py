"""init, doctor, demo: setting up, and finding what is wrong."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from caseyos.config.paths import DEFAULT_PROFILE, profile_paths
from caseyos.domain.text import safe_line
from caseyos.errors import CaseyError, UsageError

if TYPE_CHECKING:
    from caseyos.cli.session import Session

completion = typer.Typer(help="Completion for your shell.", no_args_is_help=True)
demo = typer.Typer(help="A full queue of made-up data.", no_args_is_help=True)


Shell = Annotated[str, typer.Argument(help="bash, zsh or fish.")]


class Unwell(CaseyError):
    """At least one check of the doctor failed."""

    code = "unwell"


def init(ctx: typer.Context) -> None:
    """Make the database; say what comes next. Asks nothing."""
    session: Session = ctx.obj
    begun = time.monotonic()
    status = session.app.database_admin.status()
    session.app.database  # noqa: B018 - opening it migrates a new one
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
        raise Unwell(f"{len(failed)} checks failed.", hint=failed[0].fix)


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
    told = "Made" if report.made else "Found"
    lines = [
        f"{told} the demo profile: {report.moves} moves, {report.signals} signals,"
        f" {report.sent} past sends, {report.outcomes} outcomes ({report.seconds:.1f} s).",
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


@completion.command("show")
def completion_show(ctx: typer.Context, shell: Shell) -> None:
    """Print the completion file."""
    session: Session = ctx.obj
    text = _completion(shell)
    session.out.emit("completion", {"shell": shell, "text": text}, human=text.splitlines)


@completion.command("install")
def completion_install(ctx: typer.Context, shell: Shell) -> None:
    """Put the completion file where your shell looks for it."""
    session: Session = ctx.obj
    text = _completion(shell)
    # Beside our own data lies the folder that shells read theirs from.
    paths = profile_paths(DEFAULT_PROFILE, os.environ)
    share, config = paths.data_dir.parent, paths.config_file.parents[1]
    path = {
        "bash": share / "bash-completion" / "completions" / "caseyos",
        "zsh": share / "zsh" / "site-functions" / "_caseyos",
        "fish": config / "fish" / "completions" / "caseyos.fish",
    }[shell]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    lines = [f"Wrote {path}. New shells complete caseyos. Undo: rm {path}"]
    if shell == "zsh":
        lines.append(f"zsh needs it in its path: fpath=({path.parent} $fpath) before compinit")
    session.out.emit("completion_install", {"path": str(path)}, human=lambda: lines)


def _completion(shell: str) -> str:
    from caseyos.cli.entry import COMMANDS

    words = " ".join(COMMANDS)
    scripts = {
        "bash": f"complete -W '{words}' caseyos\n",
        "zsh": f"#compdef caseyos\ncompadd {words}\n",
        "fish": f"complete -c caseyos -n __fish_use_subcommand -f -a '{words}'\n",
    }
    if shell not in scripts:
        raise UsageError(f"There is no completion for {shell!r}.", hint="bash, zsh or fish")
    return scripts[shell]
