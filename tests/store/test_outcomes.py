"""Outcomes: what stands, what gives way, and what is found in signals."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.store.conftest import Insert, Unit

Move = Callable[..., UUID]
NOW = datetime(2026, 11, 24, 14, 12, tzinfo=UTC)
MATURITY = timedelta(days=14)


def record(unit: Unit, move: UUID, kind: str, **options: Any) -> UUID:
    given: dict[str, Any] = {"positive": None, "note": None, "source": "manual", "actor": "casey"}
    with unit() as uow:
        return uow.outcomes.record(move_id=move, kind=kind, occurred_at=NOW, **(given | options))


def standing(unit: Unit) -> list[str]:
    with unit() as uow:
        rows = uow.connection.execute(
            "SELECT kind FROM outcomes WHERE superseded_at IS NULL ORDER BY recorded_at, id"
        )
        return [row["kind"] for row in rows]


def test_silence_gives_way_and_facts_add_up(unit: Unit, move: Move) -> None:
    about = move()
    record(unit, about, "no_response")
    record(unit, about, "replied")
    record(unit, about, "meeting_booked")
    assert standing(unit) == ["replied", "meeting_booked"]


def test_it_is_shown_on_the_move_and_taken_off(unit: Unit, move: Move) -> None:
    about = move()
    made = record(unit, about, "replied", positive=True)
    with unit() as uow:
        found = uow.moves.get(about)
    assert found is not None and found.outcome is not None
    assert (found.outcome["kind"], found.outcome["positive"]) == ("replied", True)
    with unit() as uow:
        uow.outcomes.remove(made)
        uow.outcomes.show(about, None)
        found = uow.moves.get(about)
    assert found is not None and found.outcome is None
    assert standing(unit) == []


@pytest.mark.parametrize(
    ("changed", "executed", "found"),
    [(1, 0, True), (-1, 0, False), (59, 0, True), (61, 0, False)],
)
def test_deals_that_moved_after_what_was_done(
    unit: Unit, move: Move, insert: Insert, changed: int, executed: int, found: bool
) -> None:
    deal = insert("deals", source="t", external_id="1", stage_kind="open")
    about = move(status="executed", deal_id=deal, executed_at=NOW + timedelta(days=executed))
    signal = insert(
        "signals",
        signal_type="deal_stage_changed",
        deal_id=deal,
        data={"direction": "won"},
        created_at=NOW + timedelta(days=changed),
    )
    with unit() as uow:
        rows = uow.outcomes.moved_deals()
    assert [(row["move_id"], row["direction"]) for row in rows] == (
        [(about, "won")] if found else []
    )
    if found:
        record(unit, about, "deal_won", signal_id=signal)
        with unit() as uow:
            assert uow.outcomes.moved_deals() == []


@pytest.mark.parametrize(
    ("state", "action", "age", "matured"),
    [
        ("succeeded", "send_email", 15, True),
        ("partial", "follow_up", 15, True),
        ("succeeded", "send_email", 13, False),
        ("succeeded", "create_task", 15, False),
        ("unknown", "send_email", 15, False),
        ("undone", "send_email", 15, False),
    ],
)
def test_silence_of_two_weeks(
    unit: Unit, move: Move, insert: Insert, state: str, action: str, age: int, matured: bool
) -> None:
    about = move()
    insert(
        "executions",
        move_id=about,
        action_type=action,
        state=state,
        finished_at=datetime.now(UTC) - timedelta(days=age),
    )
    with unit() as uow:
        assert [row["move_id"] for row in uow.outcomes.matured(MATURITY)] == [about] * matured
    record(unit, about, "replied")
    with unit() as uow:
        assert uow.outcomes.matured(MATURITY) == []


def test_answers_to_what_was_sent(unit: Unit, move: Move, insert: Insert) -> None:
    about = move()
    insert("executions", move_id=about, action_type="send_email", state="succeeded", marker="<m@x>")
    for number, refs in enumerate((["<m@x>"], ["<m@x>", "<o@x>"], ["<o@x>"], [])):
        insert(
            "signals",
            source="t",
            external_id=str(number),
            signal_type="email_replied",
            data={"references": refs},
        )
    with unit() as uow:
        rows = uow.outcomes.answered()
    assert [(row["move_id"], row["signal_type"]) for row in rows] == [(about, "email_replied")]
