"""Times and scores in few cells."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseyos.tui import labels
from tests.tui.test_window import move as a_move

WAITING = datetime(2026, 11, 24, 14, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (None, "any"),
        (NOW, "now"),
        (NOW - timedelta(minutes=5), "now"),
        (NOW - timedelta(days=2), "2d late"),
        (NOW - timedelta(days=4000), "10y late"),
        (NOW + timedelta(hours=3), "12:12"),
        (NOW + timedelta(hours=20), "tomorrow"),
        (NOW + timedelta(days=3), "Fri"),
        (NOW + timedelta(days=20), "14 Dec"),
        (NOW + timedelta(days=400), "Dec 2027"),
        (datetime(2026, 11, 24, 23, 59, tzinfo=UTC), "23:59"),
    ],
)
def test_due(moment: datetime | None, told: str) -> None:
    assert labels.due(moment, NOW, UTC) == told


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))
def test_due_fits_its_column(moment: datetime) -> None:
    for zone in (UTC, ZoneInfo("America/New_York"), ZoneInfo("Pacific/Kiritimati")):
        assert len(labels.due(moment, NOW, zone)) <= 9


def test_due_is_in_the_persons_zone() -> None:
    late_in_new_york = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
    assert labels.due(late_in_new_york, NOW, UTC) == "tomorrow"
    assert labels.due(late_in_new_york, NOW, ZoneInfo("America/New_York")) == "22:00"


@pytest.mark.parametrize(("seconds", "told"), [(-5, "0s"), (17, "17s"), (240, "4m"), (7200, "2h")])
def test_left(seconds: int, told: str) -> None:
    assert labels.left(NOW + timedelta(seconds=seconds), NOW) == told


def test_counted() -> None:
    assert labels.counted(1, "move") == "1 move"
    assert labels.counted(1200, "move") == "1,200 moves"
    assert labels.counted(2, "person", "people") == "2 people"


@pytest.mark.parametrize(
    ("state", "until", "reason", "short", "long"),
    [
        (None, None, None, "", ""),
        ("succeeded", None, None, "", ""),
        ("queued", 30, None, "at 14:42", "goes Tue 24 Nov 14:42:00"),
        ("queued", 24 * 60, "The limit.", "on Wed", "goes Wed 25 Nov 14:12:00: The limit."),
        ("queued", 9 * 24 * 60, None, "on 03 Dec", "goes Thu 03 Dec 14:12:00"),
        ("blocked", None, "held back by casey.", "held back", "waits for you: held back by casey."),
        ("blocked", None, "Do not contact: x.", "waits", "waits for you: Do not contact: x."),
    ],
)
def test_when_a_move_in_the_outbox_goes(
    state: str | None, until: int | None, reason: str | None, short: str, long: str
) -> None:
    when = None if until is None else WAITING + timedelta(minutes=until)
    move = a_move(1, execution_state=state, waits_until=when, waits_for=reason)
    assert labels.goes(move, WAITING, UTC) == short
    assert labels.waits(move, UTC) == long
    assert len(short) <= 9
