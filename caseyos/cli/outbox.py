"""outbox, mode, pause, resume: what is on its way, and the switches that stop it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from caseyos.cli.drawing import table
from caseyos.cli.shown import local_time
from caseyos.config import parse_duration
from caseyos.domain.text import safe_line
from caseyos.errors import NotFound, UsageError

if TYPE_CHECKING:
    from caseyos.cli.session import Session

app = typer.Typer(help="What is on its way.", no_args_is_help=True, add_completion=False)
For = Annotated[str | None, typer.Option("--for", help="How long: 30m, 2h.")]


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """What is queued, blocked with its reason, or UNKNOWN."""
    session: Session = ctx.obj
    rows = session.app.actions.outbox()

    def human() -> Iterable[str]:
        if not rows:
            yield "The outbox is empty."
            return
        cells = [
            (
                row["code"] or "",
                row["state"].upper() if row["state"] == "unknown" else row["state"],
                row["title"] or "",
                row["blocked_reason"] or row["error"] or "",
                local_time(row["blocked_until"] or row["not_before"], session.zone),
            )
            for row in rows
        ]
        yield from table(("id", "state", "move", "why", "when"), cells, widths=(8, 12, 40, 40, 24))

    session.out.emit("outbox", list(rows), human=human)


@app.command()
def recall(ctx: typer.Context, ids: Annotated[list[str], typer.Argument(metavar="ID...")]) -> None:
    """Take a queued move out before anything happens."""
    session: Session = ctx.obj
    told = []
    for target in session.targets(ids):
        latest = session.app.actions.latest(target.move_id)
        if latest is None:
            raise NotFound(f"{target.code} is not in the outbox.", hint="caseyos outbox list")
        told.append(session.app.actions.undo_execution(latest.execution_id))
    session.out.emit(
        "recall",
        told,
        human=lambda: [f"{one.sentence}: {one.move_code} {safe_line(one.title)}." for one in told],
    )


@app.command()
def flush(ctx: typer.Context) -> None:
    """Run now what is due."""
    session: Session = ctx.obj
    report = session.app.actions.run_due()
    session.out.emit("flush", report, human=lambda: [f"{report.run} run."])


@app.command()
def answer(
    ctx: typer.Context,
    ref: Annotated[str, typer.Argument(metavar="ID")],
    word: Annotated[str, typer.Argument(metavar="WHAT", help="check, again, sent or abandon.")],
) -> None:
    """Answer an UNKNOWN: look again, try again, it was sent, or let it go."""
    session: Session = ctx.obj
    result = session.app.actions.answer_unknown(session.targets([ref])[0].move_id, word)
    session.out.emit(
        "answer",
        result,
        human=lambda: [f"{result.sentence}: {result.move_code} {safe_line(result.title)}."],
    )


def mode(
    ctx: typer.Context,
    wanted: Annotated[str, typer.Argument(help="status, safe or live.")] = "status",
    lasts: For = None,
) -> None:
    """SAFE or LIVE. SAFE: nothing leaves this computer; LIVE always ends by itself."""
    session: Session = ctx.obj
    board = session.app.switchboard
    if wanted == "status":
        state = board.mode()
    elif wanted == "safe":
        state = board.go_safe()
    elif wanted == "live":
        state = board.go_live(_length(lasts) or timedelta(minutes=30))
    else:
        raise UsageError(f"There is no mode {wanted!r}.", hint="caseyos mode safe")

    def human() -> Iterable[str]:
        if state.mode == "live":
            yield f"LIVE until {local_time(state.until, session.zone)}. To stop: caseyos mode safe"
        else:
            yield "SAFE: nothing leaves this computer; local drafts, tasks and meetings work."

    session.out.emit("mode", state, human=human, mode=str(state.mode))


def pause(
    ctx: typer.Context,
    level: Annotated[str, typer.Argument(help="all, outbound, an action, a channel.")] = "all",
    lasts: For = None,
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
) -> None:
    """The kill switch: no action begins until you resume. Ingestion goes on."""
    session: Session = ctx.obj
    session.app.switchboard.stop(level, _length(lasts), reason)
    session.out.emit(
        "pause",
        {"level": level},
        human=lambda: [f"Stopped: {level}. Nothing begins until: caseyos resume"],
    )


def resume(
    ctx: typer.Context,
    level: Annotated[str | None, typer.Argument(help="A level, or all of them.")] = None,
) -> None:
    """Let go of the kill switch."""
    session: Session = ctx.obj
    gone = session.app.switchboard.resume(level)
    told = f"Resumed: {', '.join(gone)}." if gone else "Nothing was stopped."
    session.out.emit("resume", {"levels": list(gone)}, human=lambda: [told])


def _length(text: str | None) -> timedelta | None:
    if text is None:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--for: {error}.") from None
