"""A text in the person's own editor."""

import stat
from pathlib import Path

import pytest

from caseyos.app.own_editor import edited


def editor(folder: Path, script: str) -> str:
    """A program that edits as a person would."""
    path = folder / "editor.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_what_the_editor_wrote_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "printf 'Subject: New words\\n\\nHello\\nDana\\n' > \"$1\""
    monkeypatch.setenv("VISUAL", editor(tmp_path, script))
    assert edited("Old", "Text") == ("New words", "Hello\nDana\n")
    monkeypatch.setenv("VISUAL", editor(tmp_path, "exit 3"))
    assert edited("Old", "Text") is None
    monkeypatch.setenv("VISUAL", str(tmp_path / "nothing"))
    assert edited("Old", "Text") is None
