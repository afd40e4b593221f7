"""What a case is, and which there are: a table of names, each loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module

from tests.crash.figures import Figures
from tests.crash.stage import Stage

Run = Callable[[Stage, int], Iterator[Figures]]
SCALES = ("short", "full", "soak")


@dataclass(frozen=True, slots=True)
class Case:
    """One case: what it proves, how large it is at each scale, and how it is run.

    `run` gets the stage and the size; what the size counts (runs a point, trials, examples) is
    the case's own.
    """

    proves: str
    sizes: Mapping[str, int]
    run: Run


# Longest first: the runner hands them to two processes in this order.
NAMES = (
    "machine",
    "smtp",
    "caldav",
    "crowd",
    "database",
    "toxics",
    "undo",
    "local",
    "random-kills",
    "binding",
    "limit",
    "verbs",
    "stop",
    "keys",
    "headers",
    "zombie",
    "dry-run",
)


def load(name: str) -> Case:
    """A case by its name."""
    found: Case = import_module(f"tests.crash.cases.{name.replace('-', '_')}").CASE
    return found
