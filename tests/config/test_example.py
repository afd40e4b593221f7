"""The generated example and reference: every key, and what they show is what is meant."""

import re
import tomllib
from pathlib import Path

from caseyos.config import load_config
from caseyos.config.example import DOCS, LIMITS, about, example_text, reference_page
from caseyos.config.load import all_keys
from caseyos.config.model import File


def test_every_key_has_its_sentence_and_no_sentence_is_left_over() -> None:
    limits = {key for key in all_keys() if key.startswith("limits.")}
    assert set(all_keys()) - limits == set(DOCS)
    assert {key.rpartition(".")[2] for key in limits} == set(LIMITS)
    assert all(about(key) for key in all_keys())


def test_the_example_as_it_stands_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "example.toml"
    path.write_text(example_text())
    assert load_config(path=path, environ={}).settings == File()


def test_with_its_remarks_taken_away_it_is_the_defaults(tmp_path: Path) -> None:
    shown = re.sub(r"(?m)^# (\w+ = )", r"\1", example_text())
    # Of the two ways to log in the example shows both; one file has one.
    shown = re.sub(r"(?m)^oauth = .*\n", "", shown)
    shown = re.sub(r"(?m)^# (\[+\w[\w.]*\]+)$", r"\1", shown)
    path = tmp_path / "example.toml"
    path.write_text(shown)
    settings = load_config(path=path, environ={}).settings
    plain = File()
    for section in ("database", "ui", "send", "queue", "http", "retention", "deals", "limits"):
        assert getattr(settings, section) == getattr(plain, section)
    assert settings.score == plain.score
    assert settings.source[0].kind == "maildir"
    assert settings.play[0].name == "deal_silent"
    assert settings.icp.sectors is not None
    assert tomllib.loads(shown)["owner"] == "casey"


def test_the_reference_has_a_row_for_every_key() -> None:
    page = reference_page()
    for key in all_keys():
        if key not in ("source", "play", "keymap", "jobs") and not key.startswith("icp."):
            assert f"| `{key}` |" in page
    assert all(line.count("|") >= 4 for line in page.splitlines() if line.startswith("| `"))
