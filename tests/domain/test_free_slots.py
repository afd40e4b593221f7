"""Proposed times are free, inside business hours, and on the operator's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseyos.domain.business_time import BusinessCalendar
from caseyos.domain.free_slots import NOTICE, free_slots

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
NINE_TO_FIVE = (time(9), time(17))


def slots(taken: Any = (), **changes: Any) -> list[str]:
    given: dict[str, Any] = {
        "now": NOW,
        "until": NOW + timedelta(days=14),
        "minutes": 30,
        "calendar": BusinessCalendar(),
        "hours": NINE_TO_FIVE,
        "zone": ZoneInfo("UTC"),
    }
    given |= changes
    return [f"{one:%d %H:%M}" for one in free_slots(taken, **given)]


def span(day: int, begins: int, ends: int) -> tuple[datetime, datetime]:
    return datetime(2026, 11, day, begins, tzinfo=UTC), datetime(2026, 11, day, ends, tzinfo=UTC)


def test_the_next_free_half_hours() -> None:
    assert slots() == ["24 14:00", "24 14:30", "25 09:00"]
    assert slots([span(24, 14, 17), span(25, 8, 10)]) == ["25 10:00", "25 10:30", "26 09:00"]


def test_a_long_meeting_needs_a_long_gap() -> None:
    assert slots([span(24, 15, 16), span(25, 10, 16)], minutes=120) == [
        "26 09:00",
        "26 11:00",
        "27 09:00",
    ]
    assert slots(minutes=600) == []


def test_weekends_and_holidays_are_left_out() -> None:
    off = BusinessCalendar(holidays=frozenset({date(2026, 11, 26), date(2026, 11, 27)}))
    taken = [span(24, 9, 17), span(25, 9, 17)]
    assert slots(taken, calendar=off) == ["30 09:00", "30 09:30", "01 09:00"]


def test_nothing_is_proposed_where_nobody_knows() -> None:
    assert slots([span(24, 9, 17)], until=NOW + timedelta(hours=22)) == ["25 09:00", "25 09:30"]
    assert slots(until=NOW) == []


@pytest.mark.parametrize(
    ("day", "utc"), [(datetime(2026, 10, 30, 22), "30"), (datetime(2026, 3, 6, 23), "06")]
)
def test_the_clock_change_moves_the_utc_and_not_the_hour(day: datetime, utc: str) -> None:
    found = free_slots(
        (),
        now=day.replace(tzinfo=UTC),
        until=day.replace(tzinfo=UTC) + timedelta(days=9),
        minutes=30,
        calendar=BusinessCalendar(frozenset(range(7))),
        hours=NINE_TO_FIVE,
        zone=NEW_YORK,
        count=8,
    )
    assert {one.astimezone(NEW_YORK).strftime("%H:%M") for one in found} == {"09:00", "09:30"}
    assert len({one.utcoffset() for one in (s.astimezone(NEW_YORK) for s in found)}) == 2


@given(
    st.lists(st.tuples(st.integers(0, 13 * 48), st.integers(1, 12)), max_size=40),
    st.integers(10, 240),
)
def test_what_is_proposed_is_free(blocks: list[tuple[int, int]], minutes: int) -> None:
    half = timedelta(minutes=30)
    taken = [(NOW + half * at, NOW + half * (at + length)) for at, length in blocks]
    found = free_slots(
        taken,
        now=NOW,
        until=NOW + timedelta(days=14),
        minutes=minutes,
        calendar=BusinessCalendar(),
        hours=NINE_TO_FIVE,
        zone=ZoneInfo("Europe/Lisbon"),
    )
    assert len(set(found)) == len(found) <= 3
    for start in found:
        end = start + timedelta(minutes=minutes)
        assert not any(begins < end and ends > start for begins, ends in taken)
        local = start.astimezone(ZoneInfo("Europe/Lisbon"))
        assert time(9) <= local.time() <= time(17)
        assert local.weekday() < 5
        assert start >= NOW + NOTICE
