"""Several moves carried out at once: what is able, what to type, and what is unlike the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from caseyos.domain.model import Plan

FEW = 3  # fewer than this have no usual
FAR = 30.0  # points of APS from the middle
TIMES = 3.0  # so many times as long, or as short


@dataclass(frozen=True, slots=True)
class Bulk:
    """The plans of several moves; `outliers` are told by code, each with its sentence."""

    plans: tuple[Plan, ...]
    outliers: Mapping[str, str]

    @property
    def able(self) -> tuple[Plan, ...]:
        """Those that no check forbids."""
        return tuple(plan for plan in self.plans if not plan.blocked)

    @property
    def outside(self) -> bool:
        """Whether any of those reaches another system."""
        return any(plan.outside for plan in self.able)

    @property
    def words(self) -> str:
        """What has to be typed to carry them out."""
        return f"{'send' if self.outside else 'write'} {len(self.able)}"

    @property
    def people(self) -> int:
        """How many people they reach."""
        return len({one for plan in self.able for one in plan.payload.recipients})


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one plan of several; `refused` where it raised."""

    code: str
    title: str
    state: str
    sentence: str
    until: datetime | None = None

    @property
    def good(self) -> bool:
        """Whether it was done, or is on its way."""
        return self.state in ("succeeded", "partial", "queued", "claimed", "dispatching")


def bulk(plans: Sequence[Plan]) -> Bulk:
    """Look at plans together."""
    told: dict[str, list[str]] = {}
    for find in (_kinds, _domains, _sizes, _scores):
        for code, sentence in find(plans):
            told.setdefault(code, []).append(sentence)
    return Bulk(tuple(plans), {code: "; ".join(said) for code, said in told.items()})


def _kinds(plans: Sequence[Plan]) -> list[tuple[str, str]]:
    kinds = [plan.payload.action_type for plan in plans]
    return [
        (plan.move_code, f"it is a {plan.payload.action_type}, most are {usual}")
        for usual in _usual(kinds)
        for plan in plans
        if plan.payload.action_type != usual
    ]


def _domains(plans: Sequence[Plan]) -> list[tuple[str, str]]:
    found = {
        plan.move_code: plan.payload.recipients[0].rpartition("@")[2]
        for plan in plans
        if plan.payload.recipients
    }
    return [
        (code, f"it goes to {domain}, most go to {usual}")
        for usual in _usual(list(found.values()))
        for code, domain in found.items()
        if domain != usual
    ]


def _sizes(plans: Sequence[Plan]) -> list[tuple[str, str]]:
    if len(plans) < FEW:
        return []
    middle = max(1.0, median(len(plan.payload.body) for plan in plans))
    told = []
    for plan in plans:
        share = len(plan.payload.body) / middle
        if share >= TIMES:
            told.append((plan.move_code, f"its text is {share:.0f} times as long as most"))
        elif share <= 1 / TIMES:
            told.append((plan.move_code, "its text is much shorter than most"))
    return told


def _scores(plans: Sequence[Plan]) -> list[tuple[str, str]]:
    scored = [(plan.move_code, plan.aps) for plan in plans if plan.aps is not None]
    if len(scored) < FEW:
        return []
    middle = median(aps for _, aps in scored)
    return [
        (code, f"its score is {aps:.0f}, most are near {middle:.0f}")
        for code, aps in scored
        if abs(aps - middle) >= FAR
    ]


def _usual(values: Sequence[str]) -> list[str]:
    """The value that at least two thirds share, as a list of one; none where there is no such."""
    if len(values) < FEW:
        return []
    value, count = Counter(values).most_common(1)[0]
    return [value] if count * 3 >= len(values) * 2 else []
