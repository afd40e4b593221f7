"""today, next, queue, status: the ranked reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caseyos.cli import drawing
from caseyos.cli.shown import drawn, drawn_zone, move_json, waiting
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
    rows, mode = [drawn(move) for move in listed.moves], str(app.switchboard.mode().mode)
    session.out.emit(
        "today",
        [move_json(move) for move in listed.moves],
        human=lambda: drawing.today_lines(
            rows,
            {"pending": listed.total_pending, "due": listed.due_count},
            listed.as_of.timestamp(),
            drawn_zone(session.zone),
            mode=mode,
            columns=drawing.width(session.flags.environ),
            reasons=why,
        ),
        plain=lambda: drawing.plain_rows(rows),
        mode=mode,
    )


def next_move(ctx: typer.Context) -> None:
    """The one top move, and why."""
    session: Session = ctx.obj
    listed = session.app.queue.today(1)
    if not listed.moves:
        raise NotFound("Nothing is due today.", hint="caseyos today --all")
    _remember(session, listed.moves)
    move = listed.moves[0]

    session.out.emit(
        "next",
        move_json(move),
        human=lambda: drawing.next_lines(drawn(move)),
        plain=lambda: drawing.plain_rows([drawn(move)]),
    )


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
    rows = [drawn(move) for move in moves]

    def human() -> Iterable[str]:
        if not moves:
            yield "No move passes this filter."
            return
        lines = drawing.move_table(
            rows,
            session.app.clock.now().timestamp(),
            drawn_zone(session.zone),
            drawing.width(session.flags.environ),
            [str(move.status) for move in moves] if chosen.status is None else None,
        )
        heads = len(lines) - len(moves)
        yield from lines[:heads]
        for line, move in zip(lines[heads:], moves, strict=True):
            yield line
            if told := waiting(move, session.zone):
                yield f"          {told}"
        if total > len(moves):
            yield f"  … {total - len(moves)} more (--limit)"

    session.out.emit(
        "queue",
        [move_json(move) for move in moves],
        human=human,
        plain=lambda: drawing.plain_rows(rows),
    )


def status(ctx: typer.Context) -> None:
    """One line for a prompt."""
    session: Session = ctx.obj
    found = session.app.operations.status()

    counts = {
        "pending": found.pending,
        "due": found.due,
        "accepted": found.accepted,
        "outbox": found.outbox,
        "unknown": found.unknown,
    }
    session.out.emit(
        "status",
        found,
        human=lambda: [drawing.status_line(counts, found.stops, str(found.mode))],
        mode=str(found.mode),
    )


def _remember(session: Session, moves: Any) -> None:
    from caseyos.app.last_list import LastList

    LastList(session.app.config.paths.state_dir, session.flags.environ).save(moves)
