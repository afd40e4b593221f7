"""The tree: every command is there, loads alone, and misspelt ones are understood."""

from __future__ import annotations

from importlib import import_module

import pytest

from caseyos.cli.entry import COMMANDS
from tests.cli.reading import said
from tests.conftest import Run


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_exists_and_says_what_it_does(name: str) -> None:
    module, attribute, _ = COMMANDS[name]
    found = getattr(import_module(f"caseyos.cli.{module}"), attribute)
    assert (found.__doc__ if callable(found) and found.__doc__ else found.info.help).strip()


def test_help_names_every_command(caseyos: Run) -> None:
    told = said(caseyos, "--help")
    assert all(f" {name} " in told for name in COMMANDS)


def test_alone_without_a_terminal_it_prints_help(caseyos: Run) -> None:
    assert "What is my next best move" in said(caseyos)


def test_a_misspelt_command_and_flag(caseyos: Run) -> None:
    assert "Did you mean 'today'?" in said(caseyos, "todya", code=2)
    assert "--limit" in said(caseyos, "today", "--limt", "3", code=2)


def test_flags_stand_before_or_after_the_command(demo: Run) -> None:
    assert demo("--plain", "today").stdout == demo("today", "--plain").stdout
