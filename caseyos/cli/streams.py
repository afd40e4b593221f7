"""The three standard streams, there even where whoever started us had closed them.

A closed stream would be None in Python, and its number would go to the next file or socket that is
opened, so that a program we start writes into it. No heavy import.
"""

from __future__ import annotations

import os
import sys


def present() -> None:
    """Put the null device where a standard stream is closed."""
    if sys.stdin is not None and sys.stdout is not None and sys.stderr is not None:
        return
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            os.set_inheritable(number, True)
    # They stay open as long as the program runs.
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
