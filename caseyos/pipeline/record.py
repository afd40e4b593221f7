"""What every change of an execution writes down: its receipt, its move's status, its result.

Whoever changes an execution locks in this order: the execution, its move, then the receipts. A move
is therefore locked before the first receipt of a transaction is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from caseyos.domain.lifecycle import MOVE_CHANGES
from caseyos.domain.model import ExecutionResult, MoveStatus
from caseyos.domain.ports.execution import ExecuteUnit, Workshop
from caseyos.errors import NotFound, Refused, TryLater

Row = Mapping[str, Any]


def receipt(
    unit: ExecuteUnit,
    shop: Workshop,
    execution: Row,
    action: str,
    before: str,
    after: str,
    reason: str | None = None,
) -> None:
    """Append the receipt of one change of an execution."""
    unit.audit.append(
        actor=shop.actor,
        action=action,
        subject=f"execution:{execution['id']}",
        from_state=before,
        to_state=after,
        reason=reason,
        key=execution.get("idempotency_key"),
    )


def lock_move(unit: ExecuteUnit, execution: Row) -> Row | None:
    """The move of an execution, locked; None where it has none."""
    if execution["move_id"] is None:
        return None
    move: Row | None = unit.executions.move(execution["move_id"])
    return move


def move_to(
    unit: ExecuteUnit,
    shop: Workshop,
    move: Row | None,
    status: MoveStatus,
    reason: str | None,
    action: str = "execute",
) -> None:
    """Change a locked move's status where the table of changes allows it, with its receipt."""
    if move is None or status not in MOVE_CHANGES[MoveStatus(move["status"])]:
        return
    if unit.executions.set_move(move["id"], before=(move["status"],), after=status.value):
        unit.audit.append(
            actor=shop.actor,
            action=action,
            subject=f"move:{move['id']}",
            from_state=move["status"],
            to_state=status.value,
            reason=reason,
        )


def ended(
    unit: ExecuteUnit, name: str, execution: Row, move: Row | None, latency_ms: float | None = None
) -> None:
    """The event of an attempt that ended; its latency counts from when it was taken up."""
    taken_up = execution["claimed_at"]
    if latency_ms is None and taken_up is not None:
        latency_ms = (unit.executions.now() - taken_up).total_seconds() * 1000
    unit.events.emit(
        name,
        item_id=execution["move_id"],
        target=execution["channel"],
        action=execution["action_type"],
        attempt=execution["attempt"],
        dry_run=False,
        aps=move["aps"] if move else None,
        latency_ms=None if latency_ms is None else round(latency_ms, 1),
    )


def result_of(shop: Workshop, execution_id: UUID) -> ExecutionResult:
    """How an execution stands, for the person who asked for it."""
    with shop.units() as unit:
        return as_result(unit.executions.get(execution_id))


def as_result(row: Row | None, *, replayed: bool = False) -> ExecutionResult:
    """An execution's row as a result; `replayed` where it had been carried out before."""
    if row is None:
        raise NotFound("That execution is gone.")
    said = _sentence(row)
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
    hint = f"caseyos show {result.move_code}"
    if (result.state == "blocked" and result.until is None) or result.state == "failed":
        raise Refused(result.sentence, hint=hint)
    if result.state == "unknown":
        raise TryLater(result.sentence, hint=hint)
    return result


def _sentence(row: Row) -> str:
    reason = row["blocked_reason"]
    left = row.get("result") or {}
    notes = "; ".join(left.get("notes", ()))
    beside = f" ({notes})" if notes else ""
    sentences: dict[str, str] = {
        "succeeded": f"Done{beside}",
        "partial": f"Done, but {', '.join(left.get('refused', ()))} was refused{beside}",
        "queued": f"In the outbox: {reason.rstrip('.')}" if reason else "In the outbox",
        "claimed": "Being carried out",
        "dispatching": "Being carried out",
        "blocked": str(reason or "Blocked"),
        "unknown": "UNKNOWN: nobody can say whether it was done",
        "failed": f"Failed: {row['error']}",
        "undone": "Done, and taken back",
        "undo_failed": f"Done, and not taken back: {row['error']}",
        "cancelled": "Recalled",
    }
    return sentences.get(row["state"], str(row["state"]))
