"""Quiet hours over midnight and on the days the clock changes."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from caseyos.domain.quiet import quiet_until, recipient_zone

NIGHT = (time(19), time(7, 30))


def at(text: str, zone: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Lisbon", "Asia/Kolkata"])
@pytest.mark.parametrize(
    ("local", "until"),
    [
        ("2026-11-24 18:59", None),
        ("2026-11-24 19:00", "2026-11-25 07:30"),
        ("2026-11-25 00:00", "2026-11-25 07:30"),
        ("2026-11-25 07:29", "2026-11-25 07:30"),
        ("2026-11-25 07:30", None),
        ("2026-03-07 23:00", "2026-03-08 07:30"),
        ("2026-03-28 23:00", "2026-03-29 07:30"),
        ("2026-10-24 23:00", "2026-10-25 07:30"),
        ("2026-10-31 23:00", "2026-11-01 07:30"),
    ],
)
def test_over_midnight(zone: str, local: str, until: str | None) -> None:
    expected = None if until is None else at(until, zone)
    assert quiet_until(at(local, zone), NIGHT, ZoneInfo(zone)) == expected


@pytest.mark.parametrize(
    ("local", "quiet"), [("11:59", False), ("12:00", True), ("14:59", True), ("15:00", False)]
)
def test_by_day(local: str, quiet: bool) -> None:
    now = datetime.fromisoformat(f"2026-11-24 {local}").replace(tzinfo=UTC)
    assert (quiet_until(now, (time(12), time(15)), UTC) is not None) is quiet


def test_an_end_that_comes_twice_is_the_second() -> None:
    """New York, 1 November 2026: 01:30 comes at 05:30 and at 06:30 UTC."""
    hours, zone = (time(22), time(1, 30)), ZoneInfo("America/New_York")
    last = at("2026-11-01 01:30", "America/New_York", fold=1)
    for hour, minute in ((4, 0), (5, 29), (5, 31), (6, 29)):
        now = datetime(2026, 11, 1, hour, minute, tzinfo=UTC)
        assert quiet_until(now, hours, zone) == last == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert quiet_until(last, hours, zone) is None


def test_an_end_that_does_not_come_is_when_it_would_have_been() -> None:
    """New York, 8 March 2026: 02:30 is passed over; an hour and a half into the night it is 03:30."""
    hours, zone = (time(22), time(2, 30)), ZoneInfo("America/New_York")
    end = datetime(2026, 3, 8, 7, 30, tzinfo=UTC)  # 03:30 by the new time
    assert quiet_until(datetime(2026, 3, 8, 6, 59, tzinfo=UTC), hours, zone) == end
    assert quiet_until(datetime(2026, 3, 8, 7, 29, tzinfo=UTC), hours, zone) == end
    assert quiet_until(end, hours, zone) is None


def test_a_start_that_comes_twice_is_the_first() -> None:
    hours, zone = (time(1, 30), time(7)), ZoneInfo("America/New_York")
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert quiet_until(first, hours, zone) == at("2026-11-01 07:00", "America/New_York")
    assert quiet_until(datetime(2026, 11, 1, 6, 10, tzinfo=UTC), hours, zone) is not None


def test_no_zone_is_the_systems() -> None:
    now = datetime(2026, 11, 24, 14, 0).astimezone()
    assert quiet_until(now, (time(13), time(15)), None) == now.replace(hour=15)


@pytest.mark.parametrize(
    ("named", "country", "zone"),
    [
        ("Asia/Tokyo", None, "Asia/Tokyo"),
        ("../etc/passwd", "Japan", "Asia/Tokyo"),
        (None, "DE", "Europe/Berlin"),
        (None, "Brazil", None),
        (None, None, None),
    ],
)
def test_where_somebody_is(named: str | None, country: str | None, zone: str | None) -> None:
    found = recipient_zone(named, country)
    assert (None if found is None else str(found)) == zone
