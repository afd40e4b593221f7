"""Standard streams that whoever started us had closed: no traceback, and nothing left undone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CASEYOS = str(Path(sys.executable).with_name("caseyos"))


def closed(home: dict[str, str], redirection: str, *arguments: str) -> tuple[int, str]:
    """The exit code, and all that could be printed."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", CASEYOS, "-P", "demo", *arguments],
        env=home,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("redirection", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 0),
        (("today",), 0),
        (("queue",), 0),
        (("accept", "-"), 2),
        (("auth", "login", "imap", "work", "--secret-stdin"), None),
        (("edit", "zzzz", "--body", "-"), 12),
    ],
)
def test_a_closed_stream(
    demo_home: dict[str, str], redirection: str, arguments: tuple[str, ...], code: int | None
) -> None:
    if "<" not in redirection:
        redirection += " </dev/null"
    ended, said = closed(demo_home, redirection, *arguments)
    assert "Traceback" not in said and "unexpected" not in said
    assert ended != 1 if code is None else ended == code, said


def test_a_stream_s_number_is_not_given_to_another_file() -> None:
    script = (
        "import os; from caseyos.cli import streams; streams.present();"
        "opened = os.open(os.devnull, os.O_RDONLY); print(opened > 2, os.get_inheritable(0))"
    )
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&- 2>&-', "sh", sys.executable, "-c", script],
        capture_output=True,
        text=True,
    )
    assert done.stdout == "True True\n"
