"""`python -m tests.crash [case ...] [--scale short|full|soak] [--seed N]`: run cases, two at a time.

Figures are printed as JSON lines; those of the scales full and soak are kept in
docs/reliability.jsonl, and the table of docs/RELIABILITY.md is made from there.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from tests.crash.case import NAMES, SCALES, load
from tests.crash.figures import PAGE, Line, as_json, keep, line_of, page_with
from tests.crash.stage import TEMPLATE, Stage, end_on_signals, own_folder, own_server

AT_ONCE = 2
SKIPPED = 4  # exit status where a server that a case needs is not installed


def main() -> int:
    """Run what is asked for; 0 when nothing failed."""
    wanted = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    wanted.add_argument("cases", nargs="*", metavar="case", help=", ".join(NAMES))
    wanted.add_argument("--scale", choices=SCALES, default="full")
    wanted.add_argument("--seed", type=int, default=1)
    wanted.add_argument("--dry", action="store_true", help="keep nothing, leave the page alone")
    wanted.add_argument("--inside", nargs=2, metavar=("SERVER", "TEMPLATE"), help="one case, here")
    options = wanted.parse_args()
    unknown = [name for name in options.cases if name not in NAMES]
    if unknown:
        wanted.error(f"there is no case {unknown[0]!r}; there are {', '.join(NAMES)}")
    end_on_signals()
    names = options.cases or list(NAMES)
    if options.inside:
        return _play(names[0], options.scale, options.seed, *options.inside)
    with own_folder() as folder, own_server(folder / "server") as server:
        arguments = ["--scale", options.scale, "--seed", str(options.seed)]
        arguments += ["--inside", server.dsn("postgres"), TEMPLATE]
        lines, failed = _conduct(names, arguments, folder)
    if options.scale != "short" and not options.dry:
        PAGE.write_text(page_with(PAGE.read_text(), keep(lines, NAMES), NAMES))
    for name in failed:
        sys.stderr.write(f"FAILED: {name}, seed {options.seed}\n")
    return 1 if failed else 0


def _play(name: str, scale: str, seed: int, server: str, template: str) -> int:
    """Run one case on a server that is there already, and print its lines."""
    case, failures = load(name), 0
    with own_folder() as folder:
        stage = Stage(server, template, folder, seed)
        end_on_signals(stage.abandon)
        try:
            begun = time.monotonic()
            for found in case.run(stage, case.sizes[scale]):
                now = time.monotonic()
                line = line_of(name, found, scale=scale, seed=seed, seconds=now - begun)
                sys.stdout.write(f"{as_json(line)}\n")
                sys.stdout.flush()
                for told in found.wrong[:5]:
                    sys.stderr.write(f"{name}, {found.row}, seed {seed}: {told}\n")
                failures += found.failures
                begun = now
        except pytest.skip.Exception as missing:
            sys.stderr.write(f"{name} was not run: {missing}\n")
            return SKIPPED
        finally:
            stage.close()
    return 1 if failures else 0


def _conduct(
    names: Sequence[str], arguments: Sequence[str], folder: Path
) -> tuple[list[Line], list[str]]:
    """Run each case in a process of its own, two at once; their lines, and which failed."""
    waiting, running = list(names), dict[str, subprocess.Popen[str]]()
    lines: list[Line] = []
    failed: list[str] = []
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                name = waiting.pop(0)
                running[name] = _start(name, arguments, folder)
            for name in [name for name, one in running.items() if one.poll() is not None]:
                done = running.pop(name)
                lines += _said(done)
                if done.returncode != 0:
                    failed.append(name)
            time.sleep(0.05)
    finally:
        for one in running.values():
            one.terminate()
        for one in running.values():
            one.communicate()
            with suppress(ProcessLookupError):  # a server that was just being started
                os.killpg(one.pid, signal.SIGKILL)
    return lines, failed


def _start(name: str, arguments: Sequence[str], folder: Path) -> subprocess.Popen[str]:
    """A case in a session of its own, so that Ctrl-C reaches it by us alone."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crash", name, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(folder)},  # whatever it leaves goes with our folder
        start_new_session=True,
    )


def _said(done: subprocess.Popen[str]) -> Iterator[Line]:
    said, _ = done.communicate()
    sys.stdout.write(said)
    sys.stdout.flush()
    for text in said.splitlines():
        if text.startswith("{"):  # Hypothesis, too, has its say where something failed
            yield Line(**json.loads(text))


if __name__ == "__main__":
    sys.exit(main())
