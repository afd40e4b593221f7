"""Stage four: carry a decided move out, at most once without a person's say-so (SPEC section 7).

T0 enqueue, T1 claim with all guardrails, pre-flight, T2 the dispatch mark, the one effect, T3 the
outcome. `probe` is called at every point where a process may die; only tests listen.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from caseyos.domain.guardrails import judge, over_limit, switched_off
from caseyos.domain.lifecycle import check_move_change
from caseyos.domain.model import EMAIL_ACTIONS, ExecutionResult, MoveStatus, Verdict
from caseyos.domain.ports.channel import Channel, NotDone, Receipt, Uncertain
from caseyos.domain.ports.execution import ExecuteUnit, Workshop
from caseyos.domain.rendering import content_hash
from caseyos.errors import Changed, NotFound, Refused, TryLater, WrongStatus
from caseyos.pipeline.plan import attempt_of, frozen, rendered

Row = Mapping[str, Any]
EFFECT_KNOWN = ("succeeded", "partial")
LATER = ("limit", "quiet_hours")


@dataclass(slots=True)
class RunReport:
    """What one pass over the outbox did."""

    run: int = 0
    succeeded: int = 0
    failed: int = 0
    blocked: int = 0
    unknown: int = 0
    retried: int = 0


def execute_plan(shop: Workshop, plan_id: str) -> ExecutionResult:
    """Run exactly this plan, or refuse because something changed; a repeat is an answer."""
    execution_id, replay = enqueue(shop, plan_id)
    if replay is not None:
        return replay
    shop.probe("queued")
    run_one(shop, execution_id)
    return result_of(shop, execution_id)


def enqueue(shop: Workshop, plan_id: str) -> tuple[UUID, ExecutionResult | None]:
    """T0: acceptance and execution in one commit; or the stored result of an earlier run."""
    with shop.units() as unit:
        plan = unit.executions.plan(plan_id)
        if plan is None:
            raise NotFound(f"There is no plan {plan_id}.", hint="caseyos preview ID")
        earlier = unit.executions.by_plan(plan_id)
        if earlier is not None:
            return earlier["id"], _result(earlier, replayed=True)
        move = unit.executions.move(plan["move_id"])
        _still_the_same(shop, plan, move)
        _may_run(move)
        settled = unit.executions.settled_without_effect(move["id"])
        key = f"{move['id']}:{plan['action_type']}:{plan['request_hash']}:{settled}"
        execution_id = shop.new_id()
        channel = shop.channel_of(plan["action_type"])
        made = unit.executions.insert(
            {name: plan[name] for name in _FROM_PLAN}
            | {
                "id": execution_id,
                "state": "queued",
                "dry_run": False,
                "plan_id": None,
                "from_plan_id": plan_id,
                "idempotency_key": key,
                "marker": plan["marker"],  # the bytes of the plan carry it
                "hold": shop.hold if channel.outside else None,
                "validity": shop.validity,
                "actor": shop.actor,
            }
        )
        if made is None:
            raise WrongStatus(
                f"{move['code']} is being carried out already with this very content.",
                hint=f"caseyos show {move['code']}",
            )
        _accept(unit, shop, move, plan, execution_id)
    return execution_id, None


def run_one(shop: Workshop, execution_id: UUID | None = None) -> bool:
    """T1 to T3 for one execution, or for the next that is due; False when there was none."""
    claimed = _claim(shop, execution_id)
    if claimed is None:
        return False
    row, verdict = claimed
    if not verdict.allowed:
        return True
    shop.probe("claimed")
    channel = shop.channel_of(row["action_type"])
    payload = frozen(row)
    try:
        channel.preflight(payload)
    except NotDone as refusal:
        _not_done(shop, row, "claimed", refusal)
        return True
    shop.probe("preflight")
    if not _mark(shop, row, channel):
        return True
    shop.probe("marked")
    try:
        receipt = channel.perform(payload, bytes(row["wire"]), row["marker"])
    except NotDone as refusal:
        _not_done(shop, row, "dispatching", refusal)
    except Uncertain as doubt:
        _lost(shop, row, str(doubt))
    else:
        shop.probe("done")
        succeed(shop, row, receipt, before=("dispatching",))
    return True


def run_due(shop: Workshop, limit: int = 500) -> RunReport:
    """Recover what died, then run everything that is due."""
    report = RunReport()
    recover(shop, report)
    while report.run < limit and run_one(shop):
        report.run += 1
    return report


def recover(shop: Workshop, report: RunReport) -> None:
    """Expired leases: before the mark back to the queue, after it to UNKNOWN."""
    with shop.units() as unit:
        found = unit.executions.recover()
        for row in found["released"]:
            _receipt(unit, shop, row["id"], "release", "claimed", "queued", "the worker stopped")
        for row in found["unblocked"]:
            _receipt(unit, shop, row["id"], "unblock", "blocked", "queued", "its time has come")
        for row in found["lost"]:
            _receipt(unit, shop, row["id"], "lose", "dispatching", "unknown", "the worker stopped")
            _move_to(
                unit, shop, row["move_id"], MoveStatus.UNKNOWN, "nobody can say if it was done"
            )
        report.retried += len(found["released"])
        report.unknown += len(found["lost"])


def succeed(
    shop: Workshop, row: Row, receipt: Receipt, *, before: tuple[str, ...], found: bool = False
) -> None:
    """T3: record the effect, its receipt, and the way to take it back."""
    state = "partial" if receipt.refused else "succeeded"
    payload = frozen(row)
    with shop.units() as unit:
        done = unit.executions.settle(
            row["id"],
            before=before,
            after=state,
            provider_id=receipt.provider_id,
            digest=receipt.digest,
            undo=receipt.undo,
            result={"refused": list(receipt.refused), "confirmed_later": found},
            rollback_token=f"rb_{secrets.token_urlsafe(12)}",
        )
        if not done:
            return
        reason = "found by its marker after a crash" if found else None
        unit.audit.append(
            actor=shop.actor,
            action="execute",
            subject=f"execution:{row['id']}",
            from_state=before[0],
            to_state=state,
            reason=reason,
            key=row["idempotency_key"],
            result=receipt.digest,
            personal={"recipient": row["recipient"]} if row["recipient"] else None,
        )
        _move_to(unit, shop, row["move_id"], MoveStatus.EXECUTED, reason)
        if payload.action_type in EMAIL_ACTIONS:
            move = unit.executions.move(row["move_id"])
            unit.executions.note_sent(
                message_id=row["marker"],
                execution_id=row["id"],
                refs=payload.fields.get("references", ()),
                subject=payload.subject,
                contact_id=move["contact_id"] if move else None,
            )
        unit.events.emit(
            "action_executed",
            item_id=row["move_id"],
            target=row["channel"],
            action=row["action_type"],
            dry_run=False,
            attempt=row["attempt"],
        )
        shop.probe("recorded")
    shop.probe("committed")


def result_of(shop: Workshop, execution_id: UUID) -> ExecutionResult:
    """How an execution stands, for the person who asked for it."""
    with shop.units() as unit:
        return _result(unit.executions.get(execution_id))


_FROM_PLAN = (
    *("move_id", "action_type", "channel", "move_version", "request", "request_hash", "wire"),
    *("recipient", "recipient_domain", "reversibility"),
)


def _still_the_same(shop: Workshop, plan: Row, move: Row | None) -> None:
    """Refuse a plan whose time is over or whose move is not what it showed."""
    if move is None:
        raise NotFound("The move of this plan is gone.", hint="caseyos today")
    code = move["code"]
    if not plan["good"]:
        raise Changed(f"Plan {plan['plan_id']} has expired.", hint=f"caseyos preview {code}")
    as_draft = plan["action_type"] == "create_draft"
    payload, _ = rendered(shop, move, as_draft=as_draft)
    if move["version"] != plan["move_version"] or content_hash(payload) != plan["request_hash"]:
        raise Changed(
            f"{code} changed since plan {plan['plan_id']} was made: {_difference(plan, payload)}.",
            hint=f"caseyos preview {code}",
        )
    if move["status"] == "accepted" and move["accepted_hash"] not in (None, plan["request_hash"]):
        raise Changed(
            f"{code} is not what was accepted: {_difference(plan, payload)}.",
            hint=f"caseyos show {code}",
        )


def _difference(plan: Row, payload: Any) -> str:
    """Which part of the content differs, in words."""
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


def _accept(unit: ExecuteUnit, shop: Workshop, move: Row, plan: Row, execution_id: UUID) -> None:
    """Record the acceptance that executing implies, and the enqueueing, with their receipts."""
    before = move["status"]
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
            detail={"content": plan["request_hash"]},
        )
        unit.events.emit("recommendation_accepted", item_id=move["id"], aps=move["aps"])
    unit.audit.append(
        actor=shop.actor,
        action="enqueue",
        subject=f"execution:{execution_id}",
        to_state="queued",
        key=f"plan:{plan['plan_id']}",
        detail={"content": plan["request_hash"]},
    )
    unit.decisions.journal(
        kind="execute",
        move_id=move["id"],
        actor=shop.actor,
        before={"status": before},
        after={"status": "executed"},
        execution_id=execution_id,
    )


def _claim(shop: Workshop, execution_id: UUID | None) -> tuple[Row, Verdict] | None:
    """T1: lease and guardrails in one transaction, on the database's clock."""
    with shop.units() as unit:
        row = unit.executions.claim(shop.lease, execution_id)
        if row is None:
            return None
        move = unit.executions.move(row["move_id"]) if row["move_id"] else None
        channel = shop.channel_of(row["action_type"])
        facts = unit.executions.guard_facts(
            action_type=row["action_type"],
            recipient=row["recipient"],
            account_id=move["account_id"] if move else None,
        )
        accepted = move["accepted_hash"] if move else None
        if row["action_type"] == "create_draft" and move and move["action_type"] != "create_draft":
            accepted = None  # a draft of an e-mail move is not the mail that was accepted
        verdict = judge(
            attempt_of(row, channel, accepted), shop.policy(), unit.switches.read(), facts
        )
        if not verdict.allowed:
            _block(unit, shop, row, "claimed", verdict)
        else:
            _receipt(unit, shop, row["id"], "claim", "queued", "claimed", None)
        return row, verdict


