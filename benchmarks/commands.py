"""The commands that need Typer, beside the smallest program that is written with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.machine import CASEYOS, fill, home
from benchmarks.measure import Result, in_turn, main, process

_SMALLEST = """
import typer
app = typer.Typer()
@app.command()
def hello(name: str = "you") -> None:
    "Say hello."
    typer.echo(f"hello {name}")
app()
"""

_WALL = (
    "beyond Typer it makes the domain's records (dataclasses are compiled at import), reads and"
    " checks the configuration and opens the rotating log; it would take the front door's snapshot"
    " and rows instead of records"
)


def rows(full: bool) -> Iterator[Result]:
    """`--help`, of the program and of a command, one that reads nothing, two that read a move."""
    del full
    with home() as place:
        fill(place.dsn, 1000)
        process([*CASEYOS, "today"], place.environ)()  # `1` is a row of the list printed last
        file = Path(place.environ["HOME"], "smallest.py")
        file.write_text(_SMALLEST)
        for words, beside in (
            (["--help"], ["--help"]),
            (["queue", "--help"], ["--help"]),
            (["version"], []),
            (["show", "1"], []),
            (["why", "1"], []),
        ):
            ours, theirs = in_turn(
                process([*CASEYOS, *words], place.environ),
                process([sys.executable, str(file), *beside], place.environ),
                rounds=15,
            )
            told = " ".join(["a one-command Typer program", *beside])
            wall = _WALL if words[0] in ("show", "why") else ""
            yield Result(f"`caseyos {' '.join(words)}`", told, ours, theirs, 1.2, wall=wall)


if __name__ == "__main__":
    sys.exit(main(rows))
