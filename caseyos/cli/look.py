"""activity, audit, stats: what was done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from caseyos.cli.drawing import bar, table
from caseyos.cli.shown import local_time
from caseyos.config import parse_duration
from caseyos.domain.text import safe_line
from caseyos.errors import CaseyError, UsageError

if TYPE_CHECKING:
    from caseyos.cli.session import Session

audit = typer.Typer(help="The receipts.", no_args_is_help=True, add_completion=False)
Since = Annotated[str | None, typer.Option("--since", help="How far back: 14d, 2h.")]


class Broken(CaseyError):
    """The chain of receipts does not hold."""

    code = "broken"


def activity(
    ctx: typer.Context,
    move: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="The whole story of one move.")
    ] = None,
    since: Since = None,
    who: Annotated[str | None, typer.Option(help="Only this actor.")] = None,
    what: Annotated[str | None, typer.Option(help="Only this kind.")] = None,
    ref: Annotated[str | None, typer.Option("--id", help="Only this move.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10000)] = 40,
) -> None:
    """Everything that was done, by whom, newest first."""
    session: Session = ctx.obj
    if move is not None:
        _story(session, move)
        return
    move_id = session.targets([ref])[0].move_id if ref else None
    entries = session.app.operations.activity(
        since=_since(since), who=who, what=what, move_id=move_id, limit=limit
    )

    def human() -> Iterable[str]:
        if not entries:
            yield "Nothing was done yet."
            return
        rows = [
            (
                local_time(entry.at, session.zone)[4:],
                entry.who,
                entry.what,
                entry.move_code or "",
                entry.title or "",
                f"{entry.from_state or '·'} → {entry.to_state}" if entry.to_state else "",
                entry.detail if len(entry.detail) < 60 else entry.detail[:12],
            )
            for entry in entries
        ]
        yield from table(
            ("when", "who", "what", "id", "move", "change", "detail"),
            rows,
            widths=(24, 10, 10, 8, 44, 26, 50),
        )

    session.out.emit("activity", list(entries), human=human)


@audit.command()
def verify(ctx: typer.Context) -> None:
    """Work the chain of receipts out anew and compare."""
    session: Session = ctx.obj
    report = session.app.actions.audit_verify()
    if not report.intact:
        raise Broken(
            f"The receipts are {report.sentence}: somebody changed them outside CaseyOS.",
            hint="caseyos db restore FILE",
        )
    session.out.emit("audit", report, human=lambda: [report.sentence])


@audit.command()
def show(ctx: typer.Context, limit: Annotated[int, typer.Option(min=1, max=100000)] = 40) -> None:
    """The receipts as they are, newest first."""
    session: Session = ctx.obj
    entries = session.app.operations.activity(limit=limit)
    rows = [
        (
            f"{entry.seq:>6}",
            local_time(entry.at, session.zone),
            entry.who,
            entry.what,
            f"{entry.from_state or ''} → {entry.to_state or ''}",
            entry.key or "",
        )
        for entry in entries
    ]
    session.out.emit(
        "receipts",
        list(entries),
        human=lambda: table(
            ("   seq", "when", "who", "what", "change", "key"),
            rows,
            widths=(8, 28, 10, 12, 28, 40),
        ),
    )


def stats(ctx: typer.Context, since: Since = "14d") -> None:
    """How it went: what came in, what was decided, done, and came of it."""
    session: Session = ctx.obj
    found = session.app.operations.stats(_since(since) or session.app.clock.now())

    def human() -> Iterable[str]:
        yield f"Since {local_time(found.since, session.zone)}"
        yield (
            f"  signals {found.signals}   moves made {found.moves_made}"
            f"   pending {found.queue_depth}"
        )
        for title, tally in (
            ("decided", found.decided),
            ("executed", found.executions),
            ("outcomes", found.outcomes),
        ):
            told = ", ".join(f"{name} {count}" for name, count in tally.items()) or "none"
            yield f"  {title:<9} {told}"
        done = sum(executed for _, executed, _ in found.by_score)
        if done:
            yield "  Does the score work? good outcomes by APS when executed"
            for band, executed, good in found.by_score:
                share = good / executed if executed else 0
                yield f"    {band:<7} {bar(share, 20)} {share:>4.0%}  n={executed}"
            if done < 30:
                yield "    n is small: a hint, not a proof."
        for name, state in found.sources:
            yield f"  source {safe_line(name):<16} {safe_line(state)}"
        for channel, state in found.breakers:
            yield f"  breaker {safe_line(channel):<15} {state.replace('_', ' ')}"

    session.out.emit("stats", found, human=human)


def _story(session: Session, ref: str) -> None:
    """One move from signal to answer, oldest first, a line a step."""
    target = session.targets([ref])[0]
    found = session.app.queue.story(str(target.move_id))

    def human() -> Iterable[str]:
        yield f"{target.code}  {safe_line(target.title, 70)}   {target.status}"
        day = ""
        for one in found:
            local = one.at.astimezone(session.zone)
            date = f"{local:%d %b}"
            when = f"{date if date != day else '':<6} {local:%H:%M:%S}"
            yield f"  {when}  {safe_line(one.who, 9):<9} {one.what:<8} {safe_line(one.told, 42)}"
            day = date

    session.out.emit("story", list(found), human=human)


def _since(text: str | None) -> datetime | None:
    if text is None:
        return None
    from datetime import UTC

    try:
        length: timedelta = parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--since: {error}.") from None
    return datetime.now(UTC) - length
