"""Tables, bars, widths and times, drawn by hand."""

from __future__ import annotations

import time

import pytest

from caseyos.cli.drawing import (
    SystemZone,
    bar,
    cell_width,
    due_label,
    next_lines,
    status_line,
    table,
    to_ascii,
    today_lines,
    unicode_wanted,
    width,
)
from caseyos.cli.shown import DrawnMove, NamedZone

NOW = 1_795_500_000.0  # a Tuesday
COUNTS = {"pending": 3, "due": 0, "accepted": 0, "outbox": 0, "unknown": 0}


@pytest.mark.parametrize(
    ("text", "cells"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("🚀", 2), ("", 0)]
)
def test_cells_are_counted_as_terminals_do(text: str, cells: int) -> None:
    assert cell_width(text) == cells


def test_tables_line_up_with_wide_characters() -> None:
    lines = table(("a", "b"), [("漢字", "x"), ("abc", "y")], widths=(10, None))
    assert (
        len({cell_width(line[: line.rindex(c)]) for line, c in zip(lines[1:], "xy", strict=True)})
        == 1
    )


def test_bars_stay_within_their_width() -> None:
    assert [bar(share, 4) for share in (-1, 0, 0.5, 1, 9)] == [
        "░░░░",
        "░░░░",
        "██░░",
        "████",
        "████",
    ]
    assert to_ascii("█░ “x” → 漢") == '#. "x" > ?'


def test_days_are_counted_across_a_new_year_and_a_leap_day() -> None:
    from zoneinfo import ZoneInfo

    zone = NamedZone(ZoneInfo("Pacific/Auckland"))
    new_year = time.mktime((2028, 2, 28, 12, 0, 0, 0, 0, 0)) - time.timezone
    assert due_label(new_year + 86_400, new_year, zone) == "tomorrow"
    assert due_label(new_year - 86_400, new_year, zone) == "1 d late"
    assert due_label(new_year - 1100 * 86_400, new_year, zone) == "3 y late"


def test_the_list_says_when_there_is_nothing() -> None:
    later = today_lines([], COUNTS, NOW, SystemZone(), mode="safe", columns=80)
    assert later[0].endswith("3 open · 0 due today · SAFE mode")
    assert "come later" in later[2]
    none = today_lines([], COUNTS | {"pending": 0}, NOW, SystemZone(), mode="live", columns=80)
    assert "LIVE" in none[0]
    assert "caseyos import" in "".join(none)


def test_a_hostile_title_is_harmless_in_the_list_and_alone() -> None:
    row = DrawnMove("m7k2", 50.0, "\x1b[2J[/b]\u202e", None, NOW, "because\x07")
    lines = today_lines([row], COUNTS | {"due": 9}, NOW, SystemZone(), mode="safe", columns=80)
    told = "\n".join([*lines, *next_lines(row)])
    assert "\x1b" not in told and "\x07" not in told and "\u202e" not in told
    assert "8 more due today" in told


def test_the_status_names_what_is_there() -> None:
    counts = COUNTS | {"accepted": 1, "outbox": 2, "unknown": 3}
    assert status_line(counts, ["all"], "safe") == (
        "3 open · 0 due · 1 accepted · 2 in the outbox · 3 UNKNOWN · stopped: all · SAFE"
    )


@pytest.mark.parametrize(
    ("columns", "drawn"), [("80", 80), ("7", 60), ("900", 160), ("x", 100), ("-5", 100), ("٣", 100)]
)
def test_the_width_is_kept_within_reason(columns: str, drawn: int) -> None:
    assert width({"COLUMNS": columns}) == drawn


def test_a_locale_that_cannot_show_more_gets_ascii() -> None:
    assert unicode_wanted({}) and unicode_wanted({"LANG": "pt_PT.UTF-8"})
    assert not unicode_wanted({"LC_ALL": "de_DE.ISO-8859-1", "LANG": "pt_PT.UTF-8"})
