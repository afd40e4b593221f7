"""The command page names every command, and every option a person may type."""

from __future__ import annotations

from caseyos.cli.entry import COMMANDS
from caseyos.cli.reference import reference_page


def test_every_command_and_its_options_are_there() -> None:
    page = reference_page()
    assert all(f"`caseyos {name}" in page for name in COMMANDS)
    for option in ("--dry-run", "--as-of", "--plan", "--me ME", "completion install"):
        assert option in page
    assert "--allow-remote" not in page
