"""Counting business days the short way gives what counting them one by one gives."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseyos.domain.business_time import BusinessCalendar, calendar

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
calendars = st.builds(
    BusinessCalendar,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.frozensets(st.dates(date(2024, 1, 1), date(2024, 3, 1)), max_size=10),
)
WEEK = BusinessCalendar()


@pytest.mark.parametrize(
    ("start", "end", "between"),
    [
        ("2026-11-23", "2026-11-24", 1),  # Monday to Tuesday
        ("2026-11-20", "2026-11-23", 1),  # over the weekend
        ("2026-11-20", "2026-11-22", 0),  # into the weekend
        ("2026-11-24", "2026-11-24", 0),
        ("2026-11-24", "2026-11-20", 0),
        ("2026-11-10", "2026-11-24", 10),
        ("2024-02-28", "2024-03-01", 2),  # a leap day counts
    ],
)
def test_between(start: str, end: str, between: int) -> None:
    assert WEEK.between(date.fromisoformat(start), date.fromisoformat(end)) == between


def test_holidays_do_not_count() -> None:
    own = calendar(["mon", "tue", "wed", "thu", "fri"], ["2026-12-25", "2026-12-26"])
    assert own.between(date(2026, 12, 24), date(2026, 12, 28)) == 1
    assert own.add(date(2026, 12, 24), 1) == date(2026, 12, 28)
    assert not own.counts(date(2026, 12, 25))


def test_other_working_weeks() -> None:
    own = calendar(["sun", "mon", "tue", "wed", "thu"], [])
    assert own.add(date(2026, 11, 26), 1) == date(2026, 11, 29)  # Thursday to Sunday


@given(calendars, days, st.integers(0, 400))
def test_between_is_counting(own: BusinessCalendar, start: date, length: int) -> None:
    end = start + timedelta(days=length)
    one_by_one = sum(own.counts(start + timedelta(days=n)) for n in range(1, length + 1))
    assert own.between(start, end) == one_by_one


@given(calendars, days, st.integers(1, 60))
def test_add_is_the_first_day_that_far(own: BusinessCalendar, start: date, count: int) -> None:
    end = own.add(start, count)
    assert own.counts(end)
    assert own.between(start, end) == count


@given(days)
def test_nothing_added_is_the_same_day(start: date) -> None:
    assert WEEK.add(start, 0) == start
