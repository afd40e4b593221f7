"""ops: what an operator of the running program looks at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from caseyos.cli.drawing import table
from caseyos.cli.shown import local_time
from caseyos.domain.text import safe_line
from caseyos.errors import NotFound, TryLater

if TYPE_CHECKING:
    from caseyos.cli.session import Session

app = typer.Typer(help="What an operator looks at.", no_args_is_help=True, add_completion=False)


@app.callback()
def ops() -> None:
    """What an operator looks at."""


@app.command()
def breakers(
    ctx: typer.Context,
    close: Annotated[
        str | None, typer.Option("--close", metavar="CHANNEL", help="It works again: close it.")
    ] = None,
) -> None:
    """The breakers of the channels: closed, open until a time, or half open with one try."""
    session: Session = ctx.obj
    if close is not None and not session.app.actions.close_breaker(close):
        raise NotFound(
            f"The breaker of {safe_line(close, 60)} is closed.", hint="caseyos ops breakers"
        )
    rows = session.app.actions.breakers()

    def human() -> Iterable[str]:
        if close is not None:
            yield f"Closed: {safe_line(close, 60)}."
        if not rows:
            yield "Every breaker is closed."
            return
        cells = [
            (
                row["channel"],
                row["state"].replace("_", " "),
                str(row["failures"]),
                local_time(row["retry_at"], session.zone),
                row["reason"] or "",
            )
            for row in rows
        ]
        heads = ("channel", "state", "failures", "tried again", "why")
        yield from table(heads, cells, widths=(20, 10, 8, 28, 50))

    session.out.emit("breakers", list(rows), human=human)


@app.command("test-error")
def test_error(ctx: typer.Context) -> None:
    """Raise a marked error and report it, to see that crash reports arrive."""
    from caseyos.app import crash_reports

    session: Session = ctx.obj
    config = session.app.config
    try:
        raise crash_reports.MarkedError
    except crash_reports.MarkedError as error:
        sent = crash_reports.send(config, error)
    if sent.event_id is None and not sent.off:
        raise TryLater(
            f"The marked error was not reported: {sent.why_not}.",
            hint="caseyos config explain telemetry.sentry_dsn",
        )

    def human() -> Iterable[str]:
        if sent.off:
            yield f"Crash reports are off: {sent.why_not}. Nothing was sent."
            yield "  caseyos config set telemetry.crash_reports on"
        else:
            yield f"A marked error was reported; its event id is {sent.event_id}."

    data = {"event_id": sent.event_id, "reports": "off" if sent.off else "on", "why": sent.why_not}
    session.out.emit("test_error", data, human=human)
