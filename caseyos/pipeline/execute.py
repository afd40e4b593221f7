"""Stage four: carry a decided move out, at most once without a person's say-so (SPEC section 7).

T0 is `enqueue`; here are T1, the claim with all guardrails, the pre-flight, T2, the dispatch mark,
the one effect, and T3, the outcome. `probe` is called at every point where a process may die; only
tests listen.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from caseyos.domain.guardrails import PROBING, judge, last_look, switched_off
from caseyos.domain.model import EMAIL_ACTIONS, ActionType, ExecutionResult, MoveStatus, Verdict
from caseyos.domain.ports.channel import Channel, NotDone, Prepared, Receipt, Uncertain
from caseyos.domain.ports.execution import ExecuteUnit, Workshop
from caseyos.domain.rendering import content_hash
from caseyos.errors import CaseyError
from caseyos.pipeline import breaker
from caseyos.pipeline.enqueue import enqueue
from caseyos.pipeline.plan import attempt_of, frozen, rendered
from caseyos.pipeline.record import ended, lock_move, move_to, receipt, result_of
from caseyos.pipeline.seal import sealed
from caseyos.pipeline.trip import watch

Row = Mapping[str, Any]
# Refusals that end by themselves: back to the queue until then.
LATER = ("limit", "quiet_hours", "breaker")
MAX_ATTEMPTS = 5  # at an effect that was definitely and temporarily refused
BACKOFF = timedelta(seconds=30)  # doubled with every attempt


@dataclass(slots=True)
class RunReport:
    """What one pass over the outbox did; `run` counts what was taken up."""

    run: int = 0
    retried: int = 0
    unknown: int = 0


def execute_plan(
    shop: Workshop, plan_id: str, *, no_wait: bool = False, batch_id: UUID | None = None
) -> ExecutionResult:
    """Run exactly this plan, or refuse because something changed; a repeat is an answer."""
    execution_id, replay = enqueue(shop, plan_id, no_wait=no_wait, batch_id=batch_id)
    if replay is not None:
        return replay
    shop.probe("queued")
    run_one(shop, execution_id)
    return result_of(shop, execution_id)


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
    try:
        ready = channel.prepare(frozen(row), bytes(row["wire"]), row["marker"])
    except NotDone as refusal:
        _not_done(shop, row, "claimed", refusal)
        if refusal.temporary:
            breaker.failed(shop, channel, refusal.message)
        return True
    with ready:
        shop.probe("preflight")
        if _mark(shop, row, channel):
            shop.probe("marked")
            _effect(shop, row, channel, ready)
    return True


def run_due(shop: Workshop, limit: int = 500) -> RunReport:
    """Recover what died, then run everything that is due."""
    report = RunReport()
    recover(shop, report)
    watch(shop)
    while report.run < limit and run_one(shop):
        report.run += 1
    if report.run:
        watch(shop)
    return report


def _effect(shop: Workshop, row: Row, channel: Channel, ready: Prepared) -> None:
    """The one effect and T3, in that order; letting go of the connection comes after both."""
    try:
        done = ready.perform()
    except NotDone as refusal:
        _not_done(shop, row, "dispatching", refusal)
        if refusal.temporary:
            breaker.failed(shop, channel, refusal.message)
        else:
            breaker.worked(shop, channel)  # a definite no is an answer
    except Uncertain as doubt:
        _lost(shop, row, str(doubt))
        breaker.failed(shop, channel, str(doubt))
    else:
        shop.probe("done")
        succeed(shop, row, done)
        breaker.worked(shop, channel)


def recover(shop: Workshop, report: RunReport) -> None:
    """Expired leases: before the mark back to the queue, after it to UNKNOWN; ended blocks."""
    with shop.units() as unit:
        found = unit.executions.recover()
        moves = {
            row["id"]: lock_move(unit, row)
            for row in sorted(found["lost"], key=lambda row: str(row["move_id"]))
        }
        for row in found["released"]:
            receipt(unit, shop, row, "release", "claimed", "queued", "the worker stopped")
        for row in found["unblocked"]:
            receipt(unit, shop, row, "unblock", "blocked", "queued", "its time has come")
        for row in found["lost"]:
            receipt(unit, shop, row, "lose", "dispatching", "unknown", "the worker stopped")
            why = "the worker stopped while acting"
            move_to(unit, shop, moves[row["id"]], MoveStatus.UNKNOWN, why)
        _let_go(unit, shop)
        report.retried += len(found["released"])
        report.unknown += len(found["lost"])


def succeed(shop: Workshop, row: Row, done: Receipt, *, found: bool = False) -> None:
    """T3: record the effect, its receipt, and the way to take it back.

    Who has seen the effect is right, whatever was thought of it meanwhile: an UNKNOWN becomes a
    success. Where a person has already settled it otherwise, only the receipt is added.
    """
    state = "partial" if done.refused else "succeeded"
    with shop.units() as unit:
        was = unit.executions.settle(
            row["id"],
            before=("dispatching", "unknown"),
            after=state,
            provider_id=done.provider_id,
            digest=done.digest,
            undo=done.undo,
            result={
                "refused": list(done.refused),
                "notes": list(done.notes),
                "confirmed_later": found,
            },
            rollback_token=f"rb_{secrets.token_urlsafe(12)}",
        )
        move = lock_move(unit, row)
        reason = "found by its marker after a crash" if found else "; ".join(done.notes) or None
        if was is None and not found:
            reason = "it was done after all, after somebody had settled it otherwise"
        if was is None and found:
            return  # another process found it first
        unit.audit.append(
            actor=shop.actor,
            action="execute",
            subject=f"execution:{row['id']}",
            from_state=was,
            to_state=state if was else None,
            reason=reason,
            key=row["idempotency_key"],
            result=done.digest,
            personal={"recipient": row["recipient"]} if row["recipient"] else None,
        )
        if was is not None:
            _written(unit, shop, row, move, reason)
        shop.probe("recorded")
    shop.probe("committed")


def _written(
    unit: ExecuteUnit, shop: Workshop, row: Row, move: Row | None, reason: str | None
) -> None:
    """What follows from an effect: the move's status, our own mail known, the event."""
    move_to(unit, shop, move, MoveStatus.EXECUTED, reason)
    payload = frozen(row)
    if payload.action_type in EMAIL_ACTIONS:
        unit.executions.note_sent(
            message_id=row["marker"],
            execution_id=row["id"],
            refs=payload.fields.get("references", ()),
            subject=payload.subject,
            contact_id=move["contact_id"] if move else None,
        )
    ended(unit, "action_executed", row, move)


