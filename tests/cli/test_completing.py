"""Completion as real shells do it, with the file that `completion install` puts in place."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from caseyos.cli.completing import bash_file, completed, fish_file, zsh_file
from caseyos.cli.entry import COMMANDS
from tests.cli.reading import data
from tests.conftest import Run

BASH = """
source {file}
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_caseyos
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
autoload -Uz compinit; compinit -u -D
_describe() {{ print -rl -- ${{${{(P)${{@[-1]}}}}%%:*}} }}
compadd() {{ print -rl -- ${{@[2,-1]}} }}
_files() {{ : }}
source {file}
words=({words}); CURRENT=$#words; PREFIX=$words[-1]
_caseyos
"""


def shell(name: str) -> str:
    """The path of a shell; where it is missing CI fails and others are told."""
    path = shutil.which(name)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is not installed, and CI must try its completion")
        pytest.skip(f"NOT TRIED: {name} is not installed (apt-get install {name})")
    return path


def offered(name: str, line: str, home: dict[str, str], tmp_path: Path) -> list[str]:
    """What `name` offers after `line`; what begins with the last word is left."""
    file = tmp_path / "completion"
    file.write_text({"bash": bash_file, "zsh": zsh_file, "fish": fish_file}[name]())
    program = tmp_path / "bin" / "caseyos"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m caseyos "$@"\n')
    program.chmod(0o755)
    environ = home | {"PATH": f"{program.parent}:{home['PATH']}", "PYTHONPATH": str(Path.cwd())}
    *before, last = line.split(" ")
    words = " ".join([*before, last or "''"])
    if name == "fish":
        script = f"source {file}; complete -C '{line}'"
        command = [shell("fish"), "--no-config", "-c", script]
    else:
        script = (BASH if name == "bash" else ZSH).format(file=file, words=words)
        flags = ["--norc", "-c"] if name == "bash" else ["-f", "-c"]
        command = [shell(name), *flags, script]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    found = [one.split("\t")[0] for one in done.stdout.splitlines() if one]
    return [one for one in found if one.startswith(last)]


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_a_shell_completes(name: str, demo: Run, demo_home: dict[str, str], tmp_path: Path) -> None:
    demo("today")

    def after(line: str) -> set[str]:
        return set(offered(name, line, demo_home, tmp_path))

    assert set(COMMANDS) <= after("caseyos ")
    assert after("caseyos sn") == {"snooze"}
    assert after("caseyos db ba") == {"backup"}
    assert after("caseyos --color never db ba") == {"backup"}
    assert {"--limit", "--count", "--json", "--profile"} <= after("caseyos today --")
    assert "--limit" not in after("caseyos db --")
    assert after("caseyos --color ") == {"auto", "always", "never"}
    assert {"send_email", "create_task"} <= after("caseyos queue --kind ")
    assert {"bash", "zsh", "fish"} <= after("caseyos completion install ")
    codes = {row["id"] for row in data(demo, "queue", "--limit", "50")}
    assert len(codes) >= 12
    for command in ("show", "accept", "execute --dry-run"):
        assert codes <= after(f"caseyos -P demo {command} ")
    first = sorted(codes)[0]
    assert first in after(f"caseyos -P demo why {first[:2]}")


def test_what_is_completed_is_what_there_is() -> None:
    found = {one.path: one for one in completed()}
    assert set(COMMANDS) <= set(found)
    assert found["show"].takes_ids
    assert not found["signals show"].takes_ids
    assert not found["today"].takes_ids
    assert "completion ids" not in found


def test_it_asks_nobody_but_for_ids(tmp_path: Path) -> None:
    """The words of the static part come from the file alone: no process is started."""
    home = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    file = tmp_path / "completion"
    file.write_text(bash_file())
    script = BASH.format(file=file, words="caseyos to")
    environ = home | {"PATH": "/nonexistent"}
    done = subprocess.run(
        [shell("bash"), "--norc", "-c", script], env=environ, capture_output=True, text=True
    )
    assert done.stdout.split() == ["today"]
    assert done.stderr == ""
