"""Every allowed change of status and every refused one, against the contract's own table."""

import itertools

import pytest

from caseyos.domain import lifecycle
from caseyos.domain.lifecycle import check_execution_change, check_move_change
from caseyos.domain.model import ExecutionState, MoveStatus
from caseyos.errors import WrongStatus

# SPEC section 2, "State on one page", written down again by hand.
MOVES = """
pending -> accepted dismissed snoozed expired
snoozed -> pending dismissed
accepted -> pending executed failed unknown expired
dismissed -> pending
expired -> pending
rolled_back -> pending
executed -> rolled_back
unknown -> executed failed accepted
failed -> accepted
"""
# The contract's line, with the lease's way back (section 7) and partial's undo.
EXECUTIONS = """
queued -> claimed blocked cancelled
claimed -> dispatching queued blocked failed
dispatching -> succeeded partial failed unknown queued
blocked -> queued cancelled
unknown -> succeeded failed
succeeded -> undone undo_failed
partial -> undone undo_failed
undo_failed -> undone
failed ->
cancelled ->
undone ->
simulated ->
"""


def allowed(table: str) -> set[tuple[str, str]]:
    pairs = set()
    for line in table.strip().splitlines():
        present, _, after = line.partition(" ->")
        pairs |= {(present, wanted) for wanted in after.split()}
    return pairs


@pytest.mark.parametrize(("present", "wanted"), [*itertools.product(MoveStatus, repeat=2)])
def test_a_moves_change(present: MoveStatus, wanted: MoveStatus) -> None:
    if (present, wanted) in allowed(MOVES):
        check_move_change("m7k2", present, wanted, verb="changed")
        return
    with pytest.raises(WrongStatus, match=f"^m7k2 is {present}, so it cannot be changed") as no:
        check_move_change("m7k2", present, wanted, verb="changed")
    assert no.value.hint == "caseyos show m7k2"


@pytest.mark.parametrize(("present", "wanted"), [*itertools.product(ExecutionState, repeat=2)])
def test_an_executions_change(present: ExecutionState, wanted: ExecutionState) -> None:
    if (present, wanted) in allowed(EXECUTIONS):
        check_execution_change(present, wanted)
        return
    with pytest.raises(WrongStatus, match=f"{present} cannot become {wanted}"):
        check_execution_change(present, wanted)


def test_what_only_a_person_does_is_an_allowed_change() -> None:
    assert {
        (present, wanted) for present, after in lifecycle.MOVE_CHANGES.items() for wanted in after
    } > lifecycle.PERSON_ONLY


def test_every_status_is_in_the_tables() -> None:
    assert set(lifecycle.MOVE_CHANGES) == set(MoveStatus)
    assert set(lifecycle.EXECUTION_CHANGES) == set(ExecutionState)