def _claim(shop: Workshop, execution_id: UUID | None) -> tuple[Row, Verdict] | None:
    """T1: lease and guardrails in one transaction, on the database's clock."""
    with shop.units() as unit:
        row = unit.executions.claim(shop.lease, execution_id)
        if row is None:
            return None
        move = lock_move(unit, row)
        if move is not None and move["status"] != "accepted":
            # Decided otherwise since, or expired: it must not happen any more.
            verdict = Verdict(False, "status", f"Its move is {move['status']} now.")
            unit.executions.set_state(
                row["id"], before="claimed", after="cancelled", token=row["lease_token"]
            )
            receipt(unit, shop, row, "recall", "queued", "cancelled", verdict.reason)
            return row, verdict
        channel, policy = shop.channel_of(row["action_type"]), shop.policy()
        facts = unit.executions.guard_facts(
            action_type=row["action_type"],
            recipient=row["recipient"],
            account_id=move["account_id"] if move else None,
            channel=channel.name,
            limit=policy.limits.get(row["action_type"]),
            execution_id=row["id"],
        )
        attempt = attempt_of(row, channel, _content_now(shop, row, move))
        verdict = judge(attempt, policy, unit.switches.read(), facts)
        if verdict.allowed and not breaker.may_pass(unit, shop, channel, row["id"]):
            told = f"{channel.name} is being tried again; this waits for what comes of it."
            verdict = Verdict(False, "breaker", told, facts["now"] + PROBING)
        if verdict.allowed:
            receipt(unit, shop, row, "claim", "queued", "claimed")
        else:
            _put_aside(unit, shop, row, "queued", verdict)
        return row, verdict


