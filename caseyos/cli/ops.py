"""ops: what an operator of the running program looks at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from caseyos.cli.drawing import table
from caseyos.cli.shown import local_time
from caseyos.domain.text import safe_line
from caseyos.errors import NotFound

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
