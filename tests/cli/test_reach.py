"""What a command may reach for: no network, no keyring, no plugins and no program, unless it must.

An account that lies in the keyring is configured throughout, and an outside channel chosen.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import Run

CONFIGURATION = """
[channels]
email = "imap:work"
meetings = "calendar:team"

[[source]]
kind = "imap"
name = "work"
host = "imap.ours.invalid"
user = "casey@ours.invalid"
secret = { keyring = "caseyos/imap:work" }
smtp = { host = "smtp.ours.invalid" }

[[source]]
kind = "calendar"
name = "team"
url = "https://calendar.ours.invalid/"
user = "casey"
secret = { keyring = "caseyos/calendar:team" }
"""
# Sockets are refused by family: the server's own is a file. Entry points are read by opening
# entry_points.txt, which importlib.metadata does for every installed package.
_PROBE = """
import sys
reached = []

def hook(event, given):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "subprocess.Popen", "os.exec"):
        reached.append(f"{event} {given[0]!r}")
    elif event in ("socket.connect", "socket.sendto") and given[0].family != 1:
        reached.append(f"{event} {given[1]!r}")
    elif event == "import" and given[0].partition(".")[0] in ("keyring", "secretstorage"):
        reached.append(f"import {given[0]}")
    elif event == "open" and str(given[0]).endswith("entry_points.txt"):
        reached.append(f"open {given[0]}")

sys.addaudithook(hook)
from caseyos.cli.entry import run
code = run(sys.argv[1:])
sys.stderr.write("REACHED " + "; ".join(reached))
sys.exit(code)
"""
COMMANDS = [
    *(("today",), ("next",), ("status",), ("queue",), ("show", "1"), ("why", "1")),
    *(
        ("activity",),
        ("stats",),
        ("find", "a"),
        ("signals", "list"),
        ("outbox", "list"),
        ("audit", "show"),
    ),
    *(("--help",), ("version",), ("help", "safety"), ("config", "list"), ("mode",)),
    *(("completion", "ids"), ("completion", "show", "bash"), ("note", "1", "met in Lisbon")),
    *(("accept", "2"), ("undo",), ("add", "Call Lena")),
]


def probe(home: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command under the hook."""
    return subprocess.run(
        [sys.executable, "-c", _PROBE, *arguments],
        env=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_no_command_reaches_beyond_what_it_needs(caseyos: Run, home: dict[str, str]) -> None:
    for title in ("Write to Ravi", "Call Mina", "Plan the week"):
        assert caseyos("add", title, "--due", "2h").returncode == 0
    file = Path(home["XDG_CONFIG_HOME"], "caseyos/caseyos.toml")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(CONFIGURATION)
    file.chmod(0o600)
    assert caseyos("today").returncode == 0
    for arguments in COMMANDS:
        done = probe(home, *arguments)
        assert done.returncode == 0, (arguments, done.stderr)
        assert done.stderr.rpartition("REACHED ")[2] == "", arguments


def test_the_hook_sees_what_it_is_there_for(home: dict[str, str]) -> None:
    """The same hook, and a program that does reach out: a test that cannot fail proves nothing."""
    script = _PROBE.replace("code = run(sys.argv[1:])", "code = 0\n" + a_program_that_reaches_out())
    done = subprocess.run(
        [sys.executable, "-c", script], env=home, capture_output=True, text=True, timeout=60
    )
    said = done.stderr.rpartition("REACHED ")[2]
    for word in ("socket.getaddrinfo", "import keyring", "entry_points.txt", "subprocess.Popen"):
        assert word in said


def a_program_that_reaches_out() -> str:
    """A program that does everything that no command may do."""
    return (
        "import socket, subprocess, importlib.metadata\n"
        "try: socket.create_connection(('nowhere.invalid', 1), 1)\n"
        "except OSError: pass\n"
        "try: import keyring\n"
        "except ImportError: pass\n"
        "list(importlib.metadata.entry_points())\n"
        "subprocess.run(['true'])\n"
    )
