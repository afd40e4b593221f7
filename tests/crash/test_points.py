"""Every crash point, twice: the short form of `make crash`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.points import AT_RANDOM, POINTS

ROOT = Path(__file__).parents[2]


@pytest.mark.crash
def test_no_kill_doubles_or_loses_a_mail(dsn: str) -> None:
    # A process of its own: it forks, and this one has threads.
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash", "--runs", "2", "--json", "--dsn", dsn],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["intact"]
    by_point = {one["point"]: one for one in found["points"]}
    assert set(by_point) == {*POINTS, AT_RANDOM}
    for point, promised in POINTS.items():
        figures = by_point[point]
        assert figures["unknown"] == (figures["runs"] if promised == "unknown" else 0)
    for figures in by_point.values():
        assert (figures["doubled"], figures["lost"], figures["lied"]) == (0, 0, 0)
        assert figures["settled"] == figures["runs"] == 2
