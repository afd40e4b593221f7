"""T0 of an execution: the decision and the attempt in one commit, or the result of an earlier one.

A move has at most one open attempt: everything here happens under the lock of its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from caseyos.domain.guardrails import switched_off
from caseyos.domain.lifecycle import OPEN_EXECUTIONS, check_move_change
from caseyos.domain.model import ActionType, ExecutionResult, MoveStatus, Payload
from caseyos.domain.ports.execution import ExecuteUnit, Workshop
from caseyos.domain.rendering import content_hash
from caseyos.errors import Changed, NotFound, Refused, WrongStatus
from caseyos.pipeline.plan import attempt_of, frozen, rendered
from caseyos.pipeline.record import as_result, receipt
from caseyos.pipeline.seal import seal, sealed

Row = Mapping[str, Any]

_FROM_PLAN = (
    *("move_id", "action_type", "channel", "move_version", "request", "request_hash", "wire"),
    *("recipient", "recipient_domain", "reversibility"),
    "marker",  # the bytes of the plan carry it
)


def enqueue(
    shop: Workshop, plan_id: str, *, no_wait: bool = False, batch_id: UUID | None = None
) -> tuple[UUID, ExecutionResult | None]:
    """Queue what a plan shows; its id, and the stored result where the plan had its run already.

    `no_wait` leaves out the hold window; the executions of a batch are undone as one step. Refuses
    a plan whose time is over, whose move changed, or whose move is being carried out.
    """
    with shop.units() as unit:
        plan = unit.executions.plan(plan_id)
        if plan is None:
            raise NotFound(f"There is no plan {plan_id}.", hint="caseyos preview ID")
        move = unit.executions.move(plan["move_id"])
        if move is None:
            raise NotFound("The move of this plan is gone.", hint="caseyos today")
        earlier = unit.executions.by_plan(plan_id)
        if earlier is not None and not _waits_for_a_person(earlier):
            return earlier["id"], as_result(earlier, replayed=True)
        _still_the_same(shop, plan, move, again=earlier is not None)
        _refuse_in_safe(unit, shop, plan)
        if earlier is not None:
            # A guardrail refused it before anything happened; now a person asks once more.
            held = waits_first(shop, plan["action_type"]) and not no_wait
            unit.executions.ask_again(earlier["id"], shop.hold if held else None)
            receipt(unit, shop, earlier, "unblock", "blocked", "queued", "asked for again")
            return earlier["id"], None
        _may_run(move)
        _one_at_a_time(unit, shop, move, plan_id)
        return _insert(unit, shop, plan, move, no_wait=no_wait, batch_id=batch_id), None


def _refuse_in_safe(unit: ExecuteUnit, shop: Workshop, plan: Row) -> None:
    """Nothing is even queued for outside in SAFE: going LIVE later must not send it by itself."""
    attempt = attempt_of(plan, shop.channel_of(plan["action_type"]), None)
    verdict = switched_off(attempt, shop.policy(), unit.switches.read())
    if verdict.rule == "mode":
        raise Refused(verdict.reason, hint="caseyos mode live --for 30m")


def waits_first(shop: Workshop, action_type: str) -> bool:
    """Whether it waits in the outbox first, where it can be recalled.

    A draft has not left: it is taken back like anything else, so it need not wait.
    """
    return action_type != ActionType.CREATE_DRAFT and shop.channel_of(action_type).outside


def _insert(
    unit: ExecuteUnit,
    shop: Workshop,
    plan: Row,
    move: Row,
    *,
    no_wait: bool,
    batch_id: UUID | None,
) -> UUID:
    execution_id = shop.new_id()
    # Each attempt that ended with nothing to show allows one more with the same content.
    attempts = unit.executions.settled_without_effect(move["id"])
    held = waits_first(shop, plan["action_type"]) and not no_wait
    made = unit.executions.insert(
        {name: plan[name] for name in _FROM_PLAN}
        | {
            "id": execution_id,
            "state": "queued",
            "dry_run": False,
            "plan_id": None,
            "from_plan_id": plan["plan_id"],
            "idempotency_key": (
                f"{move['id']}:{plan['action_type']}:{plan['request_hash']}:{attempts}"
            ),
            "hold": shop.hold if held else None,
            "validity": shop.validity,
            "actor": shop.actor,
            "seal": seal(plan),
        }
    )
    if made is None:
        raise WrongStatus(
            f"{move['code']} was carried out already with this very content.",
            hint=f"caseyos show {move['code']}",
        )
    _accept(unit, shop, move, plan, execution_id, batch_id)
    return execution_id


def _waits_for_a_person(execution: Row) -> bool:
    return execution["state"] == "blocked" and execution["blocked_until"] is None


def _still_the_same(shop: Workshop, plan: Row, move: Row, *, again: bool) -> None:
    """Refuse a plan whose time is over or whose move is not what it showed."""
    code = move["code"]
    if not plan["good"]:
        raise Changed(f"Plan {plan['plan_id']} has expired.", hint=f"caseyos preview {code}")
    if not sealed(plan):
        raise Changed(
            f"Plan {plan['plan_id']} is not what it was when it was shown.",
            hint=f"caseyos preview {code}",
        )
    payload, _ = rendered(shop, move, as_draft=plan["action_type"] == "create_draft")
    # Asking once more, the acceptance of the first time has raised the version.
    other_version = move["version"] != plan["move_version"] and not again
    if other_version or content_hash(payload) != plan["request_hash"]:
        raise Changed(
            f"{code} changed since plan {plan['plan_id']} was made: {_difference(plan, payload)}.",
            hint=f"caseyos preview {code}",
        )
    accepted = move["accepted_hash"] if move["status"] == "accepted" else None
    as_draft = plan["action_type"] == "create_draft" != move["action_type"]
    if accepted not in (None, plan["request_hash"]) and not as_draft:
        raise Changed(
            f"{code} is not what was accepted: its text, its template or its facts changed since.",
            hint=f"caseyos show {code}",
        )


def _difference(plan: Row, payload: Payload) -> str:
    """Which parts of the content differ, in words."""
    old = frozen(plan)
    parts = [
        name
        for name in ("action_type", "recipients", "subject", "body", "fields")
        if getattr(old, name) != getattr(payload, name)
    ]
    return ", ".join(parts) or "its status"


def _may_run(move: Row) -> None:
    if move["status"] not in ("pending", "accepted", "failed"):
        raise WrongStatus(
            f"{move['code']} is {move['status']}, so it cannot be executed.",
            hint=f"caseyos show {move['code']}",
        )


def _one_at_a_time(unit: ExecuteUnit, shop: Workshop, move: Row, plan_id: str) -> None:
    """Refuse a second open attempt; one that waits for a person is replaced by this plan."""
    latest = unit.executions.latest_real(move["id"])
    if latest is None or latest["state"] not in OPEN_EXECUTIONS:
        return
    replaced = _waits_for_a_person(latest) and unit.executions.set_state(
        latest["id"], before="blocked", after="cancelled"
    )
    if not replaced:
        raise WrongStatus(
            f"{move['code']} is being carried out already ({latest['state']}).",
            hint="caseyos outbox list",
        )
    receipt(unit, shop, latest, "recall", "blocked", "cancelled", f"replaced by {plan_id}")


def _accept(
    unit: ExecuteUnit,
    shop: Workshop,
    move: Row,
    plan: Row,
    execution_id: UUID,
    batch_id: UUID | None,
) -> None:
    """Record the acceptance that executing implies, and the enqueueing, with their receipts."""
    before = move["status"]
    content = {"content": plan["request_hash"]}
    if before != "accepted":
        check_move_change(move["code"], before, MoveStatus.ACCEPTED, verb="executed")
        unit.executions.set_move(
            move["id"], before=(before,), after="accepted", accepted_hash=plan["request_hash"]
        )
        unit.audit.append(
            actor=shop.actor,
            action="accept",
            subject=f"move:{move['id']}",
            from_state=before,
            to_state="accepted",
            reason="by executing it",
            detail=content,
        )
        unit.events.emit("recommendation_accepted", item_id=move["id"], aps=move["aps"])
    unit.audit.append(
        actor=shop.actor,
        action="enqueue",
        subject=f"execution:{execution_id}",
        to_state="queued",
        key=f"plan:{plan['plan_id']}",
        detail=content,
    )
    unit.decisions.journal(
        kind="execute",
        move_id=move["id"],
        actor=shop.actor,
        before={"status": before},
        after={"status": "executed"},
        batch_id=batch_id,
        execution_id=execution_id,
    )
