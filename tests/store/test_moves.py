"""The read side of the queue: records out of rows, whatever the rows hold."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from caseyos.domain.model import Driver
from caseyos.domain.views import QueueFilter
from caseyos.store.database import Database
from caseyos.store.moves import drivers
from tests.store.conftest import Insert, Unit

Move = Callable[..., UUID]
NOW = datetime(2026, 11, 24, 14, 12, tzinfo=UTC)


def test_a_bare_row_is_a_move(unit: Unit, move: Move) -> None:
    about = move(priority_score=42.5)
    with unit() as uow:
        found = uow.moves.get(about)
    assert found is not None
    assert (found.id, found.aps, found.status, found.owner) == (about, 42.5, "pending", "casey")
    assert (found.drivers, found.facts, found.reasoning, found.account) == ((), {}, None, None)


@pytest.mark.parametrize(
    ("context", "account"),
    [
        ({"account": "Acme", "recipient_name": "Dana", "recipient": "d@x"}, "Acme"),
        ({"recipient_name": "Dana", "recipient": "d@x"}, "Dana"),
        ({"recipient": "d@x"}, "d@x"),
        ({}, None),
    ],
)
def test_whom_it_is_about(
    unit: Unit, move: Move, context: dict[str, str], account: str | None
) -> None:
    about = move(action_context=context)
    with unit() as uow:
        found = uow.moves.get(about)
    assert found is not None and found.account == account


def test_stored_drivers_become_records() -> None:
    full = {
        "factor": "revenue",
        "points": 35,
        "maximum": 40,
        "sentence": "$50k at stake",
        "evidence": ["a"],
        "known": False,
        "value": 0.875,
        "of a newer version": 1,
    }
    assert drivers([full, {}]) == (
        Driver("revenue", 35.0, 40.0, "$50k at stake", ("a",), False, 0.875),
        Driver("", 0.0, 0.0, ""),
    )
    assert drivers(None) == ()


def test_codes_and_near_codes(unit: Unit, move: Move) -> None:
    for code, status in (("m7k2", "pending"), ("m7k9", "dismissed"), ("q4x2", "pending")):
        move(code=code, status=status)
    with unit() as uow:
        assert [row["code"] for row in uow.moves.by_code("m7")] == ["m7k2", "m7k9"]
        assert [row["code"] for row in uow.moves.by_code("m7k9")] == ["m7k9"]
        assert uow.moves.near_codes("m9") == ["m7k2"]
        assert uow.moves.near_codes("z") == []


def test_several_by_id(unit: Unit, move: Move) -> None:
    one, two = move(), move()
    with unit() as uow:
        assert set(uow.moves.by_ids([one, two, uuid4()])) == {one, two}
        assert uow.moves.by_ids([]) == {}
        assert uow.moves.get(uuid4()) is None


def test_reasoning_over_time_newest_first(unit: Unit, move: Move, insert: Insert) -> None:
    about = move()
    for day in range(3):
        insert(
            "action_recommendations",
            move_id=about,
            aps_score=50 + day,
            generated_at=NOW + timedelta(days=day),
        )
    with unit() as uow:
        past = uow.moves.recommendations_of(about)
    assert [row["aps"] for row in past] == [52.0, 51.0, 50.0]


def test_what_led_to_it_and_what_was_done(unit: Unit, move: Move, insert: Insert) -> None:
    about = move()
    insert("signals", signal_type="manual", move_id=about, evidence="seen")
    execution = insert("executions", move_id=about, action_type="create_task", state="succeeded")
    insert("executions", move_id=about, action_type="create_task", state="simulated", dry_run=True)
    with unit() as uow:
        uow.audit.append(actor="casey", action="accept", subject=f"move:{about}")
        uow.audit.append(actor="casey", action="execute", subject=f"execution:{execution}")
        uow.audit.append(actor="casey", action="other", subject="move:other")
        assert [row["evidence"] for row in uow.moves.signals_of(about)] == ["seen"]
        assert [row["id"] for row in uow.moves.executions_of(about)] == [execution]
        assert [row["action"] for row in uow.moves.history_of(about)] == ["execute", "accept"]
        found = uow.moves.get(about)
    assert found is not None and found.execution_state == "succeeded"


def test_counting_what_is_due(unit: Unit, move: Move) -> None:
    for hours in (-5, 23, 25):
        move(due_by=NOW + timedelta(hours=hours))
    with unit() as uow:
        assert uow.moves.count(QueueFilter(), NOW) == 3
        assert uow.moves.count(QueueFilter(), NOW, due=True) == 2
        assert len(uow.moves.today(NOW, 10, QueueFilter())) == 2


@pytest.mark.parametrize("seed", range(6))
def test_today_is_the_plain_rule_whatever_is_due(database: Database, unit: Unit, seed: int) -> None:
    """The quick way and the way by days say what one plain ORDER BY says: ties, undated, all."""
    made = """
        INSERT INTO command_queue_items
          (priority_score, action_type, action_context, title, status, owner, due_by)
        SELECT CASE WHEN %(low)s AND due <= %(now)s + interval '1 day' THEN (n %% 7) ELSE score END,
               'create_task', '{}', 'x', CASE WHEN n %% 11 = 0 THEN 'accepted' ELSE 'pending' END,
               'casey', due
        FROM (SELECT n, round((random() * 20)::numeric) * 5 AS score,
                     CASE WHEN n %% 13 = 0 THEN NULL
                          ELSE %(now)s + round(((random() - %(ahead)s) * 80)::numeric)
                               * interval '6 hours' END AS due
              FROM generate_series(1, 2500) n) made
    """
    plain = """
        SELECT id FROM command_queue_items WHERE status = 'pending'
          AND due_by <= %(now)s + interval '1 day'
        ORDER BY priority_score DESC, due_by, created_at, id LIMIT %(limit)s
    """
    with database.transaction() as connection:
        connection.execute("SELECT setseed(%s)", [seed / 10])
        connection.execute(made, {"now": NOW, "low": seed % 2 == 0, "ahead": (seed % 3) / 2})
    for limit in (1, 10, 60, 1000):
        with database.transaction() as connection:
            rows = connection.execute(plain, {"now": NOW, "limit": limit}).fetchall()
        with unit() as uow:
            found = uow.moves.today(NOW, limit, QueueFilter())
        assert [move.id for move in found] == [row["id"] for row in rows]
