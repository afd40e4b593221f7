"""Stage three: a person decides. Accepting only decides: nothing is enqueued and nothing leaves.

Every decision is one journal row with the fields as they were, so that undo puts them back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from caseyos.domain.lifecycle import MOVE_CHANGES, OPEN_EXECUTIONS, check_move_change
from caseyos.domain.model import MoveStatus
from caseyos.errors import Changed, TryLater, WrongStatus

Row = Mapping[str, Any]
FIELDS = (
    *("status", "snoozed_until", "snoozed_for_reply", "closed_reason", "accepted_hash"),
    *("accepted_at", "batch_id", "draft", "note"),
)
EVENTS = {
    "accept": "recommendation_accepted",
    "dismiss": "recommendation_dismissed",
    "snooze": "recommendation_snoozed",
}
VERBS = {
    "accept": "accepted",
    "dismiss": "dismissed",
    "snooze": "snoozed",
    "wake": "woken",
    "reopen": "reopened",
}


TAKEN_BACK = (MoveStatus.ROLLED_BACK, MoveStatus.PENDING)


@dataclass(frozen=True, slots=True)
class Decided:
    """One move that a decision changed."""

    move_id: UUID
    code: str
    title: str
    before: str
    after: str


def decide(
    unit: Any,
    ids: Sequence[UUID],
    *,
    kind: str,
    to: MoveStatus | None,
    fields: Callable[[Row], Mapping[str, Any]],
    actor: str,
    batch_id: UUID | None,
    reason: str | None = None,
    note: str | None = None,
) -> list[Decided]:
    """Change moves in one transaction: all of them, or none with the first refusal.

    `to` is the new status, None where only fields change; `fields` gives what else changes.
    """
    moves = unit.decisions.lock(ids)
    done: list[Decided] = []
    for move_id in ids:
        move = moves.get(move_id)
        if move is None:
            raise Changed("One of the moves is gone; nothing was changed.", hint="caseyos today")
        if to is not None:
            check_move_change(move["code"], move["status"], to, verb=VERBS.get(kind, kind))
            _answered(move)
            _recall_open(unit, move, actor)
        after = dict(fields(move)) | ({"status": to.value} if to is not None else {})
        if batch_id is not None:
            after["batch_id"] = batch_id
        if not unit.decisions.change(move_id, move, after):
            raise Changed(f"{move['code']} was changed by somebody else just now.")
        _write_down(
            unit, move, after, kind=kind, actor=actor, batch_id=batch_id, reason=reason, note=note
        )
        done.append(
            Decided(
                move_id,
                move["code"],
                move["title"],
                move["status"],
                after.get("status", move["status"]),
            )
        )
    return done


def undo_step(unit: Any, steps: Sequence[Row], actor: str) -> list[Decided]:
    """Put the fields of a step's moves back as they were; Changed when they moved on since."""
    return _replay(unit, steps, actor, back=True)


def redo_step(unit: Any, steps: Sequence[Row], actor: str) -> list[Decided]:
    """Do an undone step again."""
    return _replay(unit, steps, actor, back=False)


def _replay(unit: Any, steps: Sequence[Row], actor: str, *, back: bool) -> list[Decided]:
    moves = unit.decisions.lock([step["move_id"] for step in steps if step["move_id"]])
    done: list[Decided] = []
    for step in steps:
        move = moves.get(step["move_id"])
        if move is None:
            continue
        here, there = (step["after"], step["before"]) if back else (step["before"], step["after"])
        # The effect was taken back before: what is left of an acceptance is the decision.
        rolled_back = back and (move["status"], there.get("status")) == TAKEN_BACK
        if not rolled_back and here.get("status", move["status"]) != move["status"]:
            raise Changed(
                f"{move['code']} is {move['status']} by now, so that step is not taken back.",
                hint=f"caseyos show {move['code']}",
            )
        fields = {name: _typed(name, value) for name, value in there.items() if name in FIELDS}
        wanted = fields.get("status", move["status"])
        if wanted != move["status"]:
            # A step back is a change like any other: a reopened move does not become rolled back.
            if MoveStatus(wanted) not in MOVE_CHANGES[MoveStatus(move["status"])]:
                raise WrongStatus(
                    f"{move['code']} is {move['status']}, so it cannot become {wanted} again.",
                    hint=f"caseyos show {move['code']}",
                )
            _recall_open(unit, move, actor)
        if not unit.decisions.change(step["move_id"], move, fields):
            raise Changed(f"{move['code']} was changed by somebody else just now.")
        after = fields.get("status", move["status"])
        unit.audit.append(
            actor=actor,
            action="undo" if back else "redo",
            subject=f"move:{step['move_id']}",
            from_state=move["status"],
            to_state=after,
            reason=step["kind"],
        )
        done.append(Decided(step["move_id"], move["code"], move["title"], move["status"], after))
    unit.decisions.mark([step["id"] for step in steps], undone=back)
    return done


def _answered(move: Row) -> None:
    """Refuse to decide about UNKNOWN: only an answer says what becomes of its open attempt."""
    if move["status"] == MoveStatus.UNKNOWN:
        raise WrongStatus(
            f"{move['code']} is UNKNOWN: say first what came of it.",
            hint=f"caseyos outbox answer {move['code']} check|again|sent|abandon",
        )


def _recall_open(unit: Any, move: Row, actor: str) -> None:
    """What was accepted and is decided otherwise now leaves the outbox in the same commit."""
    if move["status"] != MoveStatus.ACCEPTED:
        return
    for execution in unit.executions.recall(move["id"]):
        unit.audit.append(
            actor=actor,
            action="recall",
            subject=f"execution:{execution['id']}",
            from_state=execution["was"],
            to_state="cancelled",
            reason="its move was decided otherwise",
        )
    latest = unit.executions.latest_real(move["id"])
    if latest is not None and latest["state"] in OPEN_EXECUTIONS:
        raise TryLater(
            f"{move['code']} is being carried out at this moment.",
            hint=f"caseyos show {move['code']}",
        )


def _write_down(
    unit: Any,
    move: Row,
    after: Mapping[str, Any],
    *,
    kind: str,
    actor: str,
    batch_id: UUID | None,
    reason: str | None,
    note: str | None,
) -> None:
    unit.decisions.journal(
        kind=kind,
        move_id=move["id"],
        actor=actor,
        before={name: move[name] for name in after},
        after=after,
        batch_id=batch_id,
        reason=reason,
        note=note,
    )
    unit.audit.append(
        actor=actor,
        action=kind,
        subject=f"move:{move['id']}",
        from_state=move["status"],
        to_state=after.get("status", move["status"]),
        reason=reason,
        detail={"content": after["accepted_hash"]} if after.get("accepted_hash") else {},
    )
    if kind in EVENTS:
        unit.events.emit(EVENTS[kind], item_id=move["id"], aps=move["aps"])


def _typed(name: str, value: Any) -> Any:
    """A field from the journal's JSON as the column wants it."""
    if value is None:
        return None
    if name in ("snoozed_until", "accepted_at"):
        return datetime.fromisoformat(value)
    return UUID(value) if name == "batch_id" else value
