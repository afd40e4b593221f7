"""Every case at its short scale: a small share of what `make crash` runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from caseyos.store.server import EmbeddedServer
from tests.crash.__main__ import SKIPPED
from tests.crash.case import NAMES, SCALES, load
from tests.crash.kills import POINTS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_fails_in_a_short_run(name: str, server: EmbeddedServer, template: str) -> None:
    # A process of its own: cases fork, and this one has threads.
    command = [sys.executable, "-m", "tests.crash", name, "--scale", "short", "--inside"]
    done = subprocess.run(
        [*command, server.dsn("postgres"), template],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode == SKIPPED:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines
    for line in lines:
        assert line["runs"] > 0
        assert line["failures"] == 0
    if name == "local":
        told = {line["row"].removeprefix("killed at "): line["unknown_rate"] for line in lines}
        assert told == {point: float(promised == "unknown") for point, promised in POINTS.items()}


@pytest.mark.parametrize("name", NAMES)
def test_a_case_says_what_it_proves_and_how_large_it_is(name: str) -> None:
    case = load(name)
    assert case.proves
    assert list(case.sizes) == list(SCALES)
    assert sorted(case.sizes.values()) == list(case.sizes.values())
