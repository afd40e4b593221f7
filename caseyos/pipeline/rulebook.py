"""Everything signals are judged by, compiled once: plays, weights, the ideal customer, limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from uuid import UUID

from caseyos.domain import icp, scoring
from caseyos.domain.plays import Play


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of a process; plays by the signal type they are on."""

    plays: Mapping[str, tuple[Play, ...]]
    rules: scoring.Rules
    criteria: tuple[icp.Criterion, ...]
    recontact_after: timedelta
    expire_after: timedelta
    zone: tzinfo | None
    new_id: Callable[[], UUID]