def _mark(shop: Workshop, row: Row, channel: Channel) -> bool:
    """T2: the point of no return; refused if the lease or the kill switch changed."""
    with shop.units() as unit:
        board = unit.switches.hold()
        unit.executions.lock_limits(row["action_type"])
        attempt = attempt_of(row, channel, None)
        verdict = switched_off(attempt, shop.policy(), board)
        if verdict.allowed:
            facts = unit.executions.guard_facts(
                action_type=row["action_type"], recipient=row["recipient"], account_id=None
            )
            verdict = over_limit(attempt, shop.policy(), facts)
        if not verdict.allowed:
            _block(unit, shop, row, "claimed", verdict)
            return False
        if not unit.executions.mark_dispatch(row["id"], row["lease_token"]):
            return False
        _receipt(unit, shop, row["id"], "dispatch", "claimed", "dispatching", None)
        return True


def _block(unit: ExecuteUnit, shop: Workshop, row: Row, before: str, verdict: Verdict) -> None:
    """Put an execution aside, with the reason and, where it is known, until when."""
    unit.executions.set_state(
        row["id"],
        before=before,
        after="blocked",
        token=row["lease_token"],
        rule=verdict.rule,
        reason=verdict.reason,
        until=verdict.until,
    )
    _receipt(unit, shop, row["id"], "block", before, "blocked", verdict.reason)


