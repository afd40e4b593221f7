"""The Action Priority Score (SPEC section 5): one computation gives the number and its reasons.

APS = 40*revenue + 25*urgency + 15*effort + 20*strategic + blocker + learned, clamped to 0-100.
Points are worked out in tenths, so that the drivers always re-add to the printed score.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from caseyos.domain.model import Driver, Score
from caseyos.errors import UsageError

NEUTRAL = 0.5
Knots = Sequence[tuple[float, float]]

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "revenue": 40,
    "urgency": 25,
    "effort": 15,
    "strategic": 20,
}
DEFAULT_KNOTS: Mapping[str, Knots] = {
    "revenue": (
        *((0, 0.0), (1_000, 0.10), (5_000, 0.30), (10_000, 0.50)),
        *((25_000, 0.70), (50_000, 0.875), (100_000, 0.95), (250_000, 1.0)),
    ),
    "urgency": ((0, 1.0), (1, 0.9), (3, 0.75), (7, 0.5), (14, 0.25), (30, 0.0)),
    "effort": (
        *((0, 1.0), (5, 0.95), (15, 0.8), (30, 0.65)),
        *((60, 0.4), (120, 0.1), (240, 0.0)),
    ),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The weights (points, adding up to 100) and knots (input -> 0-1) in force."""

    weights: Mapping[str, float] = field(default_factory=lambda: DEFAULT_WEIGHTS)
    knots: Mapping[str, Knots] = field(default_factory=lambda: DEFAULT_KNOTS)
    version: int = 1


@dataclass(frozen=True, slots=True)
class Facts:
    """What a score is made from; None means unknown.

    `revenue` is money at stake, `days` until due (overdue counts as 0), `minutes` of effort, `icp`
    the fit from 0 to 1. The notes become evidence lines under their driver.
    """

    revenue: float | None = None
    days: float | None = None
    minutes: float | None = None
    icp: float | None = None
    unblocks: int = 0
    learned: float = 0.0
    learned_note: str = ""
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def interpolate(knots: Knots, value: float) -> float:
    """The piecewise linear value at `value`, flat outside the knots."""
    low, at_low = knots[0]
    if value <= low:
        return at_low
    for high, at_high in knots:
        if value <= high:
            return at_low + (at_high - at_low) * (value - low) / (high - low)
        low, at_low = high, at_high
    return at_low


def score(facts: Facts, rules: Rules) -> Score:
    """Score `facts`: drivers in tenths of a point that re-add to `aps`, and the sentence.

    UsageError names an input that is not a figure (NaN, infinity), negative money or effort, or an
    ICP fit outside 0-1.
    """
    check(facts)
    days, weights = facts.days, rules.weights
    inputs = (
        ("revenue", facts.revenue),
        ("urgency", None if days is None else max(days, 0.0)),
        ("effort", facts.minutes),
        ("strategic", facts.icp),
    )
    values: dict[str, float] = {}
    known = 0.0
    for factor, given in inputs:
        if given is None:
            values[factor] = NEUTRAL
            continue
        known += weights[factor]
        values[factor] = given if factor == "strategic" else interpolate(rules.knots[factor], given)
    tenths = _largest_remainder({one: 10 * weights[one] * values[one] for one in values})
    drivers = [
        Driver(
            factor,
            tenths[factor] / 10,
            float(weights[factor]),
            _sentence(factor, given),
            facts.notes.get(factor, ()),
            given is not None,
            round(values[factor], 4),
        )
        for factor, given in inputs
    ]
    total, extra = _extras(facts, sum(tenths.values()))
    drivers += extra
    return Score(
        aps=total / 10,
        drivers=tuple(drivers),
        because=because(drivers, facts),
        confidence=round(known / sum(weights[factor] for factor in values), 4),
        clamped=bool(extra) and extra[-1].factor == "clamped",
    )


def whole_points(drivers: Sequence[Driver]) -> tuple[int, ...]:
    """The drivers' points as whole numbers that re-add to the rounded score."""
    exact = {str(place): driver.points for place, driver in enumerate(drivers)}
    return tuple(_largest_remainder(exact).values())


