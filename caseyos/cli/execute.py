"""preview, execute, undo, redo: what acts, and what takes it back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caseyos.cli.several import MARKS, execute_several, refuse_blocked
from caseyos.cli.shown import local_time
from caseyos.domain.text import safe_line, safe_text
from caseyos.errors import Refused, UsageError

if TYPE_CHECKING:
    from caseyos.app.decisions import UndoReport
    from caseyos.cli.session import Session
    from caseyos.domain.model import ExecutionResult, Plan
    from caseyos.domain.views import Target


def preview(
    ctx: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Codes, rows or ids.")],
    draft: Annotated[bool, typer.Option("--draft", help="As a draft of the mail.")] = False,
) -> None:
    """Show exactly what a move would do. Nothing is done; the plan is good for a while."""
    session: Session = ctx.obj
    plans = [
        session.app.actions.preview(target.move_id, as_draft=draft)
        for target in session.targets(ids)
    ]
    _show_plans(session, plans)


def execute(
    ctx: typer.Context,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="Codes, rows or ids.")
    ] = None,
    plan: Annotated[str | None, typer.Option("--plan", help="Run exactly this plan.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Only show what would be done.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="The preview was read.")] = False,
    draft: Annotated[bool, typer.Option("--draft", help="Make a draft of the mail.")] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Without the hold (send.allow_no_wait).")
    ] = False,
) -> None:
    """Do it: exactly the previewed bytes, at most once; several with the typed words."""
    session: Session = ctx.obj
    if plan:
        if ids:
            raise UsageError(
                "A plan already names its move.", hint=f"caseyos execute --plan {plan}"
            )
        if not yes:
            session.confirm(f"Carry out {plan}?", "yes", instead="--yes")
        _show_result(session, [session.app.actions.execute_plan(plan, no_wait=no_wait)])
        return
    targets = session.targets(ids or [])
    if dry_run:
        preview(ctx, ids or [], draft)
        return
    if len(targets) > 1 and not draft:
        execute_several(session, targets, yes=yes)
        return
    for target in targets:
        _one(session, target, yes=yes, draft=draft, no_wait=no_wait)


def _one(session: Session, target: Target, *, yes: bool, draft: bool, no_wait: bool) -> None:
    """One move: its plan, then the word. Outside, --yes counts only for a plan shown before."""
    actions = session.app.actions
    if target.status == "executed":
        done = actions.latest(target.move_id, replayed=True)
        if done is not None:
            _show_result(session, [done])
            return
    seen = actions.fresh_plan(target.move_id) if yes and not draft else None
    made = actions.preview(target.move_id, as_draft=draft)
    for line in plan_lines(session, made):
        session.out.note(line)
    refuse_blocked(made)
    if made.outside and yes and seen is None:
        raise Refused(
            "--yes counts only for a plan of this very version that you have read.",
            hint=f"caseyos execute --plan {made.id} --yes",
        )
    if not yes:
        word = "send" if made.outside else "yes"
        instead = f"--plan {made.id} --yes" if made.outside else "--yes"
        session.confirm(f"Carry out {made.move_code}?", word, instead=instead)
    chosen = seen if made.outside and seen is not None else made.id
    _show_result(session, [actions.execute_plan(chosen, no_wait=no_wait)])


def undo(
    ctx: typer.Context,
    count: Annotated[int, typer.Argument(min=1, max=100, help="How many steps.")] = 1,
    listed: Annotated[bool, typer.Option("--list", help="Show what can be undone.")] = False,
) -> None:
    """Take back your last step; a batch is one step, an effect is removed."""
    session: Session = ctx.obj
    if listed:
        rows = session.app.decisions.undo_list()

        def lines() -> Iterable[str]:
            if not rows:
                yield "Nothing to undo."
            for row in rows:
                when = local_time(row["at"], session.zone)
                title = safe_line(row["title"] or "")
                yield f"{when}  {row['kind']:<8} {row['code'] or '':<6} {title}"

        session.out.emit("undo_list", rows, human=lines)
        return
    report = session.app.decisions.undo(count)
    session.told(report.move_ids)
    _told(session, report, "Nothing to undo.")


def redo(ctx: typer.Context) -> None:
    """Do again what you undid last."""
    session: Session = ctx.obj
    report = session.app.decisions.redo()
    session.told(report.move_ids)
    _told(session, report, "Nothing to redo.")


def plan_json(plan: Plan) -> dict[str, Any]:
    """A plan as JSON shows it; `wire` is the exact text of the effect."""
    return {
        "plan": plan.id,
        "id": plan.move_code,
        "uuid": plan.move_id,
        "title": plan.title,
        "action_type": plan.payload.action_type,
        "channel": plan.payload.channel,
        "outside": plan.outside,
        "recipients": list(plan.payload.recipients),
        "subject": plan.payload.subject,
        "body": plan.payload.body,
        "wire": plan.wire.decode("utf-8", "surrogateescape"),
        "effects": [
            {"channel": e.channel, "what": e.sentence, "undo": e.undo} for e in plan.effects
        ],
        "checks": [{"name": c.name, "level": c.level, "what": c.sentence} for c in plan.checks],
        "blocked": plan.blocked,
        "expires_at": plan.expires_at,
        "reversibility": plan.reversibility,
    }


def sender_of(plan: Plan) -> str:
    """Who writes, as the recipient will see it."""
    fields = plan.payload.fields
    return f"{fields.get('from_name') or ''} <{fields['from']}>".strip()


def plan_lines(session: Session, plan: Plan) -> Iterable[str]:
    """A plan for people: every effect, whether it can be undone, the text, every check."""
    until = local_time(plan.expires_at, session.zone)
    yield f"Plan {plan.id} for {plan.move_code}  {safe_line(plan.title)}   (good until {until})"
    yield ""
    for number, effect in enumerate(plan.effects, 1):
        yield f"  {number}  {effect.channel:<8} {safe_line(effect.sentence)}   undo: {effect.undo}"
    yield ""
    sender = plan.payload.fields.get("from")
    if sender:
        yield f"  From     {safe_line(sender_of(plan))}"
    if plan.payload.recipients:
        yield f"  To       {safe_line(', '.join(plan.payload.recipients))}"
    yield f"  Subject  {safe_line(plan.payload.subject)}"
    for line in safe_text(plan.payload.body).splitlines():
        yield f"  {line}".rstrip()
    yield ""
    for check in plan.checks:
        yield f"  {MARKS[check.level]} {check.name}: {safe_line(check.sentence)}"


def _show_plans(session: Session, plans: list[Plan]) -> None:
    def human() -> Iterable[str]:
        for plan in plans:
            yield from plan_lines(session, plan)
            yield "Nothing was done."
            if plan.blocked:
                yield "It cannot be done as it stands: see the × above."
            else:
                yield f"To do it: caseyos execute --plan {plan.id}"

    data = [plan_json(plan) for plan in plans]
    session.out.emit("preview", data[0] if len(data) == 1 else data, human=human)


def _show_result(session: Session, results: list[ExecutionResult]) -> None:
    session.told(result.move_id for result in results)

    def human() -> Iterable[str]:
        for result in results:
            yield f"{safe_line(result.sentence)}: {result.move_code} {safe_line(result.title)}."
            if result.state in ("queued", "blocked") and result.until:
                yield f"It will run at {local_time(result.until, session.zone)}."
            elif result.state == "succeeded" and result.reversibility == "reversible":
                yield "Undo: caseyos undo"

    data = [
        {
            "id": result.move_code,
            "uuid": result.move_id,
            "title": result.title,
            "execution": result.execution_id,
            "state": result.state,
            "result": result.sentence,
            "replayed": result.replayed,
            "rollback_token": result.rollback_token,
            "reversibility": result.reversibility,
            "provider_id": result.provider_id,
            "until": result.until,
        }
        for result in results
    ]
    session.out.emit("execute", data[0] if len(data) == 1 else data, human=human)


def _told(session: Session, report: UndoReport, nothing: str) -> None:
    def human() -> Iterable[str]:
        if not report.sentences:
            yield nothing
        for sentence in report.sentences:
            yield safe_line(sentence[:1].upper() + sentence[1:]) + "."
        if report.then:
            yield report.then

    session.out.emit("undo", {"steps": list(report.sentences)}, human=human)
    if report.stopped is not None:
        raise report.stopped
