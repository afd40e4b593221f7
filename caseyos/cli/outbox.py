"""outbox, mode, pause, resume: what is on its way, and the switches that stop it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from caseyos.cli.drawing import table
from caseyos.cli.shown import local_time
from caseyos.config import parse_duration
from caseyos.domain.text import safe_line
from caseyos.errors import CaseyError, PartlyDone, UsageError

if TYPE_CHECKING:
    from uuid import UUID

    from caseyos.cli.session import Session
    from caseyos.domain.model import ExecutionResult

app = typer.Typer(help="What is on its way.", no_args_is_help=True, add_completion=False)
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Codes, rows or ids.")]
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
def recall(ctx: typer.Context, ids: Ids) -> None:
    """Take queued moves out before anything happens; what has happened is undone instead."""
    session: Session = ctx.obj
    _each(session, "recall", ids, session.app.actions.recall)


@app.command()
def hold(ctx: typer.Context, ids: Ids) -> None:
    """Keep queued moves back until you release them."""
    session: Session = ctx.obj
    _each(session, "hold", ids, session.app.actions.hold)


@app.command()
def release(ctx: typer.Context, ids: Ids) -> None:
    """Let held moves go on; mail waits out its hold window again."""
    session: Session = ctx.obj
    _each(session, "release", ids, session.app.actions.release)


@app.command()
def flush(ctx: typer.Context) -> None:
    """Run what is due now; with send.allow_no_wait what is in its hold window, too."""
    session: Session = ctx.obj
    report = session.app.actions.flush()

    def human() -> Iterable[str]:
        yield f"{report.run} run."
        if report.unknown:
            yield f"{report.unknown} UNKNOWN: caseyos outbox list"
        if report.waiting:
            yield f"{report.waiting} still in the hold window (send.allow_no_wait is off)."
        if report.later:
            yield f"{report.later} waiting for a limit, quiet hours or a breaker."

    session.out.emit("flush", report, human=human)


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
    until = session.app.switchboard.stop(level, _length(lasts), reason)
    end = f" It ends by itself at {local_time(until, session.zone)}." if until else ""
    what = "Nothing" if level == "all" else f"Nothing of {level}"
    session.out.emit(
        "pause",
        {"level": level, "until": until},
        human=lambda: [f"Stopped: {level}. {what} begins until: caseyos resume{end}"],
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


def _each(
    session: Session, schema: str, ids: list[str], act: Callable[[UUID], ExecutionResult]
) -> None:
    """The same to each move; the others go on where one refuses, whose refusal is the answer."""
    told: list[ExecutionResult] = []
    refusals: list[CaseyError] = []
    for target in session.targets(ids):
        try:
            told.append(act(target.move_id))
        except CaseyError as error:
            refusals.append(error)
    if refusals and not told:
        raise refusals[0]
    session.told(one.move_id for one in told)
    for refusal in refusals:
        session.out.warn(refusal.message)

    def human() -> Iterable[str]:
        for one in told:
            yield f"{safe_line(one.sentence)}: {one.move_code} {safe_line(one.title)}."
            if one.state == "queued" and one.until is not None:
                yield f"It will run at {local_time(one.until, session.zone)}."

    session.out.emit(schema, told, human=human)
    if refusals:
        raise PartlyDone(f"{len(refusals)} of them could not be.", hint="caseyos outbox list")


def _length(text: str | None) -> timedelta | None:
    if text is None:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--for: {error}.") from None
