"""Trying a calendar's login: reached, let in, a calendar found. Nothing is read or changed."""

from __future__ import annotations

from caseyos.connectors.caldav import CalendarAccount
from caseyos.domain.text import safe_line


def try_calendar(account: CalendarAccount) -> tuple[str, ...]:
    """What was found, in sentences; LoginRequired, TryLater or ConfigError where it fails."""
    with account.opened() as calendar:
        synced = calendar.token() is not None
    changes = "it tells what changed" if synced else "it is read whole every time"
    return (
        f"Logged in to {safe_line(account.url, 80)} as {safe_line(account.user, 60)}.",
        f"The calendar is {safe_line(calendar.path, 80)}; {changes}.",
    )
