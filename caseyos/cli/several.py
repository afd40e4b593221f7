"""Carrying out several moves from the shell: every plan shown, words to type, a result for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from caseyos.cli.shown import local_time
from caseyos.domain.bulk import Ran
from caseyos.domain.text import safe_line
from caseyos.errors import PartlyDone, Refused

if TYPE_CHECKING:
    from caseyos.cli.session import Session
    from caseyos.domain.bulk import Bulk
    from caseyos.domain.model import Plan
    from caseyos.domain.views import Target

MARKS = {"pass": "✓", "warn": "!", "block": "×"}


def execute_several(session: Session, targets: Sequence[Target], *, yes: bool) -> None:
    """One by one through the same guardrails; those that cannot be done stay as they are."""
    waiting = [target for target in targets if target.status != "executed"]
    made = session.app.actions.preview_many([target.move_id for target in waiting])
    for line in bulk_lines(made):
        session.out.note(line)
    if waiting and not made.able:
        refuse_blocked(made.plans[0])
    if made.able and (made.outside or not yes):
        instead = "--yes, for moves that stay on this computer"
        session.confirm(f"Carry out {len(made.able)} moves?", made.words, instead=instead)
    ran = [
        *(
            Ran(target.code, target.title, "succeeded", "Already done; nothing was done again")
            for target in targets
            if target.status == "executed"
        ),
        *session.app.actions.execute_many(made.able),
        *(
            Ran(plan.move_code, plan.title, "blocked", _blocks(plan))
            for plan in made.plans
            if plan.blocked
        ),
    ]
    session.told(target.move_id for target in targets)
    _show(session, ran)


def refuse_blocked(plan: Plan) -> None:
    """Refused, where a check forbids it, with the command that helps."""
    if not plan.blocked:
        return
    rules = {check.name for check in plan.checks if check.level == "block"}
    hint = f"caseyos show {plan.move_code}"
    if "stop" in rules:
        hint = "caseyos resume"
    elif "mode" in rules:
        hint = "caseyos mode live --for 30m"
    raise Refused(f"{plan.move_code}: {_blocks(plan)}", hint=hint)


def bulk_lines(made: Bulk) -> Iterable[str]:
    """Every plan with what does not simply pass; those unlike the others apart."""
    usual = [plan for plan in made.plans if plan.move_code not in made.outliers]
    for plan in usual:
        yield from _row(plan)
    if made.outliers:
        yield "Unlike the others:"
    for plan in made.plans:
        if plan.move_code in made.outliers:
            yield from _row(plan)
            yield f"        {MARKS['warn']} {made.outliers[plan.move_code]}"
    left = len(made.plans) - len(made.able)
    told = f"{left} cannot be done now and stay as they are." if left else ""
    yield f"{len(made.able)} moves to {made.people} people. {told}".rstrip()


def _row(plan: Plan) -> Iterable[str]:
    does = "; ".join(safe_line(effect.sentence) for effect in plan.effects)
    undo = plan.effects[0].undo if plan.effects else ""
    yield f"  {plan.move_code}  {safe_line(plan.title, 44)}: {does}   undo: {undo}"
    for check in plan.checks:
        if check.level != "pass":
            yield f"        {MARKS[check.level]} {safe_line(check.sentence)}"


def _blocks(plan: Plan) -> str:
    return "; ".join(check.sentence for check in plan.checks if check.level == "block")


def _show(session: Session, ran: Sequence[Ran]) -> None:
    def human() -> Iterable[str]:
        for one in ran:
            sign = MARKS["pass" if one.good else "block"]
            yield f"{sign} {one.code}  {safe_line(one.title, 60)}: {safe_line(one.sentence)}"
            if one.state == "queued" and one.until:
                yield f"        It will run at {local_time(one.until, session.zone)}."
        yield "Undo, all of it: caseyos undo"

    data = [
        {
            "id": one.code,
            "title": one.title,
            "state": one.state,
            "result": one.sentence,
            "until": one.until,
        }
        for one in ran
    ]
    session.out.emit("execute", data, human=human)
    bad = sum(1 for one in ran if not one.good)
    if bad:
        raise PartlyDone(f"{bad} of {len(ran)} were not carried out.", hint="caseyos outbox list")
