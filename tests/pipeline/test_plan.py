"""The preview on a real database: exact bytes, every check, a plan that is good for a while."""

from __future__ import annotations

from uuid import UUID

import pytest

from caseyos.errors import NotFound
from caseyos.pipeline.plan import short_code
from tests.desk import Desk
from tests.pipeline.conftest import MakeDesk


def levels(desk: Desk, move: UUID) -> dict[str, str]:
    return {check.name: check.level for check in desk.plan(move).checks}


def test_a_plan_says_what_where_how_long_and_whether_it_can_be_undone(desk: Desk) -> None:
    move = desk.mail("Write to Dana")
    plan = desk.plan(move)
    assert plan.id.startswith("pl_")
    assert plan.payload.recipients == ("dana@theirs.example",)
    assert b"To: dana@theirs.example" in plan.wire
    assert not plan.outside
    assert plan.reversibility == "reversible"
    assert all(effect.undo == "yes" for effect in plan.effects)
    (row,) = desk.rows("SELECT plan_expires_at - created_at AS good FROM executions")
    assert round(row["good"].total_seconds()) == 15 * 60
    assert {check.level for check in plan.checks} == {"pass"}


def test_two_previews_differ_only_in_what_marks_them(desk: Desk) -> None:
    move = desk.mail()
    first, second = desk.plan(move), desk.plan(move)
    assert first.id != second.id
    assert first.payload == second.payload
    marked = (b"Message-ID", b"X-CaseyOS", b"Date")

    def unmarked(wire: bytes) -> list[bytes]:
        return [line for line in wire.split(b"\r\n") if not line.startswith(marked)]

    assert unmarked(first.wire) == unmarked(second.wire)
    assert first.wire != second.wire


def test_what_is_missing_blocks(desk: Desk) -> None:
    move = desk.mail()
    desk.app.decisions.edit(desk.target(move), "Hello [NAME]", "Dear {{ first_name }}")
    assert levels(desk, move)["placeholders"] == "block"
    desk.change("UPDATE command_queue_items SET action_context = action_context - 'recipient'")
    assert levels(desk, move)["recipient"] == "block"
    assert "recipient" not in {
        check.name for check in desk.plan(move, as_draft=True).checks if check.level == "block"
    }


def test_what_a_person_should_look_at_warns(desk: Desk) -> None:
    move = desk.mail()
    text = "See the attachment, and http://localhost:8000/offer"
    desk.app.decisions.edit(desk.target(move), "", text)
    found = levels(desk, move)
    assert (found["subject"], found["attachment"], found["links"]) == ("warn", "warn", "warn")
    assert not desk.plan(move).blocked


def test_a_second_mail_in_a_week_is_said(desk: Desk) -> None:
    desk.execute(desk.mail())
    again = desk.mail("Write to Dana again")
    (check,) = [one for one in desk.plan(again).checks if one.name == "recent"]
    assert check.level == "warn"
    assert check.sentence.startswith("last written to on ")


def test_a_limit_warns_and_a_switch_blocks(make_desk: MakeDesk) -> None:
    desk = make_desk(limits="per_day = 0")
    move = desk.mail()
    assert levels(desk, move)["limit"] == "warn"
    desk.app.switchboard.stop("all")
    assert levels(desk, move)["stop"] == "block"


def test_what_cannot_be_done_is_a_check_and_no_error(desk: Desk) -> None:
    move = desk.meeting()
    desk.change("UPDATE command_queue_items SET due_by = NULL, action_context = '{}'")
    plan = desk.plan(move)
    assert plan.blocked
    (check,) = [one for one in plan.checks if one.name == "possible"]
    assert check.level == "block" and "has no start" in check.sentence


def test_a_move_that_is_gone_is_said(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.plan(UUID(int=7))


def test_short_codes_have_no_signs_that_look_alike() -> None:
    codes = {short_code(UUID(int=number)) for number in range(2000)}
    assert len(codes) == 2000
    assert not set("".join(codes)) & set("ilou01")
