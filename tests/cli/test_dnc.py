"""dnc: add, check, list, remove, import, and the way back."""

from __future__ import annotations

from pathlib import Path

from tests.cli.reading import data, said
from tests.conftest import Run


def test_a_person_and_a_domain_from_the_shell(demo: Run) -> None:
    assert "may be written to" in said(demo, "dnc", "check", "eve@nowhere.example")
    assert "eve@nowhere.example" in said(
        demo, "dnc", "add", "Eve@Nowhere.example", "--reason", "asked"
    )
    assert "asked" in said(demo, "dnc", "check", "eve+list@nowhere.example")
    assert data(demo, "dnc", "check", "eve@nowhere.example")["suppressed"] is True
    assert any(row["value"] == "eve@nowhere.example" for row in data(demo, "dnc", "list", "eve"))
    said(demo, "undo")
    assert "may be written to" in said(demo, "dnc", "check", "eve@nowhere.example")
    said(demo, "dnc", "add", "nowhere.example")
    assert "domain nowhere.example" in said(demo, "dnc", "check", "eve@eu.nowhere.example")
    said(demo, "dnc", "remove", "nowhere.example")
    assert "not on the list" in said(demo, "dnc", "remove", "nowhere.example", code=12)
    assert "neither" in said(demo, "dnc", "add", "nobody", code=2)


def test_a_file_with_a_bad_line(demo: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("a@nowhere.example\nnonsense\nb@nowhere.example\n")
    done = demo("dnc", "import", str(file))
    assert done.returncode == 0
    assert "a@nowhere.example" in done.stdout
    assert "line 2: nonsense" in done.stderr
    said(demo, "undo")
    assert "may be written to" in said(demo, "dnc", "check", "a@nowhere.example")
