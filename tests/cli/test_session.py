"""The clock, the zone, the names of moves."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from caseyos.cli.session import moment
from caseyos.errors import UsageError
from tests.cli.reading import data, said
from tests.conftest import Run


def test_a_bare_date_is_nine_in_the_morning_of_the_zone() -> None:
    assert moment("2026-07-01", ZoneInfo("America/New_York")) == datetime(
        2026, 7, 1, 13, tzinfo=UTC
    )
    assert moment("2026-07-01T14:30+02:00", None) == datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
    with pytest.raises(UsageError, match="2026-02-30"):
        moment("2026-02-30", None)


def test_the_zone_is_shown_and_an_unknown_one_refused(demo: Run) -> None:
    assert "JST" in said(demo, "signals", "list", "--tz", "Asia/Tokyo")
    assert "Europe/Lisbon" in said(demo, "today", "--tz", "Mars/Olympus", code=2)


def test_a_later_clock_makes_more_due(demo: Run) -> None:
    now = {move["id"] for move in data(demo, "today", "--limit", "100")}
    later = {move["id"] for move in data(demo, "today", "--limit", "100", "--as-of", "2099-01-01")}
    assert now < later
