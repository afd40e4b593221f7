"""The end of a terminal that was closed behind us: with SIGHUP ignored nothing else tells.

A closed terminal reads as a stream of nothing, which spins a core, and its writer is dead, which
blocks whoever draws. So a thread of its own watches, and ends the process when leaving cannot.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from collections.abc import Callable

LOOK_EVERY = 1.0  # seconds
GRACE = 3.0  # seconds to leave by the door
PATIENCE = 60.0  # seconds that a call under way is waited for
HANGUP = 129  # what a shell reports of a process that SIGHUP ended


def hung_up() -> bool:
    """Whether the terminal we read from was closed behind us; False where it never was one."""
    if sys.platform == "win32" or sys.__stdin__ is None:
        return False
    import termios

    try:
        termios.tcgetattr(sys.__stdin__.fileno())
    except termios.error as error:
        return bool(error.args[0] == errno.EIO)
    except (OSError, ValueError):
        return False
    return False


def watch(leave: Callable[[], object], busy: Callable[[], bool]) -> None:
    """Watch the terminal in a thread; once it is gone, `leave`, and end when that does not."""

    def look() -> None:
        while not hung_up():
            time.sleep(LOOK_EVERY)
        leave()
        gone = time.monotonic()
        time.sleep(GRACE)
        while busy() and time.monotonic() - gone < PATIENCE:
            time.sleep(LOOK_EVERY)
        os._exit(HANGUP)

    threading.Thread(target=look, name="caseyos-terminal", daemon=True).start()
