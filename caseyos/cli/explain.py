"""show, why, find: one move in full, its score explained, and search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caseyos.cli.drawing import because, table
from caseyos.cli.shown import (
    driver_json,
    driver_lines,
    due_label,
    local_time,
    move_json,
    waiting,
)
from caseyos.domain.text import safe_line, safe_text
from caseyos.domain.views import MoveDetail, Why
from caseyos.errors import UsageError

if TYPE_CHECKING:
    from caseyos.cli.session import Session

Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Codes, rows or ids.")]


def show(ctx: typer.Context, ids: Ids) -> None:
    """One move in full: what led to it, its text, what was done."""
    session: Session = ctx.obj
    details = [session.app.queue.detail(name) for name in ids]

    def human() -> Iterable[str]:
        for detail in details:
            yield from _detail_lines(session, detail)

    data = [
        move_json(detail.move)
        | {
            "signals": list(detail.signals),
            "executions": list(detail.executions),
            "history": list(detail.history),
        }
        for detail in details
    ]
    session.out.emit("show", data, human=human)


def why(
    ctx: typer.Context,
    ref: Annotated[str, typer.Argument(metavar="ID", help="A code, row or id.")],
) -> None:
    """Explain a score: drivers that add up to it, evidence, and the change since yesterday."""
    session: Session = ctx.obj
    found = session.app.queue.why(ref)
    data = {
        "id": found.move.code,
        "uuid": found.move.id,
        "title": found.move.title,
        "aps": found.move.aps,
        "because": found.move.reasoning,
        "drivers": [driver_json(driver) for driver in found.move.drivers],
        "evidence": list(found.evidence),
        "confidence": found.move.confidence,
        "weights_version": found.weights_version,
        "scored_at": found.scored_at,
        "change": found.change,
        "deltas": [
            {"factor": d.factor, "points": d.points, "sentence": d.sentence} for d in found.deltas
        ],
    }
    session.out.emit("why", data, human=lambda: _why_lines(session, found))


def find(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(help="Words in a name, address or title.")],
    limit: Annotated[int, typer.Option(min=1, max=200)] = 20,
) -> None:
    """People, companies and moves that hold the words."""
    session: Session = ctx.obj
    if not text.strip():
        raise UsageError("find needs words to look for.", hint="caseyos find NAME")
    hits = session.app.queue.find(text, limit)

    def human() -> Iterable[str]:
        if not hits:
            yield f"Nothing holds {safe_line(text, 60)!r}."
            return
        rows = [(hit.kind, hit.id, hit.title, hit.detail) for hit in hits]
        yield from table(("kind", "id", "what", "detail"), rows, widths=(8, 12, 60, 40))

    session.out.emit(
        "find", hits, human=human, plain=lambda: [(h.kind, h.id, h.title, h.detail) for h in hits]
    )


def _why_lines(session: Session, found: Why) -> Iterable[str]:
    move = found.move
    yield f"{move.code}  {safe_line(move.title)}   APS {move.aps:.1f}"
    yield because(move.reasoning)
    yield ""
    for line in driver_lines(move.drivers):
        yield safe_line(line) if not line.startswith(" ") else _kept_indent(line)
    if found.scored_at is None:
        return
    if found.change is None:
        yield "  since yesterday  new"
    elif found.deltas:
        told = ", ".join(
            f"{d.factor} {d.points:+.1f} ({safe_line(d.sentence)})" for d in found.deltas
        )
        yield f"  since yesterday  {found.change:+.1f}  {told}"
    else:
        yield "  since yesterday  unchanged"
    known = move.confidence or 0
    inputs = "All inputs known." if known >= 1 else f"{known:.0%} of the weight is known."
    scored = local_time(found.scored_at, session.zone)
    yield f"Scored {scored} by weights v{found.weights_version}. {inputs}"


def _detail_lines(session: Session, detail: MoveDetail) -> Iterable[str]:
    move, now = detail.move, session.app.clock.now()
    yield session.out.bold(f"{move.code}  {safe_line(move.title)}")
    due = due_label(move.due_by, now, session.zone)
    facts = [move.action_type, move.status, f"owner {move.owner}", f"due {due}"]
    if move.execution_state:
        facts.append(f"execution {move.execution_state}")
    yield f"  {' · '.join(facts)}"
    if told := waiting(move, session.zone):
        yield f"  {told}"
    if move.status == "unknown":
        yield "  UNKNOWN: nobody can say whether it was done; it is never tried again by itself."
        yield f"  Answer:    caseyos outbox answer {move.code} check | again | sent | abandon"
    context = move.context
    for name in ("account", "deal", "stage", "recipient", "subject", "missing"):
        value = context.get(name)
        if value:
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield f"  {name:<10} {safe_line(text, 100)}"
    if context.get("snippet"):
        yield f"  they wrote {safe_line(context['snippet'], 160)}"
    yield f"  APS {move.aps:.1f}: {safe_line(move.reasoning or 'no score')}"
    if move.outcome:
        yield f"  outcome    {safe_line(move.outcome.get('kind', ''))}"
    yield from _story(session, "signals", detail.signals, "evidence")
    for line in detail.history[:12]:
        when = local_time(line["at"], session.zone)
        change = f"{line['from_state'] or ''} → {line['to_state']}" if line["to_state"] else ""
        said = safe_line(line["reason"] or line["result"] or "", 80)
        yield f"  {when}  {line['actor']:<8} {line['action']:<10} {change} {said}".rstrip()


def _story(
    session: Session, title: str, rows: Iterable[Mapping[str, Any]], field: str
) -> Iterable[str]:
    for place, row in enumerate(rows):
        if place == 0:
            yield f"  {title}:"
        when = local_time(row["occurred_at"] or row["created_at"], session.zone)
        yield f"    {when}  {safe_text(safe_line(row[field], 100))}"


def _kept_indent(line: str) -> str:
    body = line.lstrip(" ")
    return " " * (len(line) - len(body)) + safe_text(body)
