"""The daemon as a process: its lock file, its state file, and how others find and stop it.

The lock file is held for the daemon's whole life, so whether it runs is known without the database
and without trusting a process number.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from caseyos.errors import TryLater


@dataclass(frozen=True, slots=True)
class DaemonState:
    """What a running daemon says of itself; `started_at` is ISO 8601 in UTC."""

    pid: int
    started_at: str
    listen: str | None


class DaemonFile:
    """The lock and the state of the one daemon of a profile."""

    def __init__(self, state_dir: Path) -> None:
        self._lock_path = state_dir / "daemon.lock"
        self._state_path = state_dir / "daemon.json"
        self._held: int | None = None

    def hold(self, state: DaemonState) -> None:
        """Become the profile's daemon; TryLater when there is one already."""
        self._lock_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        # A few tries: whoever asks whether a daemon runs holds the lock for a moment.
        if not any(_locked(handle, fcntl.LOCK_EX, pause) for pause in (0, 0.05, 0.1, 0.2)):
            os.close(handle)
            present = self.read()
            who = f" (pid {present.pid})" if present else ""
            raise TryLater(f"The daemon already runs{who}.", hint="caseyos daemon status")
        self._held = handle
        self.tell(state)

    def tell(self, state: DaemonState) -> None:
        """Write down what the daemon says of itself."""
        temporary = self._state_path.with_suffix(".new")
        temporary.write_text(json.dumps(asdict(state)))
        temporary.replace(self._state_path)

    def release(self) -> None:
        """Give the place up."""
        if self._held is not None:
            self._state_path.unlink(missing_ok=True)
            os.close(self._held)
            self._held = None

    def running(self) -> DaemonState | None:
        """The daemon that holds the lock now, if there is one."""
        try:
            handle = os.open(self._lock_path, os.O_RDWR)
        except OSError:
            return None
        try:
            return None if _locked(handle, fcntl.LOCK_SH) else self.read()
        finally:
            os.close(handle)

    def read(self) -> DaemonState | None:
        """What the state file says; None when it is missing or half written."""
        try:
            return DaemonState(**json.loads(self._state_path.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def stop(self, patience: float = 15.0) -> DaemonState | None:
        """Ask the daemon to end and wait up to `patience` seconds; None when none runs."""
        state = self.running()
        if state is None:
            return None
        with suppress(ProcessLookupError):  # it has just ended by itself
            os.kill(state.pid, signal.SIGTERM)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self.running() is None:
                return state
            time.sleep(0.1)
        raise TryLater(
            f"The daemon (pid {state.pid}) has not ended after {patience:.0f} seconds.",
            hint="caseyos daemon status",
        )


def _locked(handle: int, how: int, pause: float = 0) -> bool:
    """Whether the lock could be had, after a pause."""
    time.sleep(pause)
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def daemon_runs(state_dir: Path) -> bool:
    """Whether a daemon holds the lock of this state folder."""
    return DaemonFile(state_dir).running() is not None
