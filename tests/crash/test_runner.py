"""The runner: what it refuses, and that it leaves nothing behind, even when it is interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from caseyos.store.server import EmbeddedServer
from tests.crash.stage import eventually

ROOT = Path(__file__).parents[2]


def start(tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crash", *arguments],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def processes_of(*folders: Path) -> list[str]:
    """The command lines of the processes that were started with one of the folders."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes() + (path / "environ").read_bytes()
        except OSError:
            continue
        if any(os.fsencode(folder) in words for folder in folders):
            found.append(words.split(b"\0", 1)[0].decode(errors="replace"))
    return found


def test_an_unknown_case_is_refused_by_name(tmp_path: Path) -> None:
    refused = start(tmp_path, "nonsense")
    _, told = refused.communicate(timeout=60)
    assert refused.returncode == 2
    assert "there is no case 'nonsense'; there are " in told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("no /proc here to look for processes in")
    tmp_path.chmod(0o755)
    running = start(tmp_path, "random-kills", "--scale", "soak", "--dry")
    try:
        folders = eventually(lambda: list(tmp_path.glob("caseyos-crash-*")), 60)
        places = [tmp_path, *(EmbeddedServer(one / "server").home for one in folders)]
        # At work: the runner, its case, two that recover, one that is to be killed.
        eventually(lambda: len(processes_of(*places)) > 4, 60)
        running.send_signal(number)
        running.communicate(timeout=60)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.communicate(timeout=10)
    assert running.returncode == 128 + number
    eventually(lambda: not processes_of(*places), 10)
    assert [one for one in places[1:] if one.exists()] == []
    assert list(tmp_path.iterdir()) == []
