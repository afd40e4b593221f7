"""The two clocks: both show UTC, one stands still."""

from datetime import UTC, datetime, timedelta, timezone

from caseyos.app.clocks import FixedClock, SystemClock


def test_the_systems_clock_goes_on_in_utc() -> None:
    one = SystemClock().now()
    assert one.tzinfo is UTC
    assert SystemClock().now() >= one


def test_a_fixed_clock_stands_still_and_shows_utc() -> None:
    there = datetime(2026, 11, 24, 9, 12, tzinfo=timezone(timedelta(hours=-5)))
    clock = FixedClock(there)
    assert clock.now() == clock.now() == there
    assert clock.now().hour == 14
