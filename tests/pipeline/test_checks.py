"""The checks of a preview: every one told, in the order a person reads them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from caseyos.domain.model import Check
from tests.desk import Desk
from tests.pipeline.conftest import MakeDesk
from tests.played import Outside

HOUR = timedelta(hours=1)
OPEN = (
    "INSERT INTO breakers (channel, state, retry_at, reason) VALUES"
    " ('smtp', 'open', now() + interval '1 hour', '421 later')"
)


def told(desk: Desk, move: UUID) -> dict[str, Check]:
    return {check.name: check for check in desk.plan(move).checks}


def test_a_mail_for_outside_passes_every_check_in_order(desk: Desk) -> None:
    Outside(desk)
    desk.app.switchboard.go_live(HOUR)
    found = desk.plan(desk.mail()).checks
    assert [(check.name, check.level) for check in found] == [
        (name, "pass")
        for name in (
            *("mode", "suppression", "recipient", "limit", "placeholders", "quiet_hours"),
            "breaker",
        )
    ]
    assert found[0].sentence == "LIVE: it may go outside"
    assert found[3].sentence == "0 of 100000 a day used"


def test_a_task_has_few_of_them(desk: Desk) -> None:
    found = told(desk, desk.task())
    assert list(found) == ["mode", "limit"]
    assert found["mode"].sentence == "it stays on this computer"


def test_what_ends_by_itself_warns_and_says_when(make_desk: MakeDesk) -> None:
    desk = make_desk(quiet="00:00-23:59", limits="per_day = 0")
    Outside(desk)
    desk.app.switchboard.go_live(HOUR)
    desk.change(OPEN)
    plan = desk.plan(desk.mail())
    late = {check.name: check for check in plan.checks if check.level == "warn"}
    assert set(late) == {"quiet_hours", "limit", "breaker"}
    assert all("It would go " in check.sentence for check in late.values())
    assert not plan.blocked


def test_a_bounce_blocks(desk: Desk) -> None:
    move = desk.mail()
    desk.change(
        "INSERT INTO contacts (email, bounced_at) VALUES ('dana@theirs.example', now())"
        " ON CONFLICT (email) DO UPDATE SET bounced_at = now()"
    )
    check = told(desk, move)["recipient"]
    assert check.level == "block" and "came back on" in check.sentence


@pytest.mark.parametrize(
    ("at", "refs", "level"),
    [("1 hour", ["<a@x>"], "block"), ("-1 hour", ["<a@x>"], "pass"), ("1 hour", [], "pass")],
)
def test_a_newer_message_in_the_thread_blocks(
    desk: Desk, at: str, refs: list[str], level: str
) -> None:
    move = desk.app.decisions.add(
        "Answer Dana", action="follow_up", recipient="dana@theirs.example"
    ).id
    desk.change(
        "UPDATE command_queue_items SET action_context = action_context"
        """ || '{"thread": {"references": ["<a@x>"], "in_reply_to": "<a@x>"}}' WHERE id = %s""",
        move,
    )
    desk.change(
        "INSERT INTO contacts (email) VALUES ('dana@theirs.example') ON CONFLICT DO NOTHING"
    )
    desk.change(
        "INSERT INTO messages (message_id, direction, contact_id, at, thread_key)"
        " SELECT '<a@x>', 'received', id, now(), '<a@x>' FROM contacts"
    )
    desk.change(
        "INSERT INTO messages (message_id, direction, contact_id, at, subject, refs)"
        " SELECT '<b@x>', 'received', id, now() + %s::interval, 'One more thing', %s FROM contacts",
        at,
        refs,
    )
    check = told(desk, move).get("thread")
    assert check is not None and check.level == level
    assert level != "block" or check.sentence == "they wrote again: One more thing"


@pytest.mark.parametrize(
    ("body", "strange"),
    [
        ("It is $84k, as we said.", None),
        ("It is $84,000 a year.", None),
        ("It is $28,000 per yard.", "$28,000"),
        ("EUR 12.50 more, or £3m.", "EUR 12.50, £3m"),
        ("In 2026, 3 people.", None),
    ],
)
def test_a_price_nobody_knows_warns(desk: Desk, body: str, strange: str | None) -> None:
    move = desk.mail()
    desk.change(
        """UPDATE command_queue_items SET action_context = action_context || '{"amount": 84000}'"""
    )
    desk.app.decisions.edit(desk.target(move), "Price", body)
    check: Any = told(desk, move).get("price")
    assert (check.sentence if check else None) == (
        None if strange is None else f"{strange} is not in what we know of the deal"
    )


def test_what_was_accepted_and_drifted_blocks(desk: Desk) -> None:
    move = desk.mail()
    desk.app.decisions.accept([desk.target(move)])
    desk.change(
        "UPDATE command_queue_items SET action_context ="
        """ action_context || '{"recipient": "eve@theirs.example"}'"""
    )
    assert told(desk, move)["acceptance"].level == "block"
