"""The sentences of `--help` are the commands' own."""

from __future__ import annotations

import pytest

from caseyos.cli import sentences
from caseyos.cli.entry import COMMANDS, command_tree, run


def test_every_command_has_its_own_sentence() -> None:
    root = command_tree()
    assert list(sentences.SENTENCES) == list(COMMANDS)
    for name in COMMANDS:
        command = root.get_command(None, name)
        first = (command.help or "").split("\n\n")[0].replace("\n", " ").strip()
        assert sentences.SENTENCES[name] == first
        assert not command.hidden


def test_help_is_the_same_as_when_every_command_is_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["--help"]) == 0
    short = capsys.readouterr().out
    monkeypatch.setattr(sentences, "SENTENCES", {})
    assert run(["--help"]) == 0
    assert capsys.readouterr().out == short
    assert "The one top move, and why." in short
