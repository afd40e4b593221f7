"""Lengths of time and pairs of times, as people write them."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseyos.config.durations import parse_duration, parse_hours


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("4h", timedelta(hours=4)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
        ("1.5h", timedelta(minutes=90)),
        (" 10 m ", timedelta(minutes=10)),
        ("0s", timedelta()),
    ],
)
def test_lengths(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "text", ["", "30", "s", "-1h", "1h30m", "1y", "1 hour", "1e3s", "9999999d", "infs", "١"]
)
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(ValueError, match="such as 30s, 15m, 4h or 7d, got"):
        parse_duration(text)


@given(st.integers(0, 999_999), st.sampled_from("smhdw"))
def test_any_number_of_any_unit(number: int, unit: str) -> None:
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}[unit]
    assert parse_duration(f"{number}{unit}").total_seconds() == number * seconds


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("19:00-07:30", (time(19), time(7, 30))),
        ("9:00 - 17:00", (time(9), time(17))),
        (" 00:00-23:59 ", (time(0), time(23, 59))),
    ],
)
def test_hours(text: str, pair: tuple[time, time]) -> None:
    assert parse_hours(text) == pair


@pytest.mark.parametrize("text", ["", "19-7", "19:00", "24:00-07:00", "19:60-07:00", "7pm-8am"])
def test_what_are_no_hours(text: str) -> None:
    with pytest.raises(ValueError, match="such as 19:00-07:30, got"):
        parse_hours(text)
