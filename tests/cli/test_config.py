"""config: reading, explaining and changing, with the file and line of what is wrong."""

from __future__ import annotations

from pathlib import Path

from tests.cli.reading import data, said
from tests.conftest import Run


def test_paths_lie_in_the_xdg_folders(caseyos: Run, home: dict[str, str]) -> None:
    paths = data(caseyos, "config", "path")
    assert paths["config"] == f"{home['XDG_CONFIG_HOME']}/caseyos/caseyos.toml"
    assert paths["exists"] is False
    assert not Path(home["XDG_DATA_HOME"]).exists(), "asking where it is must not make it"


def test_set_get_explain_and_undo(caseyos: Run, home: dict[str, str]) -> None:
    assert said(caseyos, "config", "get", "send.hold").strip() == "30s"
    told = said(caseyos, "config", "set", "send.hold", "45s")
    assert "Undo: caseyos config set send.hold 30s" in told
    assert said(caseyos, "config", "get", "send.hold").strip() == "45s"
    layers = data(caseyos, "config", "explain", "send.hold", CASEYOS_SEND__HOLD="50s")
    assert [(one["value"], one["used"]) for one in layers if one["value"] is not None] == [
        *(("50s", True), ("45s", False), ("30s", False))
    ]
    file = Path(home["XDG_CONFIG_HOME"], "caseyos/caseyos.toml")
    assert file.stat().st_mode & 0o077 == 0


def test_a_refused_value_leaves_the_file_alone(caseyos: Run, home: dict[str, str]) -> None:
    said(caseyos, "config", "set", "send.hold", "45s")
    file = Path(home["XDG_CONFIG_HOME"], "caseyos/caseyos.toml")
    before = file.read_bytes()
    assert "send.hold" in said(caseyos, "config", "set", "send.hodl", "1s", code=11)
    assert "score.weights" in said(caseyos, "config", "set", "score.weights.revenue", "90", code=11)
    assert file.read_bytes() == before


def test_the_example_is_itself_a_good_configuration(caseyos: Run, home: dict[str, str]) -> None:
    file = Path(home["HOME"], "example.toml")
    said(caseyos, "config", "example", "--to", str(file))
    assert said(caseyos, "--config", str(file), "config", "check").startswith("ok")
    assert data(caseyos, "--config", str(file), "config", "list") == data(caseyos, "config", "list")


def test_a_refused_value_names_your_file_and_a_negative_number_is_one(
    caseyos: Run, home: dict[str, str]
) -> None:
    told = said(caseyos, "config", "set", "limits.send_email.per_day", "-1", code=11)
    assert "/caseyos/caseyos.toml:" in told and "expected 0 or more, got -1" in told
    assert "Undo: caseyos config set timezone ''" in said(
        caseyos, "config", "set", "timezone", "UTC"
    )


def test_a_project_file_that_has_the_last_word_is_named(caseyos: Run, tmp_path: Path) -> None:
    (tmp_path / "caseyos.toml").write_text('[send]\nhold = "7s"\n')
    done = caseyos("config", "set", "send.hold", "8s", cwd=tmp_path)
    assert "has the last word: send.hold stays 7s here" in done.stderr
    assert "Undo: caseyos config set send.hold 30s" in done.stdout


def test_there_is_no_editor_without_a_terminal(caseyos: Run) -> None:
    assert "caseyos config set" in said(caseyos, "config", "edit", code=5)


def test_actions_are_switched_off_in_any_plain_word(caseyos: Run) -> None:
    for word in ("false", "False", "0", "no", "off"):
        done = caseyos("config", "get", "actions.enabled", ACTIONS_ENABLED=word)
        assert done.stdout.strip() == "false", done.stderr


def test_check_knows_themes_keys_kinds_and_words(caseyos: Run, home: dict[str, str]) -> None:
    file = Path(home["XDG_CONFIG_HOME"], "caseyos/caseyos.toml")
    file.parent.mkdir(parents=True)
    for text, path, nearest in (
        ('[ui]\ntheme = "caseyos-darc"\n', "ui.theme", "caseyos-dark"),
        ('[keymap]\nacept = "x"\n', "keymap", "accept"),
        ('[[source]]\nkind = "imapp"\nname = "a"\n', "source", "imap?"),
        ('[telemetry]\ncrash_reports = "onn"\n', "telemetry.crash_reports", "mean on?"),
    ):
        file.write_text(text)
        told = said(caseyos, "config", "check", code=11)
        assert path in told and nearest in told
