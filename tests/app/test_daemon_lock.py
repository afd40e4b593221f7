"""The daemon's place: held by one living process, told to others, given up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from caseyos.app.daemon_lock import DaemonFile, DaemonState, daemon_runs
from caseyos.errors import TryLater

STATE = DaemonState(os.getpid(), "2026-11-24T09:12:00+00:00", None)

HOLDER = """
import os, signal, sys, time
from pathlib import Path
from caseyos.app.daemon_lock import DaemonFile, DaemonState
if sys.argv[2] == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
DaemonFile(Path(sys.argv[1])).hold(DaemonState(os.getpid(), "2026-11-24T09:12:00+00:00", None))
print("held", flush=True)
time.sleep(60)
"""


def holder(folder: Path, mood: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), mood], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_one_holds_and_the_others_are_told(tmp_path: Path) -> None:
    first, second = DaemonFile(tmp_path / "new"), DaemonFile(tmp_path / "new")
    assert first.running() is None
    first.hold(STATE)
    assert second.running() == STATE
    with pytest.raises(TryLater, match=f"already runs \\(pid {os.getpid()}\\)"):
        second.hold(STATE)
    first.tell(DaemonState(STATE.pid, STATE.started_at, "127.0.0.1:8787"))
    found = second.running()
    assert found is not None
    assert found.listen == "127.0.0.1:8787"
    first.release()
    assert second.running() is None
    second.hold(STATE)
    second.release()


def test_asking_does_not_keep_a_daemon_from_starting(tmp_path: Path) -> None:
    """Whoever asks holds the lock for a moment; the start waits for it."""
    asking, done = DaemonFile(tmp_path), threading.Event()
    asking.hold(STATE)
    asking.release()

    def ask() -> None:
        while not done.wait(0.005):
            asking.running()

    asker = threading.Thread(target=ask)
    asker.start()
    try:
        for _ in range(20):
            starting = DaemonFile(tmp_path)
            starting.hold(STATE)
            starting.release()
    finally:
        done.set()
        asker.join()


def test_a_killed_daemon_holds_nothing(tmp_path: Path) -> None:
    process = holder(tmp_path, "meek")
    assert daemon_runs(tmp_path)
    process.kill()
    process.communicate()
    assert not daemon_runs(tmp_path)
    assert (tmp_path / "daemon.json").exists()
    DaemonFile(tmp_path).hold(STATE)


def test_stop_waits_for_the_end_and_says_when_it_does_not_come(tmp_path: Path) -> None:
    assert DaemonFile(tmp_path).stop() is None
    meek = holder(tmp_path, "meek")
    reaper = threading.Thread(target=meek.communicate)
    reaper.start()
    stopped = DaemonFile(tmp_path).stop()
    reaper.join()
    assert stopped is not None
    assert stopped.pid == meek.pid
    stubborn = holder(tmp_path, "stubborn")
    with pytest.raises(TryLater, match=f"pid {stubborn.pid}\\) has not ended after 1 seconds"):
        DaemonFile(tmp_path).stop(patience=1)
    stubborn.kill()
    stubborn.communicate()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', json.dumps({"other": 1})])
def test_a_state_that_cannot_be_read_is_no_state(tmp_path: Path, text: str) -> None:
    (tmp_path / "daemon.json").write_text(text)
    assert DaemonFile(tmp_path).read() is None
