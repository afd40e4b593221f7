"""A meeting without a start says when there is time, by what is kept, and edit gives it one."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import psycopg
import pytest

from caseyos.app import App
from caseyos.app.meeting_times import proposed
from caseyos.domain.views import Target
from caseyos.errors import UsageError
from tests.app.conftest import NOW, OpenApp

SETTINGS = """
[send]
from_address = "casey@ours.example"
[[source]]
kind = "calendar"
name = "work"
url = "https://dav.ours.example/"
user = "casey"
[channels]
meetings = "calendar:work"
"""


@pytest.fixture
def app(open_app: OpenApp) -> App:
    """One whose meetings go to a calendar that is never asked here."""
    return open_app(SETTINGS)


def keep_busy(dsn: str, *spans: tuple[str, str]) -> None:
    cursor = {"busy": [list(span) for span in spans], "busy_at": NOW.isoformat()}
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "INSERT INTO source_cursors (source, kind, cursor) VALUES ('calendar:work', 'calendar', %s)",
            [json.dumps(cursor)],
        )


def meeting(app: App, dsn: str) -> Target:
    """A meeting that a play asks for: its due is a deadline and no start."""
    move = app.decisions.add(
        "Meet Dana", action="schedule_meeting", due="tomorrow", recipient="dana@theirs.example"
    )
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "UPDATE command_queue_items SET play = 'at_risk' WHERE id = %s", [move.id]
        )
    move = app.queue.get(move.id)
    return Target(move.id, move.code, move.title, move.version, move.status)


def test_a_preview_proposes_times_and_edit_takes_one(app: App, dsn: str) -> None:
    keep_busy(dsn, ("2026-11-24T16:00:00+00:00", "2026-11-25T10:00:00+00:00"))
    target = meeting(app, dsn)
    plan = app.actions.preview(target.move_id)
    assert plan.blocked
    (free,) = [check for check in plan.checks if check.name == "free"]
    assert free.sentence == (
        "free: Wed 25 Nov 10:00, Wed 25 Nov 10:30, Thu 26 Nov 09:00;"
        f' caseyos edit {target.code} --start "2026-11-25 10:00"'
    )
    app.decisions.edit(target, "Plan", "", start="2026-11-25 10:00", minutes=45)
    plan = app.actions.preview(target.move_id)
    assert plan.payload.fields["start"] == "2026-11-25T10:00:00+00:00"
    assert plan.payload.fields["minutes"] == 45
    assert not [check for check in plan.checks if check.name in ("free", "possible")]
    assert b"DTSTART:20261125T100000Z\r\nDTEND:20261125T104500Z" in plan.wire
    # Other words later leave the time as it is.
    move = app.queue.get(target.move_id)
    app.decisions.edit(
        Target(move.id, move.code, move.title, move.version, move.status), "Other", ""
    )
    assert b"SUMMARY:Other" in app.actions.preview(target.move_id).wire
    assert b"DTSTART:20261125T100000Z" in app.actions.preview(target.move_id).wire


def test_our_reasons_do_not_stand_in_a_calendar_others_read(app: App, dsn: str) -> None:
    move = app.decisions.add(
        "Meet Dana", action="schedule_meeting", due="tomorrow", recipient="dana@theirs.example"
    )
    assert app.actions.preview(move.id).payload.body == ""


def test_nothing_is_proposed_where_nobody_asked_the_calendar(app: App, dsn: str) -> None:
    assert proposed(app, "calendar:work", 30) == ()
    plan = app.actions.preview(meeting(app, dsn).move_id)
    assert plan.blocked
    assert "free" not in {check.name for check in plan.checks}


def test_the_times_are_moments_in_utc(app: App, dsn: str) -> None:
    keep_busy(dsn)
    assert proposed(app, "calendar:work", 30)[0] == datetime(2026, 11, 24, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize("start", ["reply", "yesterday", "nonsense"])
def test_a_start_that_is_no_time_is_refused(app: App, dsn: str, start: str) -> None:
    with pytest.raises(UsageError):
        app.decisions.edit(meeting(app, dsn), "Plan", "", start=start)
