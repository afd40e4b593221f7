"""tick and daemon: one pass, or passes for ever."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caseyos.app.daemon_lock import DaemonFile
from caseyos.cli.output import table
from caseyos.cli.shown import local_time
from caseyos.domain.text import safe_line
from caseyos.errors import PartlyDone, Refused

if TYPE_CHECKING:
    from caseyos.cli.session import Session

daemon = typer.Typer(help="The daemon.", no_args_is_help=True)


def tick(
    ctx: typer.Context,
    no_send: Annotated[bool, typer.Option("--no-send", help="Carry nothing out.")] = False,
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    max_seconds: Annotated[float | None, typer.Option(help="Begin nothing later.")] = None,
) -> None:
    """One pass for cron: fetch, generate, carry out what is due."""
    session: Session = ctx.obj
    report = session.app.operations.tick(send=not no_send, source=source, max_seconds=max_seconds)

    def human() -> Iterable[str]:
        if report.skipped:
            yield f"skipped: {report.skipped}. That is fine."
            return
        sync = report.steps.get("sync", {}).get("items", {})
        made = report.steps.get("generate", {})
        sources = "  ".join(f"{name} +{count}" for name, count in sync.items())
        yield f"tick  {sources}"
        yield (
            f"  {made.get('signals', 0)} signals → {made.get('created', 0)} new moves,"
            f" {made.get('refreshed', 0)} refreshed, {made.get('rescored', 0)} rescored,"
            f" {made.get('expired', 0)} closed"
        )
        quiet = {
            "older than 30 days": made.get("too_old", 0),
            "no play asks for": made.get("unmatched", 0),
        } | made.get("gates", {})
        for reason, count in quiet.items():
            if count:
                yield f"  no move from {count:,}: {reason}"
        sent = report.steps.get("send")
        if sent:
            yield f"  outbox: {sent['run']} run, {sent['unknown']} unknown"
        then = f" --as-of {session.flags.as_of}" if session.flags.as_of else ""
        yield f"  {report.seconds:.1f} s.  Next: caseyos today{then}"

    if report.failures:
        for failure in report.failures:
            session.out.warn(failure)
    if not session.flags.quiet or report.failures:
        session.out.emit("tick", report, human=human)
    if report.failures:
        raise PartlyDone(f"{len(report.failures)} steps failed.", hint="caseyos doctor")


@daemon.command()
def run(
    ctx: typer.Context,
    http: Annotated[bool, typer.Option("--http/--no-http", help="Serve the shim.")] = True,
    host: Annotated[str | None, typer.Option(help="Where to listen.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535)] = None,
    allow_remote: Annotated[bool, typer.Option("--allow-remote", hidden=True)] = False,
) -> None:
    """Run in the foreground until SIGTERM or Ctrl-C."""
    from caseyos.daemon.run import Daemon

    session: Session = ctx.obj
    app = session.app
    listen: str | None = None
    if http and app.config.settings.http.enabled:
        known_host, _, known_port = app.config.settings.http.listen.rpartition(":")
        address = host or known_host
        if address not in ("127.0.0.1", "::1", "[::1]", "localhost"):
            raise Refused(
                f"{address} is not this computer; the shim listens on loopback only.",
                hint="caseyos daemon run --host 127.0.0.1",
            )
        listen = f"{address}:{known_port if port is None else port}"
    app.origin = "daemon"
    app.database  # noqa: B018 - a database that cannot be opened is said before anything starts
    session.out.note(f"daemon started, shim {listen or 'off'}. Ctrl-C ends it.")
    raise typer.Exit(Daemon(app, listen=listen).run())


@daemon.command()
def status(ctx: typer.Context) -> None:
    """Whether it runs, since when, and how its jobs went."""
    session: Session = ctx.obj
    state = DaemonFile(session.app.config.paths.state_dir).running()
    runs: tuple[Any, ...] = ()
    if state is not None:
        with session.app.unit_of_work() as uow:
            runs = uow.jobs.latest()

    def human() -> Iterable[str]:
        if state is None:
            yield "daemon    off (caseyos daemon run, or caseyos tick from cron)"
            return
        yield f"daemon    running, pid {state.pid}, since {state.started_at}"
        yield f"shim      {state.listen or 'off'}"
        cells = [
            (run.job, run.state, local_time(run.started_at, session.zone), run.error or "")
            for run in runs
        ]
        yield from table(("job", "last", "when", "error"), cells, widths=(12, 10, 30, 50))

    data = {"running": state is not None, "state": state, "jobs": list(runs)}
    session.out.emit("daemon", data, human=human)


@daemon.command()
def stop(ctx: typer.Context) -> None:
    """Ask it to end, and wait until it has."""
    session: Session = ctx.obj
    begun = time.monotonic()
    state = DaemonFile(session.app.config.paths.state_dir).stop()
    told = (
        f"Stopped pid {state.pid} in {time.monotonic() - begun:.1f} s."
        if state
        else "No daemon was running."
    )
    session.out.emit("daemon_stop", {"stopped": state is not None}, human=lambda: [safe_line(told)])
