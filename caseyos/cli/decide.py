"""accept, dismiss, snooze, wake, reopen, edit, note, add, outcome: a person decides."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caseyos.app.own_editor import edited
from caseyos.cli.shown import local_time, move_json
from caseyos.domain.snooze import parse_when
from caseyos.domain.text import safe_line
from caseyos.errors import CaseyError, Refused, UsageError

if TYPE_CHECKING:
    from caseyos.app.decisions import DecisionReport
    from caseyos.cli.session import Session

Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Codes, rows, ids, or -.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="A code, row or id.")]
Note = Annotated[str | None, typer.Option("--note", help="A few words for later.")]


def accept(ctx: typer.Context, ids: Ids) -> None:
    """Accept moves as they are now. Nothing leaves: executing is another command."""
    session: Session = ctx.obj
    report = session.app.decisions.accept(session.targets(ids))
    _say(session, report, "Accepted", then="Next: caseyos preview {code}")


def dismiss(
    ctx: typer.Context,
    ids: Ids,
    reason: Annotated[
        str, typer.Option("--reason", help="not-now, wrong-person, done, bad, stop-company.")
    ] = "none",
    note: Note = None,
) -> None:
    """Dismiss moves, with a reason that trains the score."""
    session: Session = ctx.obj
    report = session.app.decisions.dismiss(session.targets(ids), reason, note)
    _say(session, report, "Dismissed")


def snooze(
    ctx: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="ID... WHEN", help="Moves, then when.")],
    until: Annotated[str | None, typer.Option("--until", help="When, in more words.")] = None,
) -> None:
    """Put moves away: later, tomorrow, monday, 2h, 3d, 2026-12-01, tue 14:00, or reply."""
    session: Session = ctx.obj
    ids, when = (words, until) if until else _split(words, session)
    if not ids:
        raise UsageError("Say which move and when.", hint="caseyos snooze 1 tomorrow")
    report = session.app.decisions.snooze(session.targets(ids), when)
    moment = local_time(report.until, session.zone) if report.until else "a reply comes"
    _say(session, report, "Snoozed", more=f" until {moment}")


def _split(words: list[str], session: Session) -> tuple[list[str], str]:
    """Moves and when: the last word, or the two or three last where only they are a time."""
    for count in (1, 2, 3):
        when = " ".join(words[-count:])
        try:
            parse_when(when, session.app.clock.now(), session.zone)
        except UsageError as refusal:
            if "no time I know" not in refusal.message:
                break
        else:
            return words[:-count], when
    return words[:-1], words[-1]


def wake(ctx: typer.Context, ids: Ids) -> None:
    """Bring snoozed moves back now."""
    session: Session = ctx.obj
    _say(session, session.app.decisions.wake(session.targets(ids)), "Woke")


def reopen(ctx: typer.Context, ids: Ids) -> None:
    """Make dismissed, expired, accepted or undone moves pending again."""
    session: Session = ctx.obj
    _say(session, session.app.decisions.reopen(session.targets(ids)), "Reopened")


def edit(
    ctx: typer.Context,
    ref: Id,
    subject: Annotated[str | None, typer.Option("--subject", help="The new subject.")] = None,
    body: Annotated[str | None, typer.Option("--body", help="The new text; - reads stdin.")] = None,
    start: Annotated[str | None, typer.Option("--start", help="When a meeting begins.")] = None,
    minutes: Annotated[
        float | None, typer.Option("--minutes", help="How long a meeting is.", min=1, max=10080)
    ] = None,
) -> None:
    """Edit a move's text, or a meeting's time, in $EDITOR or by flags."""
    session: Session = ctx.obj
    target = session.targets([ref])[0]
    present = session.app.actions.preview(target.move_id).payload
    if (start or minutes) and present.action_type != "schedule_meeting":
        raise UsageError(f"{target.code} is no meeting, so it has no start and no length.")
    if body == "-":
        body = sys.stdin.read()
    if subject is None and body is None and start is None and minutes is None:
        if not session.interactive:
            raise Refused("There is no editor here.", hint=f"caseyos edit {ref} --body TEXT")
        changed = edited(present.subject, present.body)
        if changed is None:
            raise CaseyError("The editor failed; nothing was changed.", hint="set EDITOR")
        subject, body = changed
    report = session.app.decisions.edit(
        target,
        present.subject if subject is None else subject,
        present.body if body is None else body,
        start=start,
        minutes=minutes,
    )
    _say(session, report, "Edited", then="Next: caseyos preview {code}")


def note(
    ctx: typer.Context,
    ref: Id,
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="The note.")],
) -> None:
    """Add a note to a move."""
    session: Session = ctx.obj
    report = session.app.decisions.note(session.targets([ref])[0], " ".join(text))
    _say(session, report, "Noted on")


def add(
    ctx: typer.Context,
    title: Annotated[list[str], typer.Argument(metavar="TITLE", help="What is to be done.")],
    due: Annotated[str | None, typer.Option(help="When: tomorrow, 2d, a date.")] = None,
    minutes: Annotated[float | None, typer.Option("--effort", help="Minutes of work.")] = None,
    action: Annotated[str, typer.Option(help="The action type.")] = "create_task",
    recipient: Annotated[str | None, typer.Option("--to", help="Whom to write to.")] = None,
    revenue: Annotated[float | None, typer.Option(help="Money at stake.")] = None,
    owner: Annotated[str, typer.Option(help="casey, automated or delegated.")] = "casey",
) -> None:
    """Add a move by hand."""
    session: Session = ctx.obj
    move = session.app.decisions.add(
        " ".join(title),
        due=due,
        minutes=minutes,
        action=action,
        recipient=recipient,
        revenue=revenue,
        owner=owner,
    )

    def human() -> Iterable[str]:
        yield f"Added {move.code} {safe_line(move.title)}, APS {move.aps:.1f}."
        yield f"Undo: caseyos dismiss {move.code}"

    session.out.emit("add", move_json(move), human=human)


def outcome(
    ctx: typer.Context,
    ref: Id,
    what: Annotated[
        str,
        typer.Argument(metavar="WHAT", help="replied, meeting, moved, no-reply, bounced, stop."),
    ],
    positive: Annotated[bool, typer.Option("--positive", help="It went well.")] = False,
    negative: Annotated[bool, typer.Option("--negative", help="It went badly.")] = False,
    note: Note = None,
) -> None:
    """Record what came of a move."""
    session: Session = ctx.obj
    if positive and negative:
        raise UsageError("An outcome is --positive or --negative, not both.")
    good = True if positive else False if negative else None
    target = session.targets([ref])[0]
    report = session.app.outcomes.record(target, what, positive=good, note=note)
    session.told([target.move_id])

    def human() -> Iterable[str]:
        yield f"Saved: {report.code} {safe_line(report.title)}: {report.kind.replace('_', ' ')}."
        if report.note:
            yield safe_line(report.note)
        yield "Undo: caseyos undo"

    session.out.emit("outcome", report, human=human)


def _say(
    session: Session, report: DecisionReport, verb: str, *, more: str = "", then: str = ""
) -> None:
    session.told(item.move_id for item in report.items)
    data: list[dict[str, Any]] = [
        {
            "id": item.code,
            "uuid": item.move_id,
            "title": item.title,
            "from": item.before,
            "status": item.after,
        }
        for item in report.items
    ]

    def human() -> Iterable[str]:
        for item in report.items:
            yield f"{verb} {item.code} {safe_line(item.title)}{more}."
        if report.note:
            yield safe_line(report.note[:1].upper() + report.note[1:]) + "."
        if then and len(report.items) == 1:
            yield then.format(code=report.items[0].code)
        yield "Undo: caseyos undo"

    session.out.emit("decision", data, human=human)
