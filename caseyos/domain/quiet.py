"""Quiet hours: over midnight, on the two days a year the clock changes, in somebody's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from caseyos.domain.zones import zone_of_country


def quiet_until(now: datetime, hours: tuple[time, time], zone: tzinfo | None) -> datetime | None:
    """When the quiet that holds at `now` ends; None where it is not quiet.

    `zone` None is the system's. A wall time that comes twice counts from its first to its last, one
    that does not come at all as the moment it would have been: the quiet is never cut short.
    """
    start, end = hours
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        last = day if start <= end else day + timedelta(days=1)
        begins = min(_moments(day, start, zone))
        ends = max(_moments(last, end, zone))
        if begins <= now < ends:
            return ends
    return None


def recipient_zone(named: str | None, country: str | None) -> tzinfo | None:
    """A person's zone: the one we were told, else that of a country with only one; None unknown."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    for name in (named, zone_of_country(country)):
        if name:
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                continue
    return None


def _moments(day: date, clock: time, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """Both readings of a wall time; the same moment but where the clock changes."""
    wall = datetime.combine(day, clock)
    readings = []
    for fold in (0, 1):
        one = wall.replace(fold=fold)
        readings.append((one.replace(tzinfo=zone) if zone else one.astimezone()).astimezone(UTC))
    return readings[0], readings[1]
