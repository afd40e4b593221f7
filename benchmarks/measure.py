"""Timing in turn: ours and the reference a round each, medians, spread, and the ratio to a goal.

Milliseconds of a noisy machine say little; the ratio within one run is what is judged.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

Timed = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Result:
    """One row: our figure beside its reference.

    `ratio` is judged against `goal`: at most it, or at least it where `at_least`. A row without a
    goal is told for its own sake; `wall` says why a goal is missed and what it would take; `absent`
    says why a row was not measured: its reference is not installed here, say.
    """

    row: str
    reference: str
    ours: Sequence[float]
    theirs: Sequence[float]
    goal: float | None = None
    at_least: bool = False
    unit: str = "ms"
    wall: str = ""
    absent: str = ""
    ratio: float | None = field(init=False)

    def __post_init__(self) -> None:
        ratio = None
        if self.ours and self.theirs and not self.absent:
            theirs = statistics.median(self.theirs)
            ratio = statistics.median(self.ours) / theirs if theirs else None
        object.__setattr__(self, "ratio", ratio)

    @property
    def met(self) -> bool:
        """Whether the goal is reached; a row without one always is, one not measured never."""
        if self.ratio is None:
            return False
        if self.goal is None:
            return True
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal

    def told(self) -> str:
        """The row as a person reads it."""
        if self.ratio is None:
            return f"{self.row}\n    not measured: {self.absent or 'the reference took no time'}"
        sign = (
            "" if self.goal is None else f"  goal {'>=' if self.at_least else '<='} {self.goal:g}"
        )
        verdict = "" if self.goal is None else ("  met" if self.met else "  MISSED")
        return (
            f"{self.row}\n    ours      {_spread(self.ours, self.unit)}\n"
            f"    reference {_spread(self.theirs, self.unit)}  ({self.reference})\n"
            f"    ratio     {self.ratio:.2f}{sign}{verdict}"
            + (f"\n    wall      {self.wall}" if self.wall and not self.met else "")
        )


def _spread(values: Sequence[float], unit: str) -> str:
    middle = statistics.median(values)
    if len(values) < 4:
        return f"{middle:,.3g} {unit}" if middle < 100 else f"{middle:,.0f} {unit}"
    low, _, high = statistics.quantiles(values, n=4)
    digits = 0 if middle >= 100 else 1 if middle >= 10 else 2 if middle >= 1 else 3
    return f"{middle:,.{digits}f} {unit} (quartiles {low:,.{digits}f} to {high:,.{digits}f})"


def not_measured(row: str, reference: str, why: str, goal: float | None = None) -> Result:
    """A row that says why it has no figures."""
    return Result(row, reference, [], [], goal, absent=why)


def in_turn(ours: Timed, theirs: Timed, *, rounds: int) -> tuple[list[float], list[float]]:
    """Both, one after the other, `rounds` times after a round to warm up; what each call gave."""
    ours(), theirs()
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def timed(work: Callable[[], object]) -> Timed:
    """`work` as something that says how many milliseconds it took."""

    def call() -> float:
        begun = time.perf_counter()
        work()
        return (time.perf_counter() - begun) * 1000

    return call


def process(command: Sequence[str], environ: Mapping[str, str], *, code: int = 0) -> Timed:
    """A whole process, from before it is made until it has ended; its output goes to a pipe."""

    def call() -> float:
        begun = time.perf_counter()
        # close_fds=False lets the C library spawn, which does not copy our page tables.
        ended = subprocess.run(
            command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, close_fds=False
        )
        spent = (time.perf_counter() - begun) * 1000
        if ended.returncode != code:
            raise RuntimeError(f"{command} ended with {ended.returncode}: {ended.stderr.decode()}")
        return spent

    return call


def bare(environ: Mapping[str, str]) -> Timed:
    """The floor of every Python program: the interpreter that does nothing."""
    return process([sys.executable, "-c", "pass"], environ)


def main(rows: Callable[[bool], Iterable[Result]]) -> int:
    """A script's door: `--json` for the record, `--full` for more; 1 on a missed goal."""
    wanted = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    wanted.add_argument("--json", action="store_true", help="one JSON object a row")
    wanted.add_argument("--full", action="store_true", help="the largest sizes too")
    options = wanted.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    missed = 0
    for result in rows(options.full):
        missed += not result.met
        said = json.dumps(asdict(result) | {"met": result.met}) if options.json else result.told()
        print(said, flush=True)
    return 1 if missed else 0
