"""How well an account fits the ideal customer: configured criteria, each with a weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion: `attribute` of the account is one of `values`, or within `low` and `high`."""

    name: str
    attribute: str
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Fit:
    """The fit from 0 to 1, None where nothing is known, and the sentence that says why."""

    value: float | None
    sentence: str


def fit(criteria: Sequence[Criterion], account: Mapping[str, Any]) -> Fit:
    """The weighted share of the known criteria that the account meets."""
    if not criteria:
        return Fit(None, "no ideal customer is configured")
    met: list[str] = []
    missed: list[str] = []
    weight_known = weight_met = 0.0
    for criterion in criteria:
        value = account.get(criterion.attribute)
        if value is None or value == "":
            continue
        weight_known += criterion.weight
        if _meets(criterion, value):
            weight_met += criterion.weight
            met.append(f"{criterion.name} {value}")
        else:
            missed.append(criterion.name)
    if weight_known == 0:
        return Fit(None, "nothing is known of the account that the criteria ask for")
    told = ", ".join(met) if met else "no criterion met"
    if missed:
        told += f" (not {', '.join(missed)})"
    return Fit(round(weight_met / weight_known, 4), told)


def _meets(criterion: Criterion, value: Any) -> bool:
    if criterion.values:
        return str(value).casefold() in {word.casefold() for word in criterion.values}
    number = float(value)
    return (criterion.low is None or number >= criterion.low) and (
        criterion.high is None or number <= criterion.high
    )
