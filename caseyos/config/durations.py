"""Lengths of time as people write them in the configuration: `30s`, `15m`, `4h`, `7d`, `2w`."""

from __future__ import annotations

import re
from datetime import time, timedelta

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d{1,6}(?:\.\d+)?)\s*([smhdw])")


def parse_duration(text: str) -> timedelta:
    """The length of time `text` names; ValueError says what was expected."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"expected a length of time such as 30s, 15m, 4h or 7d, got {text!r}")
    return timedelta(seconds=float(match[1]) * _UNITS[match[2]])


def parse_hours(text: str) -> tuple[time, time]:
    """The two times of `19:00-07:30`; ValueError says what was expected."""
    match = re.fullmatch(r"(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)", text.strip())
    try:
        if match is None:
            raise ValueError
        first, second = (time(int(match[i]), int(match[i + 1])) for i in (1, 3))
    except ValueError:
        raise ValueError(f"expected two times such as 19:00-07:30, got {text!r}") from None
    return first, second
