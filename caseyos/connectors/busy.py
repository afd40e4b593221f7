"""When a calendar is taken (VFREEBUSY, RFC 5545, 3.6.4), as spans in UTC that do not overlap."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

Span = tuple[datetime, datetime]
MAX_SPANS = 2_000


def busy_spans(data: bytes) -> list[Span]:
    """The spans of a VFREEBUSY, joined and in order; none where it cannot be read."""
    from icalendar import Calendar

    try:
        parsed: Any = Calendar.from_ical(data)
        spans = [span for one in parsed.walk("VFREEBUSY") for span in _spans(one)]
    except Exception:  # noqa: BLE001 - a parser of foreign text has more ways to fail than names
        return []
    return joined(spans)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch made one."""
    found: list[Span] = []
    for begins, ends in sorted(spans)[:MAX_SPANS]:
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(ends, found[-1][1]))
        else:
            found.append((begins, ends))
    return found


def _spans(component: Any) -> Iterable[Span]:
    given = component.get("FREEBUSY")
    # One property is a value, several are a list, and each may hold several periods.
    for value in given if isinstance(given, list) else [given] if given is not None else []:
        if str(getattr(value, "params", {}).get("FBTYPE", "BUSY")).upper() == "FREE":
            continue
        for period in getattr(value, "dts", None) or [value]:
            start = getattr(period, "start", None)
            end = getattr(period, "end", None)
            if isinstance(start, datetime) and isinstance(end, datetime) and end > start:
                yield _utc(start), _utc(end)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
