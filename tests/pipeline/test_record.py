"""Results as a person meets them, and the refusals they become."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from caseyos.domain.model import ExecutionState
from caseyos.errors import NotFound, Refused, TryLater
from caseyos.pipeline.record import as_result, refuse_if_stuck

LATER = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)


def row(**changes: Any) -> dict[str, Any]:
    values = {
        "id": UUID(int=1),
        "move_id": UUID(int=2),
        "code": "m7k2",
        "title": "Write to Dana",
        "state": "succeeded",
        "error": None,
        "blocked_reason": None,
        "blocked_until": None,
        "not_before": None,
        "rollback_token": None,
        "reversibility": "reversible",
        "provider_id": None,
    }
    return values | changes


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Done"),
        (
            {"state": "partial", "result": {"refused": ["dana@theirs.example"]}},
            "Done, but dana@theirs.example was refused",
        ),
        (
            {"state": "succeeded", "result": {"notes": ["a copy is in Sent"]}},
            "Done (a copy is in Sent)",
        ),
        ({"state": "queued"}, "In the outbox"),
        ({"state": "queued", "blocked_reason": "Quiet hours."}, "In the outbox: Quiet hours"),
        ({"state": "blocked", "blocked_reason": "all is stopped."}, "all is stopped."),
        ({"state": "failed", "error": "no room"}, "Failed: no room"),
        ({"state": "undo_failed", "error": "changed"}, "Done, and not taken back: changed"),
    ],
)
def test_each_state_has_its_sentence(changes: dict[str, Any], said: str) -> None:
    assert as_result(row(**changes)).sentence == said


@pytest.mark.parametrize("state", [one for one in ExecutionState if one != "simulated"])
def test_no_state_is_shown_as_a_bare_word(state: ExecutionState) -> None:
    assert as_result(row(state=state.value)).sentence != state.value
    assert as_result(row(state=state.value), replayed=True).sentence.startswith("Already ")


def test_the_time_it_will_run() -> None:
    assert as_result(row(state="queued", not_before=LATER)).until == LATER
    assert as_result(row(state="succeeded", not_before=LATER)).until is None
    assert as_result(row(state="blocked", blocked_until=LATER)).until == LATER


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"state": "blocked"}, Refused),
        ({"state": "failed", "error": "no room"}, Refused),
        ({"state": "unknown"}, TryLater),
    ],
)
def test_what_came_to_nothing_is_refused(changes: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        refuse_if_stuck(as_result(row(**changes)))


@pytest.mark.parametrize("state", ["succeeded", "partial", "queued", "undone", "cancelled"])
def test_the_rest_is_an_answer(state: str) -> None:
    assert refuse_if_stuck(as_result(row(state=state))).state == state
    waits = as_result(row(state="blocked", blocked_until=LATER))
    assert refuse_if_stuck(waits) is waits


def test_a_row_that_is_gone() -> None:
    with pytest.raises(NotFound):
        as_result(None)
