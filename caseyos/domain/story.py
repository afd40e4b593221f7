"""The whole story of one move, from the signal that led to it to the answer, oldest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from caseyos.domain.views import MoveDetail

Row = Mapping[str, Any]
# Steps of one execution that a person need not read one by one.
INNER = frozenset({"claim"})
WORDS = {
    "enqueue": "into the outbox",
    "dispatch": "handed over: the point of no return",
    "execute": "done",
    "recall": "recalled before anything happened",
    "lose": "UNKNOWN",
    "settle": "settled by a person",
}


@dataclass(frozen=True, slots=True)
class Chapter:
    """One line of the story: when, who or what it was, what it did, in words."""

    at: datetime
    who: str
    what: str
    told: str


def story(detail: MoveDetail, answers: Sequence[Row]) -> tuple[Chapter, ...]:
    """Signals, the move, every decision, every step of its executions, what was answered."""
    found = [
        *_signals(detail.signals),
        *_made(detail),
        *_history(detail),
        *(
            Chapter(one["at"], str(one["who"] or "they"), "answer", str(one["subject"] or ""))
            for one in answers
            if one["at"] is not None
        ),
    ]
    return tuple(sorted(found, key=lambda one: one.at))


def _signals(rows: Sequence[Row]) -> Iterator[Chapter]:
    for one in rows:
        at = one["occurred_at"] or one["created_at"]
        yield Chapter(at, str(one["source"]), "signal", str(one["evidence"] or one["signal_type"]))


def _made(detail: MoveDetail) -> Iterator[Chapter]:
    move = detail.move
    told = f"APS {move.aps:.0f}: {move.reasoning}" if move.reasoning else "put there by hand"
    yield Chapter(move.created_at, move.play or "play", "move", told)


def _history(detail: MoveDetail) -> Iterator[Chapter]:
    effect = next(
        (
            f" by {one['channel']}" + (f", {one['provider_id']}" if one["provider_id"] else "")
            for one in detail.executions
            if one["state"] in ("succeeded", "partial", "undone", "undo_failed")
        ),
        "",
    )
    for one in detail.history:
        if one["action"] in INNER or _same_step(one):
            continue
        told = WORDS.get(one["action"], "")
        if one["action"] == "execute":
            told += effect
        elif not told and one["to_state"]:
            told = f"{one['from_state'] or 'nothing'} to {one['to_state']}"
        parts = (told, one["reason"], one["result"] if one["action"] == "outcome" else None)
        yield Chapter(
            one["at"], str(one["actor"]), str(one["action"]), ": ".join(filter(None, parts))
        )


def _same_step(one: Row) -> bool:
    """The move's own receipt of what its execution already tells."""
    return bool(one["action"] == "execute" and one["to_state"] == "executed")
