"""The guardrails in their order (SPEC section 7): policy and facts in, a verdict out.

Mode and kill switch, suppression, acceptance, validity, quiet hours, limits. The channel's breaker
comes with the outside channels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from caseyos.domain.model import EMAIL_ACTIONS, ActionType, Verdict

ALLOWED = Verdict(True)
WRITES_TO_PEOPLE = frozenset({*EMAIL_ACTIONS, ActionType.SCHEDULE_MEETING})


@dataclass(frozen=True, slots=True)
class Switch:
    """One engaged level of the kill switch: all, outbound, an action type, a channel."""

    level: str
    until: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Switchboard:
    """Mode (with its end) and the engaged stops."""

    mode: str
    until: datetime | None
    stops: tuple[Switch, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """The limits of one action type; None does not limit."""

    per_hour: int | None
    per_day: int | None
    per_recipient_per_week: int | None
    per_domain_per_day: int | None
    spacing: timedelta


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is about to be done, as far as the guardrails care."""

    action_type: str
    channel: str
    outside: bool
    recipient: str | None
    request_hash: str
    accepted_hash: str | None
    not_after: datetime | None


@dataclass(frozen=True, slots=True)
class Policy:
    """What the configuration says."""

    actions_enabled: bool
    quiet_hours: tuple[time, time] | None
    zone: tzinfo | None
    limits: Mapping[str, Limit]
    stop_file: bool = False


def judge(
    attempt: Attempt, policy: Policy, board: Switchboard, facts: Mapping[str, Any]
) -> Verdict:
    """The first guardrail that says no, or an allowance. `facts` carry the database's `now`."""
    for verdict in (
        switched_off(attempt, policy, board),
        _suppressed(attempt, facts),
        _not_what_was_accepted(attempt),
        _too_late(attempt, facts["now"]),
        _quiet(attempt, policy, facts["now"]),
        over_limit(attempt, policy, facts),
    ):
        if not verdict.allowed:
            return verdict
    return ALLOWED


def switched_off(attempt: Attempt, policy: Policy, board: Switchboard) -> Verdict:
    """Mode and kill switch."""
    if not policy.actions_enabled:
        return Verdict(False, "actions_enabled", "Actions are switched off (ACTIONS_ENABLED).")
    if policy.stop_file:
        return Verdict(False, "stop", "Everything is stopped by the stop file.")
    levels = {"all", attempt.action_type, attempt.channel}
    if attempt.outside:
        levels.add("outbound")
    for stop in board.stops:
        if stop.level in levels:
            why = f": {stop.reason}" if stop.reason else ""
            return Verdict(False, "stop", f"{stop.level} is stopped{why}.", stop.until)
    if attempt.outside and board.mode != "live":
        return Verdict(False, "mode", "SAFE mode is on, nothing is sent in SAFE mode.")
    return ALLOWED


def over_limit(attempt: Attempt, policy: Policy, facts: Mapping[str, Any]) -> Verdict:
    """The limits of the action, each with the moment it frees a place."""
    limit = policy.limits.get(attempt.action_type)
    if limit is None:
        return ALLOWED
    hour, day, week = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
    windows = (
        ("an hour", limit.per_hour, facts["hour"], facts["hour_first"], hour),
        ("a day", limit.per_day, facts["day"], facts["day_first"], day),
        (
            "a week to one person",
            limit.per_recipient_per_week,
            facts["recipient_week"],
            facts["recipient_first"],
            week,
        ),
        (
            "a day to one domain",
            limit.per_domain_per_day,
            facts["domain_day"],
            facts["domain_first"],
            day,
        ),
    )
    for name, most, used, first, window in windows:
        if most is not None and used >= most:
            until = (first or facts["now"]) + window
            return Verdict(False, "limit", f"The limit is {most} {name}; {used} are used.", until)
    if attempt.outside and limit.spacing and facts["last"] is not None:
        free = facts["last"] + limit.spacing
        if free > facts["now"]:
            return Verdict(False, "limit", "Sends are spaced out.", free)
    return ALLOWED


def _suppressed(attempt: Attempt, facts: Mapping[str, Any]) -> Verdict:
    if attempt.action_type in WRITES_TO_PEOPLE and facts["suppressed"]:
        return Verdict(False, "suppression", f"Do not contact: {facts['suppressed']}.")
    return ALLOWED


def _not_what_was_accepted(attempt: Attempt) -> Verdict:
    if attempt.accepted_hash is not None and attempt.accepted_hash != attempt.request_hash:
        return Verdict(False, "acceptance", "The content is not what was accepted.")
    return ALLOWED


def _too_late(attempt: Attempt, now: datetime) -> Verdict:
    if attempt.not_after is not None and attempt.not_after < now:
        return Verdict(False, "validity", "Its acceptance is too old; look at it again.")
    return ALLOWED


def _quiet(attempt: Attempt, policy: Policy, now: datetime) -> Verdict:
    """Quiet hours hold outside channels only, and may go over midnight."""
    if not attempt.outside or policy.quiet_hours is None:
        return ALLOWED
    start, end = policy.quiet_hours
    local = now.astimezone(policy.zone)
    clock = local.time().replace(tzinfo=None)
    inside = start <= clock < end if start <= end else clock >= start or clock < end
    if not inside:
        return ALLOWED
    until = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    if until <= local:
        until = (until.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=local.tzinfo)
    return Verdict(False, "quiet_hours", f"Quiet hours until {end:%H:%M}.", until)