def _not_done(shop: Workshop, row: Row, before: str, refusal: NotDone) -> None:
    """A definite no: nothing happened."""
    with shop.units() as unit:
        changed = unit.executions.set_state(
            row["id"],
            before=before,
            after="failed",
            token=row["lease_token"],
            error=refusal.message,
        )
        if not changed:
            return
        _receipt(unit, shop, row["id"], "fail", before, "failed", refusal.message)
        _move_to(unit, shop, row["move_id"], MoveStatus.FAILED, refusal.message)
        unit.events.emit("action_failed", item_id=row["move_id"], target=row["channel"])


def _lost(shop: Workshop, row: Row, doubt: str) -> None:
    """Nobody can say whether it happened."""
    with shop.units() as unit:
        if unit.executions.settle(row["id"], before=("dispatching",), after="unknown", error=doubt):
            _receipt(unit, shop, row["id"], "lose", "dispatching", "unknown", doubt)
            _move_to(unit, shop, row["move_id"], MoveStatus.UNKNOWN, doubt)
            unit.executions.look_again(row["id"])


def _move_to(
    unit: ExecuteUnit, shop: Workshop, move_id: UUID | None, status: MoveStatus, reason: str | None
) -> None:
    if move_id is None:
        return
    before = "unknown" if status is MoveStatus.EXECUTED else "accepted"
    states = ("accepted", "unknown") if status is MoveStatus.EXECUTED else ("accepted",)
    move = unit.executions.move(move_id)
    present = move["status"] if move else before
    if unit.executions.set_move(move_id, before=states, after=status.value):
        unit.audit.append(
            actor=shop.actor,
            action="execute",
            subject=f"move:{move_id}",
            from_state=present,
            to_state=status.value,
            reason=reason,
        )


