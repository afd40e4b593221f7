"""A key whose value cannot be meant, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """A key whose value cannot be meant."""

    key: str
    sentence: str
