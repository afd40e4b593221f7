"""Explaining and setting single keys; the file keeps its remarks and never goes bad."""

import stat
from pathlib import Path

import pytest

from caseyos.config import Config, load_config
from caseyos.config.edit import explain, set_key
from caseyos.errors import ConfigError


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}


def load(environ: dict[str, str], **more: str) -> Config:
    return load_config(environ=environ | more, cwd=Path(environ["HOME"]))


def test_set_then_explain(environ: dict[str, str]) -> None:
    path = set_key(load(environ), "send.hold", "45s")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    config = load(environ, CASEYOS_SEND__HOLD="1m")
    told = [(o.layer, o.value, o.place, o.used) for o in explain(config, "send.hold")]
    assert told == [
        ("env", "1m", "CASEYOS_SEND__HOLD", True),
        ("user file", "45s", str(path), False),
        ("default", "30s", "", False),
    ]


def test_remarks_and_order_stay(environ: dict[str, str]) -> None:
    path = load(environ).paths.config_file
    path.parent.mkdir(parents=True)
    path.write_text("# mine\nowner = 'me'  # really\n\n[send]\n# soon\nhold = '10s'\n")
    set_key(load(environ), "send.hold", "20s")
    set_key(load(environ), "ui.floor", "30")
    text = path.read_text()
    assert text.startswith("# mine\nowner = 'me'  # really\n\n[send]\n# soon\nhold = \"20s\"\n")
    config = load(environ)
    assert (config.settings.send.hold, config.settings.ui.floor, config.owner) == ("20s", 30, "me")


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("owner", "Dana", "Dana"),
        ("ui.mouse", "false", False),
        ("learning.explore", "0.25", 0.25),
        ("deals.won", '["Won", "Signed"]', ["Won", "Signed"]),
        ("score.weights", "{revenue=25.0,urgency=25.0,effort=25.0,strategic=25.0}", None),
        ("keymap.accept", "x", "x"),
        ("jobs.tick", '{ every = "2m" }', None),
        ("icp.sectors", '{ values = ["retail"], weight = 2.0 }', None),
    ],
)
def test_every_kind_of_key(environ: dict[str, str], key: str, raw: str, value: object) -> None:
    set_key(load(environ), key, raw)
    origin = explain(load(environ), key)[0]
    assert origin.layer == "user file"
    assert origin.used
    assert value is None or origin.value == value


@pytest.mark.parametrize(
    ("key", "raw", "words"),
    [
        ("send.hodl", "30s", "Did you mean send.hold"),
        ("sned", "x", "Did you mean send"),
        ("send.hold", "soon", "expected a length of time"),
        ("ui.floor", "high", "expected a whole number"),
        ("ui.floor", "400", "0 to 100"),
        ("score.weights.revenue", "50", "must add up to 100"),
        ("send", "5", "expected"),
    ],
)
def test_what_would_be_refused_leaves_the_file_alone(
    environ: dict[str, str], key: str, raw: str, words: str
) -> None:
    path = load(environ).paths.config_file
    path.parent.mkdir(parents=True)
    path.write_text("owner = 'me'\n")
    with pytest.raises(ConfigError, match=words):
        set_key(load(environ), key, raw)
    assert path.read_text() == "owner = 'me'\n"
    assert [p.name for p in path.parent.iterdir()] == ["caseyos.toml"]


def test_a_key_below_a_plain_value(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"no key owner\.name"):
        set_key(load(environ), "owner.name", "x")


def test_explaining_a_key_that_is_not_there(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"Did you mean queue.plan_valid"):
        explain(load(environ), "queue.plan_valdi")
