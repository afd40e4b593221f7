"""What a value may be beyond its type: ranges, sums, order, and texts that must parse."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from caseyos.config.connections import connection_problems
from caseyos.config.durations import parse_duration, parse_hours
from caseyos.config.model import File
from caseyos.config.problem import Problem

DURATIONS = [
    "execution.lease",
    "guard.breaker_wait",
    "guard.window",
    "send.hold",
    "send.validity",
    "send.recontact_after",
    "learning.maturity",
    "queue.expire_after",
    "queue.list_valid",
    "queue.plan_valid",
    "retention.drafts",
    "retention.signals",
    "retention.outcomes",
    "retention.audit",
    "alerts.window",
]


SOURCE_KINDS = ("calendar", "csv", "imap", "maildir", "mbox")

# A URL, or libpq's own form: key=value pairs.
_DATABASE = re.compile(r"postgres(ql)?(\+psycopg)?://|\s*\w+\s*=")


def problems(settings: File) -> Iterator[Problem]:
    """Every value of `settings` that is out of its range."""
    yield from _texts(settings)
    yield from _score(settings)
    yield from _limits(settings)
    yield from _guard(settings)
    if not 0 <= settings.ui.floor <= 100:
        yield Problem("ui.floor", f"expected 0 to 100, got {settings.ui.floor}")
    if settings.ui.glyphs not in ("auto", "unicode", "ascii"):
        yield Problem("ui.glyphs", f"expected auto, unicode or ascii, got {settings.ui.glyphs!r}")
    yield from _one_of("telemetry.crash_reports", settings.telemetry.crash_reports, ("off", "on"))
    for number, source in enumerate(settings.source):
        yield from _one_of("source.kind", source.kind, SOURCE_KINDS)
        if not source.name or ":" in source.name:
            yield Problem("source", f"source {number + 1} needs a name without a colon")
        yield from _parsed("source", source.every, parse_duration)
    yield from connection_problems(settings)
    for name, job in settings.jobs.items():
        if job.every is not None:
            yield from _parsed(f"jobs.{name}.every", job.every, parse_duration)


def _texts(settings: File) -> Iterator[Problem]:
    for key in DURATIONS:
        section, name = key.split(".")
        yield from _parsed(key, getattr(getattr(settings, section), name), parse_duration)
    yield from _parsed("calendar.business_hours", settings.calendar.business_hours, parse_hours)
    if settings.send.quiet_hours:
        yield from _parsed("send.quiet_hours", settings.send.quiet_hours, parse_hours)
    if settings.database.url and not _DATABASE.match(settings.database.url):
        # Not repeated: it may hold a password.
        yield Problem("database.url", "expected postgresql://USER@HOST/DATABASE")
    if settings.timezone:
        yield from _parsed("timezone", settings.timezone, _zone)
    for day in settings.calendar.holidays:
        yield from _parsed("calendar.holidays", day, _date)
    days = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
    if not settings.calendar.business_days or set(settings.calendar.business_days) - days:
        yield Problem("calendar.business_days", "expected days such as mon, tue, wed")
    host, colon, port = settings.http.listen.rpartition(":")
    if not (host and colon and port.isdigit() and int(port) < 65536):
        yield Problem("http.listen", f"expected host:port, got {settings.http.listen!r}")


def _score(settings: File) -> Iterator[Problem]:
    weights = settings.score.weights
    parts = (weights.revenue, weights.urgency, weights.effort, weights.strategic)
    total = sum(parts)
    if not all(math.isfinite(part) and part >= 0 for part in parts) or abs(total - 100) > 1e-6:
        yield Problem("score.weights", f"the four weights must add up to 100, not {total:g}")
    for factor in ("revenue", "urgency", "effort"):
        knots = getattr(settings.score.knots, factor)
        inputs = [knot[0] for knot in knots]
        rising = all(a < b for a, b in itertools.pairwise(inputs))
        if len(knots) < 2 or not rising or not all(0 <= value <= 1 for _, value in knots):
            yield Problem(
                f"score.knots.{factor}", "expected rising inputs, each with a value from 0 to 1"
            )
    for name in ("sectors", "countries", "employees", "revenue"):
        criterion = getattr(settings.icp, name)
        if criterion is not None and not (
            math.isfinite(criterion.weight) and criterion.weight >= 0
        ):
            yield Problem(f"icp.{name}", f"expected a weight of 0 or more, got {criterion.weight}")
    if not 0 <= settings.learning.explore <= 1:
        yield Problem("learning.explore", f"expected 0 to 1, got {settings.learning.explore}")


def _limits(settings: File) -> Iterator[Problem]:
    for action in settings.limits.__struct_fields__:
        limit = getattr(settings.limits, action)
        yield from _parsed(f"limits.{action}.spacing", limit.spacing, parse_duration)
        for name in ("per_hour", "per_day", "per_recipient_per_week", "per_domain_per_day"):
            value = getattr(limit, name)
            if value is not None and value < 0:
                yield Problem(f"limits.{action}.{name}", f"expected 0 or more, got {value}")


def _guard(settings: File) -> Iterator[Problem]:
    for name in ("bounce_rate", "complaint_rate", "error_rate"):
        rate = getattr(settings.guard, name)
        if not 0 <= rate <= 1:
            yield Problem(f"guard.{name}", f"expected 0 to 1, got {rate}")
    for name, least in (("breaker_failures", 1), ("min_sends", 1)):
        value = getattr(settings.guard, name)
        if value < least:
            yield Problem(f"guard.{name}", f"expected {least} or more, got {value}")
    if settings.send.warm_up < 0:
        yield Problem("send.warm_up", f"expected 0 or more, got {settings.send.warm_up}")


def _one_of(key: str, value: str, known: Iterable[str]) -> Iterator[Problem]:
    names = list(known)
    if value not in names:
        near = get_close_matches(value, names, n=1, cutoff=0.4)
        hint = f"; did you mean {near[0]}?" if near else ""
        yield Problem(key, f"expected {', '.join(names[:-1])} or {names[-1]}, got {value!r}{hint}")


def _parsed(key: str, text: str, parse: Callable[[str], Any]) -> Iterator[Problem]:
    try:
        parse(text)
    except ValueError as error:
        yield Problem(key, str(error))


def _zone(name: str) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}; one is Europe/Lisbon") from None


def _date(text: str) -> None:
    from datetime import date

    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"expected a date such as 2026-12-25, got {text!r}") from None