def because(drivers: Sequence[Driver], facts: Facts) -> str:
    """The one-line reason: each known factor's short word, in the order of the formula."""
    words = [_short(driver, facts) for driver in drivers if driver.known]
    text = ", ".join(word for word in words if word)
    unknown = [driver.factor for driver in drivers if not driver.known]
    if unknown:
        names = {"strategic": "ICP fit", "urgency": "due date"}
        told = " and ".join(names.get(name, name) for name in unknown)
        text = f"{text}; {told} unknown" if text else f"{told} unknown"
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=4096)
def money(amount: float) -> str:
    """An amount as people say it: $850, $4.8k, $50k, $1.2M."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if amount >= size * 0.9995:
            return f"${amount / size:.1f}".removesuffix(".0") + letter
    return f"${amount:,.0f}"


def _extras(facts: Facts, total: int) -> tuple[int, list[Driver]]:
    """The drivers beside the four factors, and the total with them, in tenths."""
    extra: list[Driver] = []
    if facts.unblocks > 0:
        step = round((1000 - total) / 4)
        total += step
        what = "one other move" if facts.unblocks == 1 else f"{facts.unblocks} other moves"
        extra.append(Driver("blocker", step / 10, 25.0, f"unblocks {what}"))
    if facts.learned_note or facts.learned:
        step = round(10 * facts.learned)
        total += step
        extra.append(Driver("learned", step / 10, 10.0, facts.learned_note or "learned"))
    held = min(max(total, 0), 1000)
    if held != total:
        extra.append(Driver("clamped", (held - total) / 10, 0.0, "a score stays within 0 and 100"))
    return held, extra


def _largest_remainder(exact: Mapping[str, float]) -> dict[str, int]:
    """Whole numbers near `exact` that re-add to its rounded sum (largest-remainder method)."""
    floors = {name: math.floor(value + 1e-9) for name, value in exact.items()}
    missing = math.floor(sum(exact.values()) + 0.5 + 1e-9) - sum(floors.values())
    order = sorted(exact, key=lambda name: floors[name] - exact[name])
    for name in order[:missing]:
        floors[name] += 1
    return floors


def check(facts: Facts) -> None:
    """Refuse by name (UsageError) what no score can be made from."""
    for name in ("revenue", "days", "minutes", "icp", "learned"):
        value = getattr(facts, name)
        if value is not None and not math.isfinite(value):
            raise UsageError(f"{name} is {value}, which is not a figure.")
    if facts.revenue is not None and facts.revenue < 0:
        raise UsageError(f"revenue is {facts.revenue:g}; money at stake cannot be negative.")
    if facts.minutes is not None and facts.minutes < 0:
        raise UsageError(f"minutes is {facts.minutes:g}; effort cannot be negative.")
    if facts.icp is not None and not 0 <= facts.icp <= 1:
        raise UsageError(f"icp is {facts.icp:g}; the fit lies between 0 and 1.")


@lru_cache(maxsize=4096)
def _sentence(factor: str, given: float | None) -> str:
    if given is None:
        what = {"revenue": "money at stake", "urgency": "no due date:", "strategic": "ICP fit"}
        return f"{what.get(factor, factor)} unknown, counted as neutral"
    if factor == "revenue":
        return f"{money(given)} at stake"
    if factor == "urgency":
        return "due now or overdue" if given <= 0 else f"due in {_days(given)}"
    if factor == "effort":
        return f"about {given:g} min"
    return f"ICP fit {given:.2f}".rstrip("0").rstrip(".")


def _short(driver: Driver, facts: Facts) -> str:
    value = driver.value or 0.0
    if driver.factor == "revenue" and facts.revenue is not None:
        level = "high" if value >= 0.8 else "fair" if value >= 0.4 else "low"
        return f"{level} pipeline value ({money(facts.revenue)})"
    if driver.factor == "urgency" and facts.days is not None:
        if facts.days <= 0:
            return "urgent (overdue)" if facts.days < 0 else "urgent (due now)"
        level = "urgent" if value >= 0.7 else "soon" if value >= 0.4 else "not urgent"
        return f"{level} ({_days(facts.days)})"
    if driver.factor == "effort" and facts.minutes is not None:
        level = "quick win" if value >= 0.7 else "some work" if value >= 0.4 else "long work"
        return f"{level} ({facts.minutes:g}min)"
    if driver.factor == "strategic" and facts.icp is not None:
        level = "strong" if value >= 0.8 else "fair" if value >= 0.5 else "weak"
        return f"{level} ICP ({facts.icp:.2f}".rstrip("0").rstrip(".") + ")"
    return driver.sentence if driver.factor in ("blocker", "learned") else ""


def _days(days: float) -> str:
    if days < 1:
        hours = max(1, round(days * 24))
        return "1 hour" if hours == 1 else f"{hours} hours" if hours < 24 else "1 day"
    whole = round(days)
    return "1 day" if whole == 1 else f"{whole} days"
