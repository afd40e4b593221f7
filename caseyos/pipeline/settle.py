"""After the effect: reconcile what is unknown, undo what can be, take a person's answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from caseyos.domain.model import ExecutionResult
from caseyos.domain.ports.channel import NotDone
from caseyos.domain.ports.execution import Workshop
from caseyos.errors import NotFound, TooLate, UsageError, WrongStatus
from caseyos.pipeline.execute import result_of, succeed

Row = Mapping[str, Any]
ANSWERS = ("check", "again", "sent", "abandon")


def reconcile(shop: Workshop) -> dict[str, int]:
    """Look unknown effects up by their markers: presence proves, absence proves nothing."""
    found = 0
    with shop.units() as unit:
        rows = unit.executions.to_reconcile()
        for row in rows:
            unit.executions.look_again(row["id"])
    for row in rows:
        receipt = shop.channel_of(row["action_type"]).find(row["marker"])
        if receipt is not None:
            succeed(shop, row, receipt, before=("unknown",), found=True)
            found += 1
    return {"looked_up": len(rows), "found": found}


def undo(shop: Workshop, execution_id: UUID) -> ExecutionResult:
    """Take an effect back; an effect that is already gone is an answer, a final one a refusal."""
    with shop.units() as unit:
        row = unit.executions.get(execution_id)
        if row is None:
            raise NotFound("That execution is gone.")
        if row["state"] in ("queued", "blocked"):
            _recall(unit, shop, row)
    if row["state"] in ("undone", "cancelled", "queued", "blocked"):
        return result_of(shop, execution_id)
    if row["state"] not in ("succeeded", "partial", "undo_failed"):
        raise WrongStatus(
            f"{row['code']} is {row['state']}: there is nothing to take back yet.",
            hint=f"caseyos show {row['code']}",
        )
    if row["undo"] is None:
        raise TooLate(f"{row['code']} cannot be taken back any more.")
    try:
        told = shop.channel_of(row["action_type"]).undo(row["undo"])
    except NotDone as refusal:
        with shop.units() as unit:
            unit.executions.undone(execution_id, "undo_failed", refusal.message)
            _note(unit, shop, row, "undo_failed", refusal.message)
        raise TooLate(refusal.message, hint=f"caseyos show {row['code']}") from refusal
    with shop.units() as unit:
        if unit.executions.undone(execution_id, "undone"):
            _note(unit, shop, row, "undone", told)
            if unit.executions.set_move(row["move_id"], before=("executed",), after="rolled_back"):
                unit.audit.append(
                    actor=shop.actor,
                    action="undo",
                    subject=f"move:{row['move_id']}",
                    from_state="executed",
                    to_state="rolled_back",
                    reason=told,
                )
            unit.events.emit("action_rolled_back", item_id=row["move_id"], target=row["channel"])
    return result_of(shop, execution_id)


def answer(shop: Workshop, move_id: UUID, word: str) -> ExecutionResult:
    """A person's answer to UNKNOWN: check, sent, abandon, or again, which readies a new try."""
    if word not in ANSWERS:
        raise UsageError(f"{word!r} is no answer; one of {', '.join(ANSWERS)}.")
    with shop.units() as unit:
        row = unit.executions.latest_real(move_id)
    if row is None or row["state"] != "unknown":
        raise WrongStatus("That move is not UNKNOWN.", hint="caseyos today")
    receipt = shop.channel_of(row["action_type"]).find(row["marker"])
    if receipt is not None:
        succeed(shop, row, receipt, before=("unknown",), found=True)
        return result_of(shop, row["id"])
    if word == "check":
        return result_of(shop, row["id"])
    to_execution, to_move = {
        "sent": ("succeeded", "executed"),
        "again": ("failed", "accepted"),
        "abandon": ("failed", "failed"),
    }[word]
    with shop.units() as unit:
        unit.executions.settle(
            row["id"],
            before=("unknown",),
            after=to_execution,
            error=None if word == "sent" else f"a person said: {word}",
        )
        _note(unit, shop, row, to_execution, f"a person said: {word}")
        if unit.executions.set_move(move_id, before=("unknown",), after=to_move):
            unit.audit.append(
                actor=shop.actor,
                action="answer",
                subject=f"move:{move_id}",
                from_state="unknown",
                to_state=to_move,
                reason=f"a person said: {word}",
            )
    return result_of(shop, row["id"])


def _recall(unit: Any, shop: Workshop, row: Row) -> None:
    """Take a queued execution out of the outbox before anything happened."""
    if unit.executions.set_state(row["id"], before=row["state"], after="cancelled"):
        _note(unit, shop, row, "cancelled", "recalled before anything happened")
        if unit.executions.set_move(row["move_id"], before=("accepted",), after="pending"):
            unit.audit.append(
                actor=shop.actor,
                action="recall",
                subject=f"move:{row['move_id']}",
                from_state="accepted",
                to_state="pending",
            )


def _note(unit: Any, shop: Workshop, row: Row, state: str, reason: str) -> None:
    unit.audit.append(
        actor=shop.actor,
        action="undo" if state.startswith("und") else "settle",
        subject=f"execution:{row['id']}",
        from_state=row["state"],
        to_state=state,
        reason=reason,
        key=row["idempotency_key"],
    )
