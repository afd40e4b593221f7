"""How due dates and reasons are said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from caseyos.cli.drawing import because
from caseyos.cli.shown import due_label

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "label"),
    [
        (None, "any"),
        (NOW, "now"),
        (NOW - timedelta(hours=3), "now"),
        (NOW - timedelta(days=1), "1 d late"),
        (NOW - timedelta(days=400), "400 d late"),
        (NOW + timedelta(hours=6), "15:00"),
        (NOW + timedelta(days=1), "tomorrow"),
        (NOW + timedelta(days=3), "Fri"),
        (NOW + timedelta(days=30), "24 Dec"),
        (NOW + timedelta(days=400), "29 Dec 2027"),
        (datetime(2026, 11, 24, 23, 59, tzinfo=UTC), "23:59"),
    ],
)
def test_due_labels(due: datetime | None, label: str) -> None:
    assert due_label(due, NOW, UTC) == label


def test_a_reason_goes_on_after_because() -> None:
    assert because("High value") == "because high value"
    assert because(None).startswith("because it was")
