"""What waits to be carried out, in a person's hands: recalled, held back, released, let go now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from caseyos.domain.model import ExecutionResult
from caseyos.domain.ports.execution import ExecuteUnit, Workshop
from caseyos.errors import NotFound, TooLate, TryLater, WrongStatus
from caseyos.pipeline.enqueue import waits_first
from caseyos.pipeline.execute import run_due
from caseyos.pipeline.record import receipt, result_of
from caseyos.pipeline.settle import undo

Row = Mapping[str, Any]
HELD = "held"  # the rule of what a person keeps back


@dataclass(frozen=True, slots=True)
class FlushReport:
    """What letting go did; `waiting` is still in its hold window, `later` waits for its time."""

    run: int
    unknown: int
    waiting: int
    later: int


def recall(shop: Workshop, move_id: UUID) -> ExecutionResult:
    """Take a move out of the outbox before anything happens; an effect is not touched."""
    row = _latest(shop, move_id)
    if row["state"] not in ("queued", "blocked", "cancelled"):
        _refuse_what_happened(row)
    return undo(shop, row["id"])


def hold(shop: Workshop, move_id: UUID) -> ExecutionResult:
    """Keep a queued move back until a person releases it."""
    row = _latest(shop, move_id)
    if row["state"] == "blocked" and row["blocked_rule"] == HELD:
        return result_of(shop, row["id"])
    if row["state"] not in ("queued", "blocked"):
        _refuse_what_happened(row)
    with shop.units() as unit:
        told = f"held back by {shop.actor}"
        kept = unit.executions.set_state(
            row["id"], before=row["state"], after="blocked", rule=HELD, reason=f"{told}."
        )
        if not kept:
            raise TryLater(
                f"{row['code']} is being carried out at this moment.",
                hint=f"caseyos show {row['code']}",
            )
        receipt(unit, shop, row, "hold", row["state"], "blocked", told)
    return result_of(shop, row["id"])


def release(shop: Workshop, move_id: UUID) -> ExecutionResult:
    """Let a held move go on, through every guardrail and a hold window of its own."""
    row = _latest(shop, move_id)
    if row["state"] != "blocked" or row["blocked_rule"] != HELD:
        raise WrongStatus(
            f"{row['code']} is not held back; it is {row['state']}.", hint="caseyos outbox list"
        )
    held = waits_first(shop, row["action_type"])
    with shop.units() as unit:
        if unit.executions.ask_again(row["id"], shop.hold if held else None):
            told = f"released by {shop.actor}"
            receipt(unit, shop, row, "release", "blocked", "queued", told)
    return result_of(shop, row["id"])


def flush(shop: Workshop, *, no_wait: bool) -> FlushReport:
    """Run what is due; with `no_wait` what is still in its hold window, too.

    What waits for a limit, for quiet hours or a breaker keeps waiting: nobody may skip those.
    """
    if no_wait:
        with shop.units() as unit:
            for row in unit.executions.end_holds():
                receipt(unit, shop, row, "flush", "queued", "queued", "its hold was ended")
    done = run_due(shop)
    with shop.units() as unit:
        waiting, later = _left(unit)
    return FlushReport(done.run, done.unknown, waiting, later)


def _left(unit: ExecuteUnit) -> tuple[int, int]:
    rows = [row for row in unit.executions.outbox() if row["state"] == "queued"]
    waiting = sum(1 for row in rows if row["blocked_reason"] is None)
    return waiting, len(rows) - waiting


def _latest(shop: Workshop, move_id: UUID) -> Row:
    with shop.units() as unit:
        found = unit.executions.latest_real(move_id)
    if found is None:
        raise NotFound("That move is not in the outbox.", hint="caseyos outbox list")
    row: Row = found
    return row


def _refuse_what_happened(row: Row) -> None:
    code = row["code"]
    if row["state"] in ("claimed", "dispatching"):
        raise TryLater(f"{code} is being carried out at this moment.", hint=f"caseyos show {code}")
    if row["state"] == "unknown":
        raise WrongStatus(f"{code} is UNKNOWN.", hint=f"caseyos outbox answer {code} check")
    raise TooLate(
        f"{code} is not in the outbox any more: it is {row['state']}.", hint="caseyos undo"
    )
