"""today, next, queue, status: the ranked reads."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caseyos.cli.shown import because, local_time, move_json, move_table
from caseyos.domain.text import safe_line
from caseyos.domain.views import QueueFilter, TodayList
from caseyos.errors import NotFound

if TYPE_CHECKING:
    from caseyos.cli.session import Session

Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many at most.")]
MinAps = Annotated[float | None, typer.Option("--min-aps", help="Only this score or more.")]
Kind = Annotated[str | None, typer.Option("--kind", help="Only this action type.")]
Account = Annotated[str | None, typer.Option("--account", help="Only accounts with these words.")]


def today(
    ctx: typer.Context,
    limit: Limit = 10,
    every: Annotated[bool, typer.Option("--all", help="Undated and later moves too.")] = False,
    min_aps: MinAps = None,
    kind: Kind = None,
    account: Account = None,
    count: Annotated[bool, typer.Option("--count", help="Only how many are due.")] = False,
    why: Annotated[bool, typer.Option("--why", help="A reason under each move.")] = False,
) -> None:
    """Today's Moves: pending, due within 24 hours or overdue, best first."""
    session: Session = ctx.obj
    app = session.app
    chosen = QueueFilter(min_aps=min_aps, action_type=kind, account=account)
    if count:
        due = app.queue.count(chosen, due=True)
        session.out.emit(
            "count", {"due": due}, human=lambda: [str(due)], plain=lambda: [[str(due)]]
        )
        return
    if every:
        page = app.queue.page(chosen, limit=max(limit, 200) if limit == 10 else limit)
        found = app.queue.today(1, chosen=chosen)
        listed = TodayList(
            page.moves, found.total_pending, found.due_count, found.accepted_count, found.as_of
        )
    else:
        listed = app.queue.today(limit, chosen=chosen)
    _remember(session, listed.moves)
    session.out.emit(
        "today",
        [move_json(move) for move in listed.moves],
        human=lambda: _today_lines(session, listed, reasons=why),
        plain=lambda: _plain_rows(listed.moves),
        mode=str(app.switchboard.mode().mode),
    )


def next_move(ctx: typer.Context) -> None:
    """The one top move, and why."""
    session: Session = ctx.obj
    listed = session.app.queue.today(1)
    if not listed.moves:
        raise NotFound("Nothing is due today.", hint="caseyos today --all")
    _remember(session, listed.moves)
    move = listed.moves[0]

    def human() -> Iterable[str]:
        yield f"{move.code}  {safe_line(move.title)}  APS {move.aps:.1f}"
        yield because(move.reasoning)
        yield f"Next: caseyos preview {move.code}"

    session.out.emit("next", move_json(move), human=human, plain=lambda: _plain_rows(listed.moves))


def queue(
    ctx: typer.Context,
    limit: Limit = 50,
    status: Annotated[str, typer.Option(help="A status, or all.")] = "pending",
    owner: Annotated[str | None, typer.Option(help="casey, automated or delegated.")] = None,
    kind: Kind = None,
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    account: Account = None,
    min_aps: MinAps = None,
    due: Annotated[str | None, typer.Option(help="today or week.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="Words in the title.")] = None,
) -> None:
    """Every move, with all filters, best first."""
    session: Session = ctx.obj
    chosen = QueueFilter(
        status=None if status == "all" else status,
        owner=owner,
        action_type=kind,
        source=source,
        account=account,
        min_aps=min_aps,
        due=due,
        text=text,
    )
    moves = session.app.queue.page(chosen, limit=limit).moves
    total = session.app.queue.count(chosen)
    _remember(session, moves)

    def human() -> Iterable[str]:
        if not moves:
            yield "No move passes this filter."
            return
        yield from move_table(moves, session.app.clock.now(), session.zone, _width())
        if total > len(moves):
            yield f"  … {total - len(moves)} more (--limit)"

    session.out.emit(
        "queue",
        [move_json(move) for move in moves],
        human=human,
        plain=lambda: _plain_rows(moves),
    )


def status(ctx: typer.Context) -> None:
    """One line for a prompt."""
    session: Session = ctx.obj
    found = session.app.operations.status()

    def human() -> Iterable[str]:
        parts = [f"{found.pending} open", f"{found.due} due"]
        if found.accepted:
            parts.append(f"{found.accepted} accepted")
        if found.outbox:
            parts.append(f"{found.outbox} in the outbox")
        if found.unknown:
            parts.append(f"{found.unknown} UNKNOWN")
        parts += [f"stopped: {level}" for level in found.stops]
        parts.append(str(found.mode).upper())
        yield " · ".join(parts)

    session.out.emit("status", found, human=human, mode=str(found.mode))


def _remember(session: Session, moves: Any) -> None:
    from caseyos.app.last_list import LastList

    LastList(session.app.config.paths.state_dir, session.flags.environ).save(moves)


def _today_lines(session: Session, listed: TodayList, *, reasons: bool) -> Iterable[str]:
    app, now = session.app, listed.as_of
    mode = app.switchboard.mode()
    day = local_time(now, session.zone)
    left = f"Today's moves, {day[:10].strip()} ({day.rsplit(' ', 1)[-1]})"
    right = f"{listed.total_pending} open · {listed.due_count} due today · {mode.mode.upper()} mode"
    yield left + " " * max(2, _width() - len(left) - len(right)) + right
    yield ""
    if not listed.moves:
        yield from _nothing(listed)
        return
    lines = move_table(listed.moves, now, session.zone, _width())
    yield lines[0]
    for line, move in zip(lines[1:], listed.moves, strict=True):
        yield line
        if reasons:
            yield f"        {safe_line(move.reasoning or '', _width() - 8)}"
    hidden = listed.due_count - len(listed.moves)
    if hidden > 0:
        yield f"  … {hidden} more due today (caseyos today --limit {min(listed.due_count, 1000)})"
    first = listed.moves[0]
    yield ""
    yield f"Why 1 is first: {safe_line(first.reasoning or 'it was put there by hand')}"
    yield "Next: caseyos preview 1"


def _nothing(listed: TodayList) -> Iterable[str]:
    if listed.total_pending:
        yield f"Nothing is due today; {listed.total_pending} moves come later (--all)."
    else:
        yield "Nothing left for today."
        yield "Moves come from signals: caseyos import FILE, then caseyos tick"
        yield "Or look around first: caseyos demo start"


def _plain_rows(moves: Any) -> list[list[Any]]:
    return [
        [number, move.code, round(move.aps), move.title, move.account or "", move.due_by]
        for number, move in enumerate(moves, 1)
    ]


def _width() -> int:
    return max(60, min(shutil.get_terminal_size((100, 24)).columns, 160))
