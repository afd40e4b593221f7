"""Free time to propose for a meeting: inside business hours, beside what is taken. No clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from caseyos.domain.business_time import BusinessCalendar

STEP = timedelta(minutes=30)
NOTICE = timedelta(hours=2)  # nobody can be met sooner
A_DAY = 2  # proposals of one day, so that there is a choice of days

Span = tuple[datetime, datetime]


def free_slots(
    taken: Sequence[Span],
    *,
    now: datetime,
    until: datetime,
    minutes: float,
    calendar: BusinessCalendar,
    hours: tuple[time, time],
    zone: tzinfo | None,
    count: int = 3,
) -> tuple[datetime, ...]:
    """The next starts, in UTC, on whole half hours of the operator's zone.

    `taken` are spans in UTC; what is not known to be taken after `until` is not proposed.
    """
    length = timedelta(minutes=minutes)
    found: list[datetime] = []
    day = now.astimezone(zone).date()
    while len(found) < count and _at(day, time(), zone) < until:
        if calendar.counts(day):
            mornings = _of_day(day, taken, now + NOTICE, until, length, hours, zone)
            for _, start in zip(range(min(A_DAY, count - len(found))), mornings, strict=False):
                found.append(start)
        day += timedelta(days=1)
    return tuple(found)


def _of_day(
    day: date,
    taken: Sequence[Span],
    earliest: datetime,
    until: datetime,
    length: timedelta,
    hours: tuple[time, time],
    zone: tzinfo | None,
) -> Iterator[datetime]:
    """The free starts of one day, none overlapping another."""
    start, close = _at(day, hours[0], zone), min(_at(day, hours[1], zone), until)
    while start + length <= close:
        clash = [ends for begins, ends in taken if begins < start + length and ends > start]
        if start >= earliest and not clash:
            yield start
            start += max(STEP, -(-length // STEP) * STEP)
        else:
            start += STEP


def _at(day: date, at: time, zone: tzinfo | None) -> datetime:
    local = datetime.combine(day, at)
    return (local.replace(tzinfo=zone) if zone else local).astimezone(UTC)
