"""The journal of decisions."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from tests.store.conftest import Unit

Move = Callable[..., UUID]


def journal(unit: Unit, move: UUID, **options: Any) -> UUID:
    with unit() as uow:
        given = {"kind": "accept", "actor": "casey", "before": {"status": "pending"}, "after": {}}
        return uow.decisions.journal(move_id=move, **(given | options))


def test_a_change_needs_the_status_that_was_read(unit: Unit, move: Move) -> None:
    about = move()
    with unit() as uow:
        present = uow.decisions.lock([about])[about]
        assert uow.decisions.change(about, present, {"status": "accepted"})
        assert not uow.decisions.change(about, present, {"status": "dismissed"})
        assert uow.decisions.lock([about])[about]["status"] == "accepted"


def test_only_the_named_fields_change(unit: Unit, move: Move) -> None:
    about = move(note="mine", closed_reason="r")
    with unit() as uow:
        present = uow.decisions.lock([about])[about]
        uow.decisions.change(about, present, {"draft": {"subject": "s", "body": "b"}})
        after = uow.decisions.lock([about])[about]
    assert after["draft"] == {"subject": "s", "body": "b"}
    same = set(present) - {"draft", "version"}
    assert {name: after[name] for name in same} == {name: present[name] for name in same}
    assert after["version"] > present["version"]


def test_moves_that_are_not_there_are_left_out(unit: Unit, move: Move) -> None:
    about = move()
    with unit() as uow:
        assert set(uow.decisions.lock([about, uuid4()])) == {about}


def test_the_last_step_is_a_batch_or_one(unit: Unit, move: Move) -> None:
    one, two = move(), move()
    batch = uuid4()
    single = journal(unit, one)
    both = {journal(unit, about, batch_id=batch) for about in (one, two)}
    with unit() as uow:
        assert {step["id"] for step in uow.decisions.last_done("casey")} == both
        assert uow.decisions.last_done("somebody") == []
        uow.decisions.mark(list(both), undone=True)
    with unit() as uow:
        assert [step["id"] for step in uow.decisions.last_done("casey")] == [single]
        assert {step["id"] for step in uow.decisions.last_undone("casey")} == both
        assert [row["kind"] for row in uow.decisions.listed("casey")] == ["accept"]
        uow.decisions.mark(list(both), undone=False)
    with unit() as uow:
        assert uow.decisions.last_undone("casey") == []
        assert len(uow.decisions.listed("casey")) == 3
        assert len(uow.decisions.listed("casey", limit=1)) == 1


def test_a_decision_since_ends_redo(unit: Unit, move: Move) -> None:
    about = move()
    step = journal(unit, about)
    with unit() as uow:
        uow.decisions.mark([step], undone=True)
    journal(unit, about)
    with unit() as uow:
        assert uow.decisions.last_undone("casey") == []


def test_the_move_of_a_signal_by_hand(unit: Unit, move: Move) -> None:
    about = move()
    with unit() as uow:
        uow.connection.execute(
            "INSERT INTO signals (source, external_id, signal_type, move_id)"
            " VALUES ('manual', 'm:1', 'manual', %s), ('t', 'm:2', 'manual', %s)",
            [about, about],
        )
        assert uow.decisions.made_by_hand("m:1") == about
        assert uow.decisions.made_by_hand("m:2") is None
