"""What a calendar object says (RFC 5545): its meetings with others, each occurrence in UTC.

Everything in it is taken as hostile: bounded, and what cannot be meant is one sentence. Floating
times and whole days are the operator's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Any

from caseyos.connectors.meeting import OUR_DOMAIN, OUR_PROPERTY, utc
from caseyos.domain.addresses import parse_address
from caseyos.domain.text import safe_line, storable
from caseyos.errors import UsageError

MAX_OBJECT = 1024 * 1024  # bytes
MAX_OCCURRENCES = 500  # of one event in one window
MAX_PEOPLE = 20
OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
FIRST_YEAR, LAST_YEAR = 1970, 2200
PAD = timedelta(days=2)  # a floating time is at most so far from what UTC says
AHEAD = 5  # of a series with nothing in the window: the next ones, of which some may be cancelled


class NotAnEvent(ValueError):
    """The bytes are no event that can be read: the sentence says why."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a meeting."""

    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One meeting; `key` tells it from the others of its series, wherever it is moved to."""

    key: str
    begins: datetime
    ends: datetime
    title: str
    people: tuple[Person, ...]  # everybody but us


@dataclass(frozen=True, slots=True)
class Event:
    """A calendar object, as far as it is about meetings with others."""

    uid: str
    ours: bool  # made by our own channel
    repeats: bool
    created: datetime | None
    occurrences: tuple[Occurrence, ...]


def read_event(
    data: bytes, *, start: datetime, end: datetime, zone: tzinfo | None, me: frozenset[str]
) -> Event | None:
    """One object's meetings that touch the window, and of a series at least the next one.

    A meeting that happens once is told of however far ahead it is. None for an object without
    events; NotAnEvent where it cannot be read.
    """
    if len(data) > MAX_OBJECT:
        raise NotAnEvent(f"it is larger than {MAX_OBJECT // 1024} KiB")
    try:
        return _read(data, start=start, end=end, zone=zone, me=me)
    except NotAnEvent:
        raise
    except Exception as error:  # a parser of foreign text has more ways to fail than names
        raise NotAnEvent(f"it cannot be read ({type(error).__name__})") from error


def _read(
    data: bytes, *, start: datetime, end: datetime, zone: tzinfo | None, me: frozenset[str]
) -> Event | None:
    from icalendar import Calendar

    parsed: Any = Calendar.from_ical(data)
    events = parsed.walk("VEVENT")
    if not events:
        return None
    uids = {str(event.get("UID") or "") for event in events}
    if len(uids) != 1 or "" in uids:
        raise NotAnEvent("it has no UID, or several")
    uid = storable(uids.pop())[:500]
    repeats = any(event.get("RRULE") or event.get("RDATE") for event in events)
    for event in events:
        _bearable(event)
    found: dict[str, Occurrence] = {}
    for one in _expanded(parsed, events, start, end, repeats=repeats):
        occurrence = _occurrence(one, zone, me, repeats=repeats)
        if occurrence is None or (repeats and occurrence.ends <= start):
            continue
        if len(found) >= MAX_OCCURRENCES or (found and occurrence.begins > end):
            break
        found[occurrence.key] = occurrence
    first = events[0]
    ours = uid.endswith(OUR_DOMAIN) or first.get(OUR_PROPERTY) is not None
    return Event(uid, ours, repeats, _created(first), tuple(found.values()))


def _bearable(event: Any) -> None:
    """Refuse what would take for ever to work out."""
    start = event.get("DTSTART")
    if start is None:
        raise NotAnEvent("it has no start")
    if not FIRST_YEAR <= start.dt.year <= LAST_YEAR:
        raise NotAnEvent(f"it begins in the year {start.dt.year}")
    rules = event.get("RRULE")
    for rule in rules if isinstance(rules, list) else [rules] if rules else []:
        frequency = {str(one).upper() for one in rule.get("FREQ", [])}
        if frequency & set(OFTEN) or any(name in rule for name in ("BYSECOND", "BYMINUTE")):
            raise NotAnEvent("it repeats more often than daily")
        # Where no such day comes, the search for it would go on to the year 9999.
        if frequency & {"DAILY", "WEEKLY"} and "BYMONTH" in rule and "BYMONTHDAY" in rule:
            raise NotAnEvent("it repeats by days of months, daily")


def _expanded(
    parsed: Any, events: list[Any], start: datetime, end: datetime, *, repeats: bool
) -> Iterator[Any]:
    if not repeats:
        yield from events
        return
    import recurring_ical_events

    query = recurring_ical_events.of(parsed)
    yield from query.between(start - PAD, end)
    yield from islice(query.after(end), AHEAD)


def _occurrence(
    one: Any, zone: tzinfo | None, me: frozenset[str], *, repeats: bool
) -> Occurrence | None:
    """An occurrence with somebody else that takes place, with us."""
    if str(one.get("STATUS", "")).upper() == "CANCELLED":
        return None
    people, declined = _people(one, me)
    if not people or declined:
        return None
    begins, ends = _times(one, zone, repeats=repeats)
    return Occurrence(
        key=_key(one) if repeats else "",
        begins=begins,
        ends=ends,
        title=safe_line(storable(str(one.get("SUMMARY") or "")), 120),
        people=people,
    )


def _times(one: Any, zone: tzinfo | None, *, repeats: bool) -> tuple[datetime, datetime]:
    begins: date | datetime = one["DTSTART"].dt
    given = one.get("DTEND")
    length = one.get("DURATION")
    if given is not None:
        ends: date | datetime = given.dt
    elif length is not None:
        # Added in the time zone of its start: nominal days, exact hours (RFC 5545, 3.3.6).
        if isinstance(begins, datetime):
            return _moment(begins, zone), _moment(begins, zone) + length.dt
        ends = begins + length.dt
    else:
        whole = not isinstance(begins, datetime)
        ends = begins + timedelta(days=1) if whole else begins
    first, last = _moment(begins, zone), _moment(ends, zone)
    if repeats and isinstance(begins, datetime) and isinstance(ends, datetime):
        # Each of a series is as long as the first, whatever the clocks do meanwhile (3.8.5.3).
        last = first + (ends.replace(tzinfo=None) - begins.replace(tzinfo=None))
    return first, max(first, last)


def _moment(given: date | datetime, zone: tzinfo | None) -> datetime:
    """A time as a moment in UTC; a day begins at the operator's midnight."""
    if not isinstance(given, datetime):
        given = datetime.combine(given, time())
    if given.tzinfo is not None:
        return given.astimezone(UTC)
    # Without a zone, `astimezone` takes the system's, which is what no configured zone means.
    return (given.replace(tzinfo=zone) if zone else given).astimezone(UTC)