def _receipt(
    unit: ExecuteUnit,
    shop: Workshop,
    execution_id: UUID,
    action: str,
    before: str,
    after: str,
    reason: str | None,
) -> None:
    unit.audit.append(
        actor=shop.actor,
        action=action,
        subject=f"execution:{execution_id}",
        from_state=before,
        to_state=after,
        reason=reason,
    )


def _result(row: Row | None, *, replayed: bool = False) -> ExecutionResult:
    if row is None:
        raise NotFound("That execution is gone.")
    sentences: dict[str, str] = {
        "succeeded": "Done",
        "partial": "Done, but some recipients were refused",
        "queued": "In the outbox",
        "claimed": "Being carried out",
        "dispatching": "Being carried out",
        "blocked": str(row["blocked_reason"] or "Blocked"),
        "unknown": "UNKNOWN: nobody can say whether it was done",
        "failed": f"Failed: {row['error']}",
        "undone": "Done, and taken back",
        "cancelled": "Recalled",
    }
    said = sentences.get(row["state"], str(row["state"]))
    if replayed:
        said = f"Already {said[:1].lower()}{said[1:]}; nothing was done again"
    return ExecutionResult(
        execution_id=row["id"],
        move_id=row["move_id"],
        move_code=row["code"] or "",
        title=row["title"] or "",
        state=row["state"],
        sentence=said,
        rollback_token=row["rollback_token"],
        reversibility=row["reversibility"],
        provider_id=row["provider_id"],
        until=row["blocked_until"] or (row["not_before"] if row["state"] == "queued" else None),
        replayed=replayed,
    )


def refuse_if_stuck(result: ExecutionResult) -> ExecutionResult:
    """Turn a result that is not an effect into the refusal a person must see."""
    if result.state == "blocked":
        if result.until is not None:
            return result
        raise Refused(result.sentence, hint=f"caseyos show {result.move_code}")
    if result.state == "unknown":
        raise TryLater(result.sentence, hint=f"caseyos show {result.move_code}")
    if result.state == "failed":
        raise Refused(result.sentence, hint=f"caseyos show {result.move_code}")
    return result