def _content_now(shop: Workshop, row: Row, move: Row | None) -> str | None:
    """The hash of what the move would be now: enqueueing found it to be what was accepted."""
    if not sealed(row):
        return "it is not what was frozen"
    if move is None:
        return None
    try:
        payload, _ = rendered(shop, move, as_draft=row["action_type"] == ActionType.CREATE_DRAFT)
    except CaseyError:
        return "it cannot be rendered any more"
    return content_hash(payload)


def _mark(shop: Workshop, row: Row, channel: Channel) -> bool:
    """T2: the point of no return; refused if the lease, the move or the kill switch changed."""
    with shop.units() as unit:
        board = unit.switches.hold()
        unit.executions.lock_limits(row["action_type"])
        attempt, policy = attempt_of(row, channel, None), shop.policy()
        facts = unit.executions.guard_facts(
            action_type=row["action_type"],
            recipient=row["recipient"],
            account_id=None,
            channel=channel.name,
            limit=policy.limits.get(row["action_type"]),
            execution_id=row["id"],
        )
        verdict = last_look(attempt, policy, board, facts)
        if not verdict.allowed:
            _put_aside(unit, shop, row, "claimed", verdict)
            return False
        if not unit.executions.mark_dispatch(row["id"], row["lease_token"]):
            return False
        receipt(unit, shop, row, "dispatch", "claimed", "dispatching")
        return True


def _put_aside(unit: ExecuteUnit, shop: Workshop, row: Row, before: str, verdict: Verdict) -> None:
    """Not now: back to the queue until its time, or blocked until somebody changes something."""
    after = "queued" if verdict.rule in LATER and verdict.until is not None else "blocked"
    changed = unit.executions.set_state(
        row["id"],
        before="claimed",
        after=after,
        token=row["lease_token"],
        rule=verdict.rule,
        reason=verdict.reason,
        until=verdict.until,
    )
    if changed:
        action = "defer" if after == "queued" else "block"
        receipt(unit, shop, row, action, before, after, verdict.reason)


def _let_go(unit: ExecuteUnit, shop: Workshop) -> None:
    """Queue again what a stop had blocked, once the stop is over."""
    stopped = unit.executions.stopped()
    board = unit.switches.read() if stopped else None
    for row in stopped:
        attempt = attempt_of(row, shop.channel_of(row["action_type"]), None)
        if board is not None and switched_off(attempt, shop.policy(), board).allowed:
            unit.executions.set_state(row["id"], before="blocked", after="queued")
            receipt(unit, shop, row, "unblock", "blocked", "queued", "the stop is over")


def _not_done(shop: Workshop, row: Row, before: str, refusal: NotDone) -> None:
    """A definite no: nothing happened. A temporary one is tried again, a few times."""
    again = refusal.temporary and row["attempt"] < MAX_ATTEMPTS
    with shop.units() as unit:
        changed = unit.executions.set_state(
            row["id"],
            before=before,
            after="queued" if again else "failed",
            token=row["lease_token"],
            reason=refusal.message if again else None,
            until=unit.executions.now() + BACKOFF * 2 ** row["attempt"] if again else None,
            error=refusal.message,
        )
        if not changed:
            return
        move = lock_move(unit, row)
        if again:
            receipt(unit, shop, row, "defer", before, "queued", refusal.message)
            return
        receipt(unit, shop, row, "fail", before, "failed", refusal.message)
        move_to(unit, shop, move, MoveStatus.FAILED, refusal.message)
        ended(unit, "action_failed", row, move)


def _lost(shop: Workshop, row: Row, doubt: str) -> None:
    """Nobody can say whether it happened: it is looked up at once, and then again and again."""
    with shop.units() as unit:
        if unit.executions.settle(row["id"], before=("dispatching",), after="unknown", error=doubt):
            move = lock_move(unit, row)
            receipt(unit, shop, row, "lose", "dispatching", "unknown", doubt)
            move_to(unit, shop, move, MoveStatus.UNKNOWN, doubt)
