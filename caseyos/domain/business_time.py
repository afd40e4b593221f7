"""The operator's business days: counting them and adding them. Dates only, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Which days count; weekdays by number, Monday 0."""

    weekdays: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = field(default_factory=frozenset)

    def counts(self, day: date) -> bool:
        """Whether `day` is a business day."""
        return day.weekday() in self.weekdays and day not in self.holidays

    def between(self, start: date, end: date) -> int:
        """Business days after `start` up to and including `end`; 0 when `end` is not later."""
        if end <= start:
            return 0
        weeks, rest = divmod((end - start).days, 7)
        days = weeks * len(self.weekdays)
        day = start + timedelta(weeks=weeks)
        for _ in range(rest):
            day += timedelta(days=1)
            days += day.weekday() in self.weekdays
        return days - sum(
            1 for day in self.holidays if start < day <= end and day.weekday() in self.weekdays
        )

    def add(self, start: date, days: int) -> date:
        """The day that is `days` business days after `start`."""
        day = start
        while days > 0:
            day += timedelta(days=1)
            days -= self.counts(day)
        return day


def calendar(days: list[str], holidays: list[str]) -> BusinessCalendar:
    """The calendar of the configured day names and ISO dates."""
    return BusinessCalendar(
        frozenset(DAY_NAMES.index(name) for name in days),
        frozenset(date.fromisoformat(day) for day in holidays),
    )
