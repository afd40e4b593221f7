"""When people want to see a move again, in their words, in their time zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from caseyos.domain.text import safe_line
from caseyos.errors import UsageError

MORNING = time(8)
FARTHEST = timedelta(days=36_525)  # beyond it the calendar itself ends
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_STEP = re.compile(r"(?:in\s+)?(\d{1,4})\s*(m|h|d|w|min|minutes?|hours?|days?|weeks?)")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def parse_when(text: str, now: datetime, zone: tzinfo | None) -> datetime | None:
    """The moment `text` names, in UTC; None for "reply".

    Words: later, tonight, tomorrow, monday..sunday, next week, 2h, 3d, 2w, in 2 weeks, a date, a
    date with a time, a day with a time. Days mean 8 in the morning. UsageError for the past and
    for what is not understood.
    """
    words = " ".join(text.strip().lower().split())
    if words in ("reply", "until reply"):
        return None
    local = now.astimezone(zone)
    moment = _moment(words, local)
    if moment is None:
        raise UsageError(
            f"{safe_line(text, 40)!r} is no time I know.",
            hint="later, tomorrow, monday, 2h, 3d, 2026-12-01, tue 14:00, or reply",
        )
    if moment <= now:
        raise UsageError(f"{safe_line(text, 40)} is in the past.", hint="name a later time")
    if moment - now > FARTHEST:
        raise UsageError(
            f"{safe_line(text, 40)} is over a century away.", hint="name a nearer time"
        )
    return moment.astimezone(UTC)


def _moment(words: str, local: datetime) -> datetime | None:
    step = _STEP.fullmatch(words)
    if step:
        seconds = int(step[1]) * _SECONDS[step[2][0]]
        if step[2][0] in "dw":
            # Days are days on the calendar: the same time of day across a clock change.
            return _at(local.date() + timedelta(seconds=seconds), MORNING, local)
        return (local.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(local.tzinfo)
    if words in ("later", "later today"):
        return (local.astimezone(UTC) + timedelta(hours=3)).astimezone(local.tzinfo)
    if words == "tonight":
        return _at(local.date(), time(19), local)
    if words == "next week":
        return _at(_next_day(local.date(), 0), MORNING, local)
    name, _, clock = words.partition(" ")
    day = _day(name, local.date())
    if day is None:
        return None
    if not clock:
        return _at(day, MORNING, local)
    found = re.fullmatch(r"(?:at )?(\d{1,2}):(\d\d)", clock)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return _at(day, time(int(found[1]), int(found[2])), local)


def _day(name: str, today: date) -> date | None:
    if name == "today":
        return today
    if name == "tomorrow":
        return today + timedelta(days=1)
    for number, full in enumerate(_DAYS):
        if len(name) >= 3 and full.startswith(name):
            return _next_day(today, number)
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None


def _next_day(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _at(day: date, clock: time, local: datetime) -> datetime:
    """A time of day on the calendar, with the offset that day has."""
    naive = datetime.combine(day, clock)
    zone = local.tzinfo
    # A fixed offset that `astimezone()` made for the system's zone must be asked anew.
    if zone is not None and zone.__class__.__name__ == "timezone":
        return naive.astimezone()
    return naive.replace(tzinfo=zone)
