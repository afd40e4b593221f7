"""Time passes: the urgency of pending moves is brought up to now; only what moved is written."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from caseyos.domain import scoring
from caseyos.domain.ports.recommend import Row, UnitFactory
from caseyos.pipeline.reasoning import recommendation, stored_inputs
from caseyos.pipeline.rulebook import Rulebook

PAGE = 5_000
# Below this a change of urgency is not worth a new line of reasoning.
WORTH_RESCORING = 0.5
FIRST_ID = UUID(int=0)


def rescore(units: UnitFactory, book: Rulebook, now: datetime) -> int:
    """Bring the urgency of pending moves up to `now`; how many scores moved."""
    after, moved = FIRST_ID, 0
    while True:
        with units() as unit:
            rows = unit.recommendations.fading(now, after, PAGE)
            reasons = [reason for row in rows if (reason := _fresh(row, book, now)) is not None]
            unit.recommendations.insert_recommendations(reasons)
            unit.recommendations.rescore_moves(
                [
                    {"id": one["move_id"], "aps": one["aps"], "recommendation_id": one["id"]}
                    for one in reasons
                ]
            )
        moved += len(reasons)
        if len(rows) < PAGE:
            return moved
        after = rows[-1]["id"]


def _fresh(row: Row, book: Rulebook, now: datetime) -> dict[str, Any] | None:
    """The new reasoning of a move whose score has moved far enough."""
    inputs = stored_inputs(row, now)
    scored = scoring.score(inputs, book.rules)
    if abs(scored.aps - row["aps"]) < WORTH_RESCORING:
        return None
    return recommendation(
        book,
        move_id=row["id"],
        signal_id=row["signal_id"],
        play=row["play"],
        inputs=inputs,
        scored=scored,
        details=row["facts"],
        now=now,
    )
