"""tick and daemon: one pass, or passes for ever."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caseyos.app.daemon_lock import DaemonFile
from caseyos.cli.drawing import table
from caseyos.cli.shown import local_time
from caseyos.domain.text import safe_line
from caseyos.errors import PartlyDone, Refused

if TYPE_CHECKING:
    from caseyos.cli.session import Session
    from caseyos.daemon.run import Serve
    from caseyos.domain.reports import Readiness

LOOPBACK = ("127.0.0.1", "::1", "localhost")
daemon = typer.Typer(help="The daemon.", no_args_is_help=True, add_completion=False)


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
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0 takes a free one.")] = None,
) -> None:
    """Run in the foreground until SIGTERM or Ctrl-C."""
    from caseyos.daemon.run import Daemon

    session: Session = ctx.obj
    app = session.app
    app.origin = "daemon"
    serve = None
    if http and app.config.settings.http.enabled:
        serve = _shim(app.config.settings.http.listen, host, port)
    raise typer.Exit(Daemon(app, serve=serve, say=session.out.note).run())


def _shim(listen: str, host: str | None, port: int | None) -> Serve:
    """What starts the shim beside the jobs; Refused where others could reach it."""
    from caseyos.http.shim import Shim, parse_listen

    known_host, known_port = parse_listen(listen)
    address = (host or known_host).strip("[]")
    if address not in LOOPBACK:
        raise Refused(
            f"{address} is not this computer; the shim listens on loopback only.",
            hint="caseyos daemon run --host 127.0.0.1",
        )

    def serve(readiness: Callable[[], Readiness]) -> Shim:
        shim = Shim(readiness, host=address, port=known_port if port is None else port)
        shim.start()
        return shim

    return serve


@daemon.command()
def status(ctx: typer.Context) -> None:
    """Whether it runs, since when, and how its jobs went."""
    session: Session = ctx.obj
    app = session.app
    state = DaemonFile(app.config.paths.state_dir).running()
    checks: Mapping[str, str] = {}
    runs: Sequence[Any] = ()
    leader = None
    if state is not None:
        checks = app.operations.readiness().checks
        if all(answer == "ready" for answer in checks.values()):
            runs, leader = app.operations.jobs()

    def human() -> Iterable[str]:
        if state is None:
            yield "daemon      off (caseyos daemon run, or caseyos tick from cron)"
            return
        since = datetime.fromisoformat(state.started_at)
        up = str(datetime.now(UTC).replace(microsecond=0) - since)
        begun = local_time(since, session.zone)
        yield f"daemon      running, pid {state.pid}, since {begun}, up {up}"
        yield f"shim        {state.listen or 'off'}"
        for name, answer in checks.items():
            yield f"{name:<12}{safe_line(answer)}"
        if leader is not None:
            role = "this one" if leader.pid == state.pid else f"pid {leader.pid} on {leader.host}"
            yield f"leader      {safe_line(role)}, epoch {leader.epoch}"
        cells = [
            (run.job, run.state, local_time(run.started_at, session.zone), run.error or "")
            for run in runs
        ]
        yield from table(("job", "last", "when", "error"), cells, widths=(12, 10, 30, 50))

    data = {
        "running": state is not None,
        "state": state,
        "checks": checks,
        "leader": leader,
        "jobs": list(runs),
    }
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
