"""The pages that are made from the program: `python -m tests.generated write` makes them again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from caseyos.cli.completing import bash_file, fish_file, zsh_file
from caseyos.cli.reference import reference_page as command_page
from caseyos.config.example import example_text
from caseyos.config.example import reference_page as configuration_page
from caseyos.tui.keys import reference_page as keys_page

ROOT = Path(__file__).parents[1]
PAGES: Mapping[str, Callable[[], str]] = {
    "caseyos.toml.example": example_text,
    "docs/CLI.md": command_page,
    "docs/CONFIGURATION.md": configuration_page,
    "docs/KEYS.md": keys_page,
    "caseyos/cli/completions/caseyos.bash": bash_file,
    "caseyos/cli/completions/_caseyos": zsh_file,
    "caseyos/cli/completions/caseyos.fish": fish_file,
}


def main(words: list[str]) -> int:
    """Write every page with `write`; otherwise name the stale ones."""
    stale = [name for name, make in PAGES.items() if _present(name) != make()]
    if words == ["write"]:
        for name in stale:
            (ROOT / name).parent.mkdir(exist_ok=True)
            (ROOT / name).write_text(PAGES[name]())
            sys.stdout.write(f"wrote {name}\n")
        return 0
    for name in stale:
        sys.stdout.write(f"{name} is stale: make docs\n")
    return 1 if stale else 0


def _present(name: str) -> str | None:
    path = ROOT / name
    return path.read_text() if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
