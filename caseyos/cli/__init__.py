"""The command line: parse, call one App method, print. `main` is the whole program's door."""

from __future__ import annotations

import sys


def main(argv: list[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    from caseyos.cli.entry import run

    sys.exit(run(sys.argv[1:] if argv is None else argv))
