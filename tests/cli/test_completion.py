"""completion show, install, ids."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.reading import data, said
from tests.conftest import Run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_file_is_shown_and_put_where_the_shell_looks(
    shell: str, caseyos: Run, home: dict[str, str]
) -> None:
    shown = said(caseyos, "completion", "show", shell)
    told = said(caseyos, "completion", "install", shell)
    path = Path(told.split()[1].rstrip("."))
    assert path.is_relative_to(home["HOME"])
    assert path.read_text().split() == shown.split()
    said(caseyos, "completion", "install", shell)


def test_another_shell_is_refused(caseyos: Run) -> None:
    assert "'tcsh'" in said(caseyos, "completion", "show", "tcsh", code=2)


def test_ids_are_the_best_pending_moves(demo: Run) -> None:
    codes = [row["id"] for row in data(demo, "queue", "--limit", "50")]
    lines = said(demo, "completion", "ids").splitlines()
    assert [line.split("\t")[0] for line in lines] == codes
    assert [row["id"] for row in data(demo, "completion", "ids")] == codes