def _key(one: Any) -> str:
    """What names an occurrence: the start its rule gave it, wherever it was moved to."""
    named = one.get("RECURRENCE-ID") or one["DTSTART"]
    moment: date | datetime = named.dt
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return utc(moment)
    return moment.strftime("%Y%m%dT%H%M%S" if isinstance(moment, datetime) else "%Y%m%d")


def _people(one: Any, me: frozenset[str]) -> tuple[tuple[Person, ...], bool]:
    """Everybody but us, the organizer first; and whether we declined."""
    others: dict[str, Person] = {}
    declined = False
    for name in ("ORGANIZER", "ATTENDEE"):
        given = one.get(name)
        for value in given if isinstance(given, list) else [given] if given is not None else []:
            params = getattr(value, "params", {})
            if str(params.get("CUTYPE", "")).upper() in ("ROOM", "RESOURCE"):
                continue
            address = _address(str(value))
            if address in me:
                declined = declined or str(params.get("PARTSTAT", "")).upper() == "DECLINED"
            elif address:
                called = safe_line(storable(str(params.get("CN", ""))), 80)
                others.setdefault(address, Person(address, "" if "@" in called else called))
    return tuple(others.values())[:MAX_PEOPLE], declined


def _address(value: str) -> str | None:
    scheme, _, address = value.partition(":")
    if scheme.lower() != "mailto":
        return None
    try:
        return parse_address(address.strip())
    except UsageError:
        return None


def _created(event: Any) -> datetime | None:
    given = event.get("CREATED")
    moment = getattr(given, "dt", None)
    if not isinstance(moment, datetime):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
