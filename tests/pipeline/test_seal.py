"""The seal covers everything that decides what happens, and holds over what a database does to it."""

from __future__ import annotations

from typing import Any

import pytest

from caseyos.errors import Changed, Refused
from caseyos.pipeline.seal import seal, sealed
from tests.desk import Desk

ROW: dict[str, Any] = {
    "request": {"subject": "Hello", "fields": {"minutes": 30.0}},
    "action_type": "send_email",
    "channel": "local",
    "request_hash": "aa",
    "marker": "<1@ours.example>",
    "recipient": "dana@theirs.example",
    "recipient_domain": "theirs.example",
    "wire": b"bytes",
}


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("request", {"subject": "Hallo", "fields": {"minutes": 30.0}}),
        ("action_type", "create_draft"),
        ("channel", "imap:work"),
        ("request_hash", "ab"),
        ("marker", "<2@ours.example>"),
        ("recipient", "dan@theirs.example"),
        ("recipient_domain", None),
        ("wire", b"bytez"),
    ],
)
def test_every_part_is_under_the_seal(name: str, other: object) -> None:
    row = ROW | {"result": {"seal": seal(ROW)}}
    assert sealed(row)
    assert not sealed(row | {name: other})
    assert not sealed(row | {"result": {}})


def test_the_seal_holds_over_the_database(desk: Desk) -> None:
    hostile = 'A \u202etitle; DROP TABLE \\ "quoted" \u00e9\U0001f600 1e400'
    for move in (desk.mail(hostile), desk.task(hostile), desk.meeting(hostile)):
        assert desk.execute(move).state == "succeeded"


def test_a_plan_that_was_touched_is_refused(desk: Desk) -> None:
    move = desk.mail()
    plan = desk.plan(move)
    desk.change("UPDATE executions SET wire = wire || '\\x20' WHERE plan_id = %s", plan.id)
    with pytest.raises(Changed, match="is not what it was when it was shown"):
        desk.app.actions.execute_plan(plan.id)
    assert desk.letter_files() == []


def test_an_execution_that_was_touched_is_refused(desk: Desk) -> None:
    move = desk.mail()
    plan = desk.plan(move)

    def touch(point: str) -> None:
        if point == "queued":
            desk.change("UPDATE executions SET wire = wire || '\\x20' WHERE NOT dry_run")

    desk.app.actions.probe = touch
    with pytest.raises(Refused, match="not what was accepted"):
        desk.app.actions.execute_plan(plan.id)
    assert [row["state"] for row in desk.executions(move)] == ["blocked"]
    assert desk.letter_files() == []
