"""Rates that engage the kill switch by themselves: bounces, complaints, errors. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class TripPolicy:
    """What the configuration allows; a rate of 0 switches a trip off."""

    bounce_rate: float
    complaint_rate: float
    window: timedelta
    min_sends: int
    error_rate: float
    error_window: timedelta
    min_actions: int


@dataclass(frozen=True, slots=True)
class Rates:
    """What happened on one channel since a person last let go of its stop."""

    channel: str
    sent: int
    bounced: int
    complained: int
    tried: int
    failed: int


@dataclass(frozen=True, slots=True)
class Trip:
    """A level to engage, and why."""

    level: str
    reason: str


def trips(found: Sequence[Rates], policy: TripPolicy) -> tuple[Trip, ...]:
    """Which stops must be engaged: outbound for bounces and complaints, a channel for its errors.

    A rate counts from its minimum on, and only above the limit, never at it.
    """
    sent = sum(one.sent for one in found)
    engaged = []
    for limit, count, verb in (
        (policy.bounce_rate, sum(one.bounced for one in found), "bounced"),
        (policy.complaint_rate, sum(one.complained for one in found), "asked to stop"),
    ):
        if _above(count, sent, limit, policy.min_sends):
            engaged.append(Trip("outbound", f"{count} of {sent} {verb}"))
    for one in found:
        if _above(one.failed, one.tried, policy.error_rate, policy.min_actions):
            engaged.append(Trip(one.channel, f"{one.failed} of {one.tried} failed"))
    return tuple(engaged)


def _above(count: int, of: int, limit: float, least: int) -> bool:
    return limit > 0 and of >= max(1, least) and count / of > limit
