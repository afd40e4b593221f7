"""Tab in bash: the static words, and a move's code, beside a bare interpreter."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.machine import CASEYOS, fill, home
from benchmarks.measure import Result, bare, in_turn, main, process
from caseyos.cli.completing import bash_file

# A shell that has the file loaded, as a person's has, and times each Tab itself.
_LOOP = """
source {file}
while read -r line; do
    COMP_WORDS=($line ''); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
    begun=$EPOCHREALTIME
    _caseyos
    ended=$EPOCHREALTIME
    echo "${{#COMPREPLY[@]}} $(( (${{ended/./}}) - (${{begun/./}}) ))"
done
"""


def rows(full: bool) -> Iterator[Result]:
    """Both kinds of Tab with 100,000 moves pending."""
    del full
    with home() as place:
        fill(place.dsn, 100_000)
        process([*CASEYOS, "today"], place.environ)()
        file = Path(place.environ["HOME"], "caseyos.bash")
        file.write_text(bash_file())
        environ = place.environ | {"PATH": f"{Path(CASEYOS[0]).parent}:{place.environ['PATH']}"}
        shell = subprocess.Popen(
            ["bash", "--norc", "-c", _LOOP.format(file=file)],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        floor = bare(place.environ)
        ours, theirs = in_turn(_tab(shell, "caseyos queue", 0), floor, rounds=40)
        yield Result("Tab, static words (bash)", "a bare interpreter", ours, theirs, 0.2)
        ours, theirs = in_turn(_tab(shell, "caseyos show", 50), floor, rounds=40)
        yield Result("Tab, the codes of moves (bash)", "a bare interpreter", ours, theirs, 2.5)
        shell.terminate()
        shell.wait()


def _tab(shell: subprocess.Popen[str], line: str, at_least: int) -> Callable[[], float]:
    def press() -> float:
        if shell.stdin is None or shell.stdout is None:
            raise RuntimeError("the shell has no pipes")
        shell.stdin.write(f"{line}\n")
        shell.stdin.flush()
        words, microseconds = shell.stdout.readline().split()
        if int(words) < at_least:
            raise RuntimeError(f"only {words} words were offered")
        return int(microseconds) / 1000

    return press


if __name__ == "__main__":
    sys.exit(main(rows))
