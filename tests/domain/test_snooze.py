"""Every word people use for "later", in zones whose clocks change on them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseyos.domain.snooze import parse_when
from caseyos.errors import UsageError

NEW_YORK = ZoneInfo("America/New_York")
LISBON = ZoneInfo("Europe/Lisbon")
TUESDAY = datetime(2026, 11, 24, 9, 12, tzinfo=NEW_YORK)


def when(words: str, now: datetime = TUESDAY) -> str:
    found = parse_when(words, now.astimezone(UTC), now.tzinfo)
    assert found is not None
    assert found.tzinfo is UTC
    return found.astimezone(now.tzinfo).strftime("%a %d %b %H:%M")


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("later", "Tue 24 Nov 12:12"),
        ("later today", "Tue 24 Nov 12:12"),
        ("tonight", "Tue 24 Nov 19:00"),
        ("tomorrow", "Wed 25 Nov 08:00"),
        ("Tomorrow 14:30", "Wed 25 Nov 14:30"),
        ("tomorrow at 7:05", "Wed 25 Nov 07:05"),
        ("today 23:59", "Tue 24 Nov 23:59"),
        ("monday", "Mon 30 Nov 08:00"),
        ("tuesday", "Tue 01 Dec 08:00"),  # today's name means the next one
        ("wednesday", "Wed 25 Nov 08:00"),
        ("thursday", "Thu 26 Nov 08:00"),
        ("friday", "Fri 27 Nov 08:00"),
        ("saturday", "Sat 28 Nov 08:00"),
        ("sunday", "Sun 29 Nov 08:00"),
        ("mon", "Mon 30 Nov 08:00"),
        ("tues 14:00", "Tue 01 Dec 14:00"),
        ("next week", "Mon 30 Nov 08:00"),
        ("30m", "Tue 24 Nov 09:42"),
        ("45 min", "Tue 24 Nov 09:57"),
        ("2h", "Tue 24 Nov 11:12"),
        ("in 1 hour", "Tue 24 Nov 10:12"),
        ("3d", "Fri 27 Nov 08:00"),
        ("1 day", "Wed 25 Nov 08:00"),
        ("2w", "Tue 08 Dec 08:00"),
        ("in 2 weeks", "Tue 08 Dec 08:00"),
        ("2026-12-01", "Tue 01 Dec 08:00"),
        ("2026-12-01 16:45", "Tue 01 Dec 16:45"),
        ("  NEXT   Week ", "Mon 30 Nov 08:00"),
    ],
)
def test_words(words: str, moment: str) -> None:
    assert when(words) == moment


@pytest.mark.parametrize("words", ["reply", "until reply", " Reply "])
def test_until_a_reply_is_no_moment(words: str) -> None:
    assert parse_when(words, TUESDAY, NEW_YORK) is None


@pytest.mark.parametrize(
    "words",
    [
        "",
        "soon",
        "mo",
        "tomorrow 25:00",
        "tomorrow 12:60",
        "2026-13-01",
        "2026-02-30",
        "5",
        "2y",
        "-1h",
        "99999h",
        "later please",
        "\x1b[2J",
        "tuesday 9",
        "in weeks",
    ],
)
def test_what_is_no_time(words: str) -> None:
    with pytest.raises(UsageError, match="is no time I know") as refusal:
        parse_when(words, TUESDAY, NEW_YORK)
    assert "\x1b" not in refusal.value.message
    assert refusal.value.hint


@pytest.mark.parametrize("words", ["today", "2026-11-24 09:12", "2020-01-01", "0m", "0001-01-01"])
def test_the_past_is_refused(words: str) -> None:
    with pytest.raises(UsageError, match="is in the past"):
        parse_when(words, TUESDAY.astimezone(UTC), NEW_YORK)


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC"])
@pytest.mark.parametrize("words", ["9999-12-31 23:59", "9999-12-31 00:00", "9999w"])
def test_the_end_of_the_calendar_is_a_sentence(words: str, zone: str) -> None:
    with pytest.raises(UsageError, match="over a century away"):
        parse_when(words, TUESDAY.astimezone(UTC), ZoneInfo(zone))


# now (local), words, and the moment in UTC. New York: 8 March and 1 November 2026;
# Lisbon: 29 March and 25 October 2026.
@pytest.mark.parametrize(
    ("zone", "now", "words", "utc"),
    [
        (NEW_YORK, "2026-03-07 09:00", "tomorrow", "2026-03-08 12:00"),  # 8 is EDT by then
        (NEW_YORK, "2026-03-07 09:00", "1d", "2026-03-08 12:00"),
        (NEW_YORK, "2026-03-08 01:30", "2h", "2026-03-08 08:30"),  # two real hours
        (NEW_YORK, "2026-03-08 00:30", "later", "2026-03-08 08:30"),
        (NEW_YORK, "2026-03-07 20:00", "tomorrow 02:30", "2026-03-08 07:30"),  # no such time
        (NEW_YORK, "2026-03-08 01:00", "tonight", "2026-03-08 23:00"),
        (NEW_YORK, "2026-03-07 09:00", "2w", "2026-03-21 12:00"),
        (NEW_YORK, "2026-10-31 09:00", "tomorrow", "2026-11-01 13:00"),  # 8 is EST by then
        (NEW_YORK, "2026-10-31 09:00", "next week", "2026-11-02 13:00"),
        (NEW_YORK, "2026-11-01 00:30", "2h", "2026-11-01 06:30"),  # 01:30 the second time
        (NEW_YORK, "2026-10-31 20:00", "tomorrow 01:30", "2026-11-01 05:30"),  # the first of two
        (NEW_YORK, "2026-10-31 20:00", "sunday", "2026-11-01 13:00"),
        (LISBON, "2026-03-28 09:00", "tomorrow", "2026-03-29 07:00"),
        (LISBON, "2026-03-29 00:30", "2h", "2026-03-29 02:30"),
        (LISBON, "2026-03-28 20:00", "tomorrow 01:30", "2026-03-29 01:30"),  # no such time
        (LISBON, "2026-03-28 20:00", "1w", "2026-04-04 07:00"),
        (LISBON, "2026-10-24 09:00", "tomorrow", "2026-10-25 08:00"),
        (LISBON, "2026-10-25 00:30", "2h", "2026-10-25 01:30"),
        (LISBON, "2026-10-24 20:00", "tomorrow 01:30", "2026-10-25 00:30"),
        (LISBON, "2026-10-24 20:00", "monday", "2026-10-26 08:00"),
    ],
)
def test_the_days_the_clock_changes(zone: ZoneInfo, now: str, words: str, utc: str) -> None:
    local = datetime.fromisoformat(now).replace(tzinfo=zone)
    found = parse_when(words, local.astimezone(UTC), zone)
    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_one_minute_to_midnight() -> None:
    now = datetime(2026, 11, 24, 23, 59, tzinfo=LISBON)
    assert when("tomorrow", now) == "Wed 25 Nov 08:00"
    assert when("2m", now) == "Wed 25 Nov 00:01"
    with pytest.raises(UsageError, match="past"):
        when("tonight", now)


def test_the_systems_zone_is_asked_for_the_day_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a configured zone the offset of today must not stick to a day after the change."""
    import time

    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        now = datetime(2026, 10, 31, 13, 0, tzinfo=UTC)
        assert parse_when("tomorrow", now, None) == datetime(2026, 11, 1, 13, tzinfo=UTC)
        assert parse_when("2h", now, None) == datetime(2026, 10, 31, 15, tzinfo=UTC)
    finally:
        monkeypatch.undo()
        time.tzset()


@given(st.text(max_size=30), st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))
def test_any_words_give_a_later_moment_or_a_sentence(words: str, now: datetime) -> None:
    present = now.replace(tzinfo=UTC)
    try:
        found = parse_when(words, present, NEW_YORK)
    except UsageError:
        return
    assert found is None or found > present
