"""What generation reads and writes, statement by statement; its meaning is the pipeline's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from caseyos.store.database import Database
from caseyos.store.recommendations import FEW
from caseyos.store.unit_of_work import unit_of_work
from tests.store.conftest import Insert, Unit

Move = Callable[..., UUID]
NOW = datetime(2026, 11, 24, 14, 12, tzinfo=UTC)


def row(key: str, **fields: Any) -> dict[str, Any]:
    given = {
        "id": uuid4(),
        "aps": 50.5,
        "action_type": "create_task",
        "context": {"evidence": []},
        "title": "T",
        "owner": "casey",
        "due_by": NOW,
        "effort": 15,
        "recommendation_id": None,
        "dedupe_key": key,
        "play": "p",
        "source": "t",
        "account_id": None,
        "contact_id": None,
        "deal_id": None,
    }
    return given | fields


def test_waiting_signals_oldest_first_up_to_a_limit(unit: Unit, insert: Insert) -> None:
    ids = [
        insert("signals", signal_type="manual", created_at=NOW + n * timedelta(1))
        for n in (2, 0, 1)
    ]
    insert("signals", signal_type="manual", processed=True)
    with unit() as uow:
        found = uow.recommendations.unprocessed(2)
    assert [one["signal_id"] for one in found] == [ids[1], ids[2]]


def test_two_generators_share_the_signals(
    database: Database, dsn: str, unit: Unit, insert: Insert
) -> None:
    for _ in range(6):
        insert("signals", signal_type="manual")
    other = Database(dsn)
    with unit() as uow:
        mine = {one["signal_id"] for one in uow.recommendations.unprocessed(3)}
        with unit_of_work(other) as beside:
            theirs = {one["signal_id"] for one in beside.recommendations.unprocessed(100)}
    other.close()
    assert len(mine) == len(theirs) == 3
    assert not mine & theirs


def test_many_are_taken_whole_and_few_by_a_plan_that_is_kept(unit: Unit, insert: Insert) -> None:
    ids = [insert("signals", signal_type="manual") for _ in range(FEW + 4)]
    for taken in (FEW, FEW + 2, 100):
        with unit() as uow:
            found = [one["signal_id"] for one in uow.recommendations.unprocessed(taken)]
            mode = uow.connection.execute("SHOW plan_cache_mode").fetchone()
        assert found == ids[:taken]
        assert mode == {"plan_cache_mode": "force_custom_plan"}
    with unit() as uow:
        uow.recommendations.mark_processed(
            [
                {"id": one, "made": False, "note": "n", "error": None, "move_id": None}
                for one in ids[4:]
            ]
        )
    with unit() as uow:
        found = [one["signal_id"] for one in uow.recommendations.unprocessed(100)]
        mode = uow.connection.execute("SHOW plan_cache_mode").fetchone()
    assert found == ids[:4]
    assert mode == {"plan_cache_mode": "force_generic_plan"}


def test_one_live_move_per_situation(unit: Unit, move: Move) -> None:
    there = move(dedupe_key="a")
    move(dedupe_key="b", status="executed")
    made, lost = row("b"), row("a")
    with unit() as uow:
        assert uow.recommendations.insert_moves([made, lost]) == {made["id"]}
        assert uow.recommendations.insert_moves([]) == set()
        live = uow.recommendations.live_moves(["a", "b", "c"])
    assert {key: one["id"] for key, one in live.items()} == {"a": there, "b": made["id"]}


def test_a_refresh_leaves_the_words_of_what_was_accepted(unit: Unit, move: Move) -> None:
    ids = {status: move(status=status, dedupe_key=status) for status in ("pending", "accepted")}
    with unit() as uow:
        uow.recommendations.refresh_moves(
            [row(key, id=about, title="New", aps=77) for key, about in ids.items()]
        )
        found = {status: uow.moves.get(about) for status, about in ids.items()}
    titles = {status: one.title for status, one in found.items() if one}
    assert titles == {"pending": "New", "accepted": "T"}
    assert all(one and (one.aps, one.due_by) == (77.0, NOW) for one in found.values())


def test_what_came_of_a_signal(unit: Unit, insert: Insert) -> None:
    signal = insert("signals", signal_type="manual")
    mark = {"id": signal, "made": False, "note": "too old", "error": None, "move_id": None}
    with unit() as uow:
        uow.recommendations.mark_processed([mark])
        uow.recommendations.mark_processed([])
        assert uow.recommendations.unprocessed(5) == []
        (kept,) = uow.intake.signals(unmatched=True)
    assert (kept["processed"], kept["note"], kept["recommendation_generated"]) == (
        True,
        "too old",
        False,
    )


def test_only_a_pending_move_gets_another_score(unit: Unit, move: Move) -> None:
    ids = {status: move(status=status, priority_score=10) for status in ("pending", "accepted")}
    with unit() as uow:
        uow.recommendations.rescore_moves(
            [{"id": about, "aps": 60, "recommendation_id": None} for about in ids.values()]
        )
        scores = {s: found.aps for s, a in ids.items() if (found := uow.moves.get(a))}
    assert scores == {"pending": 60.0, "accepted": 10.0}
