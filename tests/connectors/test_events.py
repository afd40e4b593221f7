"""What a calendar object says: every kind of time, series and their exceptions, hostile ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseyos.connectors.events import Event, NotAnEvent, read_event

ME = frozenset({"casey@ours.example"})
NEW_YORK, LISBON = ZoneInfo("America/New_York"), ZoneInfo("Europe/Lisbon")
WITH_DANA = "ORGANIZER:mailto:casey@ours.example\nATTENDEE;CN=Dana Reyes:mailto:Dana@Theirs.example"


def ics(*events: str, uid: str = "u1") -> bytes:
    parts = [
        f"BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20261101T000000Z\n{event}\nEND:VEVENT"
        for event in events
    ]
    whole = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *parts, "END:VCALENDAR", ""])
    return whole.replace("\n", "\r\n").encode()


def read(data: bytes, around: str, days: int = 15, zone: ZoneInfo = LISBON) -> Event:
    start = datetime.fromisoformat(around).replace(tzinfo=UTC)
    event = read_event(data, start=start, end=start + timedelta(days=days), zone=zone, me=ME)
    assert event is not None
    return event


def begins(event: Event) -> list[str]:
    return sorted(one.begins.strftime("%m-%d %H:%M") for one in event.occurrences)


def test_a_meeting_with_somebody_else() -> None:
    data = ics(
        f"DTSTART:20261201T140000Z\nDTEND:20261201T150000Z\nSUMMARY:Plan\\, next\n{WITH_DANA}\n"
        "CREATED:20261120T080000Z"
    )
    event = read(data, "2026-11-24")
    (one,) = event.occurrences
    assert (event.uid, event.ours, event.repeats) == ("u1", False, False)
    assert event.created == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert (one.key, one.title) == ("", "Plan, next")
    assert one.begins == datetime(2026, 12, 1, 14, tzinfo=UTC)
    assert one.ends == datetime(2026, 12, 1, 15, tzinfo=UTC)
    assert [(p.email, p.name) for p in one.people] == [("dana@theirs.example", "Dana Reyes")]


@pytest.mark.parametrize(
    "who",
    [
        "",
        "ATTENDEE:mailto:casey@ours.example",
        "ATTENDEE;CUTYPE=ROOM:mailto:room@ours.example",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:casey@ours.example\nATTENDEE:mailto:dana@theirs.example",
        f"{WITH_DANA}\nSTATUS:CANCELLED",
        "ATTENDEE:tel:+351",
        "ATTENDEE:mailto:nonsense",
    ],
)
def test_what_is_no_meeting_with_others_is_none(who: str) -> None:
    assert read(ics(f"DTSTART:20261201T140000Z\n{who}".strip()), "2026-11-24").occurrences == ()


def test_an_invitation_of_somebody_else_names_them_first() -> None:
    who = "ATTENDEE:mailto:casey@ours.example\nATTENDEE:mailto:x@theirs.example\nORGANIZER:mailto:o@theirs.example"
    (one,) = read(ics(f"DTSTART:20261201T140000Z\n{who}"), "2026-11-24").occurrences
    assert [person.email for person in one.people] == ["o@theirs.example", "x@theirs.example"]


@pytest.mark.parametrize(("uid", "more"), [("0190@caseyos", ""), ("u", "X-CASEYOS-EXECUTION:1\n")])
def test_our_own_is_known_by_its_marker(uid: str, more: str) -> None:
    assert read(ics(f"DTSTART:20261201T140000Z\n{more}{WITH_DANA}", uid=uid), "2026-11-24").ours


CLOCK_CHANGES = [
    # zone, week around the change, wall time, each day's time in UTC from the day before on
    ("America/New_York", "2026-10-31", "093000", ["13:30", "14:30", "14:30"]),
    ("America/New_York", "2026-03-07", "093000", ["14:30", "13:30", "13:30"]),
    ("Europe/Lisbon", "2026-10-24", "093000", ["08:30", "09:30", "09:30"]),
    ("Europe/Lisbon", "2026-03-28", "093000", ["09:30", "08:30", "08:30"]),
    # A time that does not exist that day is taken with the offset before the gap (3.3.5).
    ("America/New_York", "2026-03-07", "023000", ["07:30", "07:30", "06:30"]),
    ("Europe/Lisbon", "2026-03-28", "013000", ["01:30", "01:30", "00:30"]),
    # One that exists twice is the first of the two.
    ("America/New_York", "2026-10-31", "013000", ["05:30", "05:30", "06:30"]),
    ("Europe/Lisbon", "2026-10-24", "013000", ["00:30", "00:30", "01:30"]),
]


@pytest.mark.parametrize("kind", ["zoned", "floating", "by VTIMEZONE"])
@pytest.mark.parametrize(("zone", "day", "wall", "utc"), CLOCK_CHANGES)
def test_a_daily_meeting_keeps_its_wall_time_over_a_clock_change(
    zone: str, day: str, wall: str, utc: list[str], kind: str
) -> None:
    stamp = f"{day.replace('-', '')}T{wall}"
    params = "" if kind == "floating" else f";TZID={zone}"
    data = ics(f"DTSTART{params}:{stamp}\nDURATION:PT30M\nRRULE:FREQ=DAILY;COUNT=3\n{WITH_DANA}")
    if kind == "by VTIMEZONE":
        from icalendar import Calendar

        calendar = Calendar.from_ical(data)
        calendar.add_missing_timezones()
        data = calendar.to_ical()
        assert b"BEGIN:VTIMEZONE" in data
    event = read(data, day, zone=ZoneInfo(zone))
    found = sorted(event.occurrences, key=lambda one: one.begins)
    assert [one.begins.strftime("%H:%M") for one in found] == utc
    assert {one.ends - one.begins for one in found} == {timedelta(minutes=30)}
    assert len({one.key for one in found}) == 3


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (NEW_YORK, "20261101", 25),
        (NEW_YORK, "20260308", 23),
        (LISBON, "20261025", 25),
        (LISBON, "20260329", 23),
    ],
)
def test_a_whole_day_is_the_operators_day(zone: ZoneInfo, day: str, hours: int) -> None:
    around = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    for more in ("", "\nRRULE:FREQ=WEEKLY;COUNT=1"):
        data = ics(f"DTSTART;VALUE=DATE:{day}{more}\n{WITH_DANA}")
        (one,) = read(data, around, zone=zone).occurrences
        assert one.begins.astimezone(zone).strftime("%Y%m%d %H:%M") == f"{day} 00:00"
        assert one.ends - one.begins == timedelta(hours=hours)


def test_a_series_with_its_exceptions() -> None:
    data = ics(
        "DTSTART;TZID=America/New_York:20261026T090000\nDTEND;TZID=America/New_York:20261026T100000\n"
        "RRULE:FREQ=DAILY;UNTIL=20261103T140000Z\nEXDATE;TZID=America/New_York:20261028T090000\n"
        f"SUMMARY:Daily\n{WITH_DANA}",
        "RECURRENCE-ID;TZID=America/New_York:20261030T090000\n"
        "DTSTART;TZID=America/New_York:20261030T150000\nDTEND;TZID=America/New_York:20261030T160000\n"
        f"SUMMARY:Moved\n{WITH_DANA}",
        "RECURRENCE-ID;TZID=America/New_York:20261031T090000\nSTATUS:CANCELLED\n"
        f"DTSTART;TZID=America/New_York:20261031T090000\n{WITH_DANA}",
    )
    event = read(data, "2026-10-25")
    assert begins(event) == [
        *("10-26 13:00", "10-27 13:00", "10-29 13:00", "10-30 19:00"),
        *("11-01 14:00", "11-02 14:00", "11-03 14:00"),  # UNTIL is met exactly
    ]
    moved = next(one for one in event.occurrences if one.title == "Moved")
    assert moved.key == "20261030T130000Z"  # the start its rule gave it


def test_a_series_is_told_of_in_the_window_and_at_least_once_more() -> None:
    data = ics(f"DTSTART:20261201T140000Z\nRRULE:FREQ=WEEKLY\n{WITH_DANA}")
    assert len(read(data, "2026-12-01", days=14).occurrences) == 2
    assert begins(read(data, "2026-10-01", days=14)) == ["12-01 14:00"]
    assert begins(read(data, "2027-01-06", days=3)) == ["01-12 14:00"]
    over = ics(f"DTSTART:20261101T140000Z\nRRULE:FREQ=WEEKLY;COUNT=2\n{WITH_DANA}")
    assert read(over, "2026-12-01").occurrences == ()


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ("SUMMARY:no start", "no start"),
        ("DTSTART:20261201T140000Z\nRRULE:FREQ=SECONDLY", "more often than daily"),
        ("DTSTART:20261201T140000Z\nRRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", "more often"),
        ("DTSTART:20261201T140000Z\nRRULE:FREQ=DAILY;BYSECOND=1,2,3", "more often"),
        ("DTSTART:20261201T140000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "days of months"),
        ("DTSTART:00010101T000000Z\nRRULE:FREQ=DAILY", "the year 1"),
        ("DTSTART:99991231T235959Z", "the year 9999"),
        ("DTSTART:nonsense", "no start|cannot be read"),
        ("DTSTART:20261201T140000Z\nDTEND:20261201", ""),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(event: str, why: str) -> None:
    try:
        read(ics(f"{event}\n{WITH_DANA}"), "2026-12-01")
    except NotAnEvent as refused:
        assert why
        assert any(part in str(refused) for part in why.split("|"))
    else:
        assert not why


def test_a_rule_that_never_comes_true_ends() -> None:
    data = ics(f"DTSTART:20261201T140000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\n{WITH_DANA}")
    # The start itself counts as the first of a series (RFC 5545, 3.8.5.3).
    assert begins(read(data, "2026-12-01")) == ["12-01 14:00"]
    assert read(data, "2026-12-02").occurrences == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff",
        b"BEGIN:VCALENDAR",
        b"x" * 2_000_000,
        ics("DTSTART:20261201T140000Z", uid=""),
    ],
)
def test_bytes_that_are_no_event_are_refused(data: bytes) -> None:
    with pytest.raises(NotAnEvent):
        read(data, "2026-12-01")


def test_two_events_in_one_object_are_refused() -> None:
    other = ics("DTSTART:20261201T140000Z", uid="u2")
    body = other[other.index(b"BEGIN:VEVENT") : other.index(b"END:VCALENDAR")]
    data = ics("DTSTART:20261201T140000Z").replace(b"END:VCALENDAR", body + b"END:VCALENDAR")
    with pytest.raises(NotAnEvent, match="no UID, or several"):
        read(data, "2026-12-01")


def test_an_object_without_events_is_nothing() -> None:
    todo = b"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:t\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    now = datetime(2026, 12, 1, tzinfo=UTC)
    assert read_event(todo, start=now, end=now, zone=None, me=ME) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_an_event_or_a_sentence(summary: str, value: str) -> None:
    data = ics(f"DTSTART:20261201T140000Z\nSUMMARY:{summary}\nDTEND:{value}\n{WITH_DANA}")
    try:
        event = read(data, "2026-12-01")
    except NotAnEvent:
        return
    except UnicodeError:
        return
    for one in event.occurrences:
        assert one.title.isprintable()
        assert one.ends >= one.begins
