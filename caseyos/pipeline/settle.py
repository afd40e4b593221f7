"""After the effect: reconcile what is unknown, undo what can be, take a person's answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from caseyos.domain.model import ExecutionResult, MoveStatus
from caseyos.domain.ports.channel import Channel, NotDone
from caseyos.domain.ports.execution import ExecuteUnit, Workshop
from caseyos.errors import CaseyError, NotFound, TooLate, TryLater, UsageError, WrongStatus
from caseyos.pipeline.execute import succeed
from caseyos.pipeline.record import ended, lock_move, move_to, receipt, result_of

Row = Mapping[str, Any]
log = logging.getLogger("caseyos.settle")
ANSWERS: Mapping[str, tuple[str, MoveStatus] | None] = {
    "check": None,
    "sent": ("succeeded", MoveStatus.EXECUTED),
    "again": ("failed", MoveStatus.ACCEPTED),
    "abandon": ("failed", MoveStatus.FAILED),
}


def reconcile(shop: Workshop) -> dict[str, int]:
    """Look unknown effects up by their markers: presence proves, absence proves nothing.

    Where nobody can be asked, that one waits for the next time; the others go on.
    """
    found = 0
    with shop.units() as unit:
        rows = unit.executions.to_reconcile()
        for row in rows:
            unit.executions.look_again(row["id"])
    for row in rows:
        try:
            effect = _channel(shop, row).find(row["marker"])
        except (NotDone, CaseyError) as refusal:
            log.warning("%s cannot be looked up: %s", row["id"], refusal)
            continue
        if effect is not None:
            succeed(shop, row, effect, found=True)
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
    begun = time.monotonic()
    try:
        told = _channel(shop, row).undo(row["undo"])
    except NotDone as refusal:
        if refusal.temporary:
            raise TryLater(refusal.message, hint="caseyos undo") from refusal
        with shop.units() as unit:
            if unit.executions.undone(execution_id, "undo_failed", refusal.message):
                receipt(unit, shop, row, "undo", row["state"], "undo_failed", refusal.message)
        raise TooLate(refusal.message, hint=f"caseyos show {row['code']}") from refusal
    with shop.units() as unit:
        if unit.executions.undone(execution_id, "undone"):
            move = lock_move(unit, row)
            receipt(unit, shop, row, "undo", row["state"], "undone", told)
            move_to(unit, shop, move, MoveStatus.ROLLED_BACK, told, action="undo")
            ended(unit, "action_rolled_back", row, move, (time.monotonic() - begun) * 1000)
    return result_of(shop, execution_id)


def answer(shop: Workshop, move_id: UUID, word: str) -> ExecutionResult:
    """A person's answer to UNKNOWN: check, sent, abandon, or again, which readies a new try.

    The effect is looked up first, and what is found wins over what is said.
    """
    if word not in ANSWERS:
        raise UsageError(f"{word!r} is no answer; one of {', '.join(ANSWERS)}.")
    with shop.units() as unit:
        row = unit.executions.latest_real(move_id)
    if row is None or row["state"] != "unknown":
        raise WrongStatus("That move is not UNKNOWN.", hint="caseyos today")
    said = ANSWERS[word]
    try:
        effect = _channel(shop, row).find(row["marker"])
    except NotDone as refusal:
        if said is None:
            raise TryLater(refusal.message) from refusal
        effect = None  # nobody can be asked: the person's word counts
    if effect is not None:
        succeed(shop, row, effect, found=True)
    elif said is not None:
        _settle_by_hand(shop, row, *said, word)
    return result_of(shop, row["id"])


def _channel(shop: Workshop, row: Row) -> Channel:
    """The channel that carried it out, whatever is configured by now."""
    return shop.channel_of(row["action_type"], row["channel"])


def _settle_by_hand(shop: Workshop, row: Row, state: str, status: MoveStatus, word: str) -> None:
    told = f"a person said: {word}"
    with shop.units() as unit:
        error = None if state == "succeeded" else told
        if unit.executions.settle(row["id"], before=("unknown",), after=state, error=error):
            move = lock_move(unit, row)
            receipt(unit, shop, row, "settle", "unknown", state, told)
            move_to(unit, shop, move, status, told, action="answer")


def _recall(unit: ExecuteUnit, shop: Workshop, row: Row) -> None:
    """Take a queued execution out of the outbox before anything happened."""
    if not unit.executions.set_state(row["id"], before=row["state"], after="cancelled"):
        raise TryLater(
            f"{row['code']} is being carried out at this moment.",
            hint=f"caseyos show {row['code']}",
        )
    move = lock_move(unit, row)
    told = "recalled before anything happened"
    receipt(unit, shop, row, "recall", row["state"], "cancelled", told)
    move_to(unit, shop, move, MoveStatus.PENDING, told, action="recall")
