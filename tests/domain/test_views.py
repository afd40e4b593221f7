"""What front ends call moves by."""

from datetime import UTC, datetime
from uuid import UUID

from caseyos.domain.model import Move
from caseyos.domain.views import Target

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_a_move_that_was_read_is_a_target_bound_to_no_row() -> None:
    move = Move(
        id=UUID(int=7),
        code="m7k2",
        title="Call Lena",
        aps=73.0,
        action_type="create_task",
        context={},
        status="pending",
        owner="casey",
        due_by=None,
        snoozed_until=None,
        account=None,
        source=None,
        reasoning=None,
        drivers=(),
        version=3,
        created_at=AT,
        updated_at=AT,
    )
    assert Target.of(move) == Target(UUID(int=7), "m7k2", "Call Lena", 3, "pending")
    assert Target.of(move).seen_version is None
