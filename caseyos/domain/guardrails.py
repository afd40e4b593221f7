"""The guardrails in their order (SPEC section 7): policy and facts in, a verdict out.

Mode and kill switch, suppression, acceptance, validity, somebody written to meanwhile, quiet hours,
limits, the channel's breaker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from caseyos.domain.model import EMAIL_ACTIONS, ActionType, Verdict
from caseyos.domain.quiet import quiet_until, recipient_zone

ALLOWED = Verdict(True)
PROBING = timedelta(seconds=15)  # until somebody looks again whether a probe came back
USED = {
    "hour": "hour",
    "day": "day",
    "recipient": "recipient_week",
    "domain": "domain_day",
    "warm": "warm_day",
}
WRITES_TO_PEOPLE = frozenset({*EMAIL_ACTIONS, ActionType.SCHEDULE_MEETING})
REACHES_PEOPLE = WRITES_TO_PEOPLE - {ActionType.CREATE_DRAFT}


@dataclass(frozen=True, slots=True)
class Switch:
    """One engaged level of the kill switch: all, outbound, an action type, a channel."""

    level: str
    until: datetime | None
    reason: str | None
    automatic: bool = False  # engaged by a rate that was too high, not by a person


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
    warm_up: int = 0  # mails of a new channel's first day, and as many more each day; 0 for none


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
    queued_at: datetime | None = None  # when a person last asked for it; None in a preview


@dataclass(frozen=True, slots=True)
class Policy:
    """What the configuration says."""

    actions_enabled: bool
    quiet_hours: tuple[time, time] | None
    zone: tzinfo | None
    limits: Mapping[str, Limit]
    stop_file: bool = False
    recontact_after: timedelta = timedelta()


def judge(
    attempt: Attempt, policy: Policy, board: Switchboard, facts: Mapping[str, Any]
) -> Verdict:
    """The first guardrail that says no, or an allowance. `facts` carry the database's `now`."""
    for _, verdict in examine(attempt, policy, board, facts):
        if not verdict.allowed:
            return verdict
    return ALLOWED


def examine(
    attempt: Attempt, policy: Policy, board: Switchboard, facts: Mapping[str, Any]
) -> tuple[tuple[str, Verdict], ...]:
    """What every guardrail says, in their order."""
    return (
        ("mode", switched_off(attempt, policy, board)),
        ("suppression", _suppressed(attempt, facts)),
        ("acceptance", _not_what_was_accepted(attempt)),
        ("validity", _too_late(attempt, facts["now"])),
        ("recent", _written_to_meanwhile(attempt, policy, facts)),
        ("quiet_hours", _quiet(attempt, policy, facts)),
        ("limit", over_limit(attempt, policy, facts)),
        ("breaker", _breaker(attempt, facts)),
    )


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


def last_look(
    attempt: Attempt, policy: Policy, board: Switchboard, facts: Mapping[str, Any]
) -> Verdict:
    """What is asked once more at the dispatch mark: what may have changed since the claim."""
    for verdict in (
        switched_off(attempt, policy, board),
        _suppressed(attempt, facts),
        over_limit(attempt, policy, facts),
    ):
        if not verdict.allowed:
            return verdict
    return ALLOWED


def over_limit(attempt: Attempt, policy: Policy, facts: Mapping[str, Any]) -> Verdict:
    """The limits of the action; the refusal is that of the limit that frees a place last.

    Every window slides: a place is free again when its oldest use is as old as the window is long.
    """
    limit = policy.limits.get(attempt.action_type)
    if limit is None:
        return ALLOWED
    hour, day, week = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
    windows = [
        ("an hour", limit.per_hour, "hour", hour),
        ("a day", limit.per_day, "day", day),
        ("a week to one person", limit.per_recipient_per_week, "recipient", week),
        ("a day to one domain", limit.per_domain_per_day, "domain", day),
    ]
    if attempt.outside and limit.warm_up:
        windows.append((f"today while {attempt.channel} warms up", facts["warm_most"], "warm", day))
    refusals = []
    for name, most, key, window in windows:
        used = facts[USED[key]]
        if most is not None and used >= most:
            until = (facts[f"{key}_first"] or facts["now"]) + window
            told = f"The limit is {most} {name}; {used} are used."
            refusals.append(Verdict(False, "limit", told, until))
    if attempt.outside and limit.spacing and facts["last"] is not None:
        free = facts["last"] + limit.spacing
        if free > facts["now"]:
            refusals.append(Verdict(False, "limit", "Sends are spaced out.", free))
    return max(refusals, key=lambda one: one.until or facts["now"], default=ALLOWED)


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


def _written_to_meanwhile(attempt: Attempt, policy: Policy, facts: Mapping[str, Any]) -> Verdict:
    """Somebody who was written to since a person asked for this, and did not answer."""
    last, asked = facts["contacted_last"], attempt.queued_at
    if (
        not attempt.outside
        or attempt.action_type not in REACHES_PEOPLE
        or asked is None
        or last is None
        or last <= asked
        or last + policy.recontact_after <= facts["now"]
        or (facts["replied_last"] is not None and facts["replied_last"] > last)
    ):
        return ALLOWED
    told = "They were written to since this was asked for; look at it again."
    return Verdict(False, "recent", told)


def _quiet(attempt: Attempt, policy: Policy, facts: Mapping[str, Any]) -> Verdict:
    """Quiet hours hold outside channels: the recipient's where his zone is known, else ours."""
    if not attempt.outside or policy.quiet_hours is None:
        return ALLOWED
    theirs = recipient_zone(facts["timezone"], facts["country"]) if attempt.recipient else None
    until = quiet_until(facts["now"], policy.quiet_hours, theirs or policy.zone)
    if until is None:
        return ALLOWED
    where = f" where they are ({theirs})" if theirs else ""
    told = f"Quiet hours until {policy.quiet_hours[1]:%H:%M}{where}."
    return Verdict(False, "quiet_hours", told, until)


def _breaker(attempt: Attempt, facts: Mapping[str, Any]) -> Verdict:
    """An open breaker lets nothing through until its time; a half-open one a single probe."""
    now, state = facts["now"], facts["breaker"]
    if not attempt.outside or state not in ("open", "half_open"):
        return ALLOWED
    until = facts["breaker_until"]
    if until is None or until <= now:
        return ALLOWED  # this one becomes the probe
    if state == "half_open":
        told = f"{attempt.channel} is being tried again; this waits for what comes of it."
        return Verdict(False, "breaker", told, min(until, now + PROBING))
    why = f": {facts['breaker_reason']}" if facts["breaker_reason"] else ""
    return Verdict(False, "breaker", f"{attempt.channel} failed too often{why}", until)
