"""One configuration out of files and environment; what is wrong is named with file and line."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseyos.config.load import all_keys, load_config, parse_value, value_at
from caseyos.config.model import defaults
from caseyos.errors import CaseyError, ConfigError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "config" / "caseyos").mkdir(parents=True)
    return tmp_path / "config" / "caseyos" / "caseyos.toml"


def load(file: Path, text: str | None = None, **environ: str) -> Any:
    if text is not None:
        file.write_text(text)
    base = {"HOME": str(file.parents[2]), "XDG_CONFIG_HOME": str(file.parents[1])}
    return load_config(environ=base | environ, cwd=file.parents[2])


def test_nothing_at_all_is_the_defaults(file: Path) -> None:
    config = load(file)
    assert config.settings.send.hold == "30s"
    assert config.owner == "casey"
    assert config.profile == "default"


def test_the_contracts_defaults(file: Path) -> None:
    """The values printed in SPEC section 14."""
    s = load(file).settings
    assert (s.timezone, s.database.url) == ("", "")
    assert (s.ui.theme, s.ui.glyphs, s.ui.mouse, s.ui.floor) == ("caseyos-dark", "auto", True, 0)
    w = s.score.weights
    assert (w.revenue, w.urgency, w.effort, w.strategic) == (40, 25, 15, 20)
    assert (s.send.quiet_hours, s.send.validity) == ("19:00-07:30", "7d")
    limit = s.limits.send_email
    assert (limit.per_day, limit.per_recipient_per_week) == (20, 2)
    assert (limit.per_domain_per_day, limit.spacing) == (5, "90s")
    assert (s.learning.max_points, s.learning.maturity, s.learning.explore) == (10, "14d", 0.1)
    assert s.learning.segments == ["sector", "source", "stage"]
    assert (s.queue.expire_after, s.queue.list_valid, s.queue.plan_valid) == ("30d", "4h", "15m")
    assert s.http.listen == "127.0.0.1:8787"
    r = s.retention
    assert (r.drafts, r.signals, r.outcomes, r.audit) == ("90d", "90d", "365d", "365d")
    a = s.alerts
    assert (a.action_failure_rate, a.window, a.min_actions, a.source_silent) == (0.2, "1h", 5, "3x")
    assert s.telemetry.crash_reports == "off"


def test_environment_over_project_over_user_over_default(file: Path) -> None:
    project = file.parents[2] / "caseyos.toml"
    user = "[send]\nhold = '10s'\nvalidity = '1d'\nfrom_name = 'User'\n"
    assert load(file, user).settings.send.hold == "10s"
    project.write_text("[send]\nhold = '20s'\nvalidity = '2d'\n")
    config = load(file, CASEYOS_SEND__HOLD="40s")
    assert config.settings.send.hold == "40s"
    assert config.settings.send.validity == "2d"
    assert config.settings.send.from_name == "User"
    assert config.settings.send.quiet_hours == "19:00-07:30"


def test_a_named_file_stands_alone(file: Path) -> None:
    file.write_text("owner = 'user file'\n[send]\nhold = '10s'\n")
    named = file.with_name("other.toml")
    named.write_text("owner = 'named'\n")
    for config in (load_config(path=named, environ={}), load(file, CASEYOS_CONFIG=str(named))):
        assert config.owner == "named"
        assert config.settings.send.hold == "30s"


@pytest.mark.parametrize(
    ("variable", "value", "key", "expected"),
    [
        ("DATABASE_URL", "postgresql://x/y", "database.url", "postgresql://x/y"),
        ("SENTRY_DSN", "https://k@s.example/1", "telemetry.sentry_dsn", "https://k@s.example/1"),
        ("SENTRY_ENVIRONMENT", "prod", "telemetry.sentry_environment", "prod"),
        ("ACTIONS_ENABLED", "false", "actions.enabled", False),
        ("CASEYOS_OWNER", "5", "owner", "5"),
        ("CASEYOS_UI__FLOOR", "40", "ui.floor", 40),
        ("CASEYOS_UI__MOUSE", "false", "ui.mouse", False),
        ("CASEYOS_LEARNING__EXPLORE", "0.5", "learning.explore", 0.5),
        ("CASEYOS_DEALS__STAGES", '["A", "B"]', "deals.stages", ["A", "B"]),
        ("CASEYOS_LIMITS__SEND_EMAIL__PER_DAY", "3", "limits.send_email.per_day", 3),
    ],
)
def test_the_environment(file: Path, variable: str, value: str, key: str, expected: Any) -> None:
    config = load(file, **{variable: value})
    assert value_at(config.layers[-1].values, key) == expected
    found: Any = config.settings
    for part in key.split("."):
        found = getattr(found, part)
    assert found == expected


@pytest.mark.parametrize("value", ["", "0", "no", "maybe"])
def test_actions_enabled_is_a_word_for_yes_or_no(file: Path, value: str) -> None:
    """Whoever switches actions off by habit must never find them on."""
    try:
        enabled = load(file, ACTIONS_ENABLED=value).settings.actions.enabled
    except ConfigError as refusal:
        assert "ACTIONS_ENABLED" in refusal.message
    else:
        assert enabled is (value == "")


@pytest.mark.parametrize(
    "name", ["PROFILE", "OUTPUT", "LOG", "NO_INPUT", "ASCII", "SESSION", "TOKEN_FILE", "ACCESSIBLE"]
)
def test_names_that_are_no_keys(file: Path, name: str) -> None:
    load(file, **{f"CASEYOS_{name}": "default"})


@pytest.mark.parametrize(
    ("text", "line", "key", "near"),
    [
        ("[send]\n\nhodl = '30s'\n", 3, "send.hodl", "send.hold"),
        (
            "[limits.send_email]\nper_dya = 3\n",
            2,
            "limits.send_email.per_dya",
            "limits.send_email.per_day",
        ),
        (
            "limits.send_email.per_dya = 3\n",
            1,
            "limits.send_email.per_dya",
            "limits.send_email.per_day",
        ),
        ("# remark\n[sned]\nhold = '1s'\n", 2, "sned", "send"),
        ("owner = 'x'\ntimezoen = 'UTC'\n", 2, "timezoen", "timezone"),
        ("[score.wieghts]\nrevenue = 3\n", 1, "score.wieghts", "score.weights"),
    ],
)
def test_an_unknown_key(file: Path, text: str, line: int, key: str, near: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        load(file, text)
    assert f"{file}:{line}: no key {key}." in refusal.value.message
    assert f"Did you mean {near}" in refusal.value.message


def test_an_unknown_key_of_the_environment(file: Path) -> None:
    for name, near in (("CASEYOS_SEND__HODL", "send.hold"), ("CASEYOS_OWNRE", "owner")):
        with pytest.raises(ConfigError, match=name) as refusal:
            load(file, **{name: "30s"})
        assert f"Did you mean {near}" in refusal.value.message


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("[ui]\nfloor = 'low'\n", ":2: ui.floor:", "expected a whole number, got text in quotes"),
        ("[ui]\nmouse = 1\n", ":2: ui.mouse:", "expected true or false, got a whole number"),
        ("[send]\nhold = 30\n", ":2: send.hold:", "expected text in quotes, got a whole"),
        ("[deals]\nstages = ['a', 5]\n", ":2: deals.stages[", "expected text in quotes"),
        ("[[play]]\nname = 'x'\nefort = 3\n", ":3:", "Did you mean effort?"),
        ("[database]\nurl = 'mysql://u:hunter2@h'\n", ":2: database.url:", "expected postgresql"),
        ("[score.knots]\neffort = [[0, 1], [5]]\n", ":2: score.knots.effort", "length"),
        ("send = 5\n", ":1: send:", "expected a table, got a whole"),
        ("[[source]]\nkind = 'csv'\n", ":1: source", "missing required field name"),
        ("[[play]]\nname = 'x'\neffort = 'long'\n", ":3: play", "expected a number"),
    ],
)
def test_a_wrong_type_names_its_path(file: Path, text: str, place: str, words: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        load(file, text)
    assert f"{file}{place}" in refusal.value.message
    assert words in refusal.value.message


def test_a_wrong_value_names_file_line_and_key(file: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        load(file, "[send]\nhold = 'soon'\n")
    assert refusal.value.message.startswith(f"{file}:2: send.hold: expected a length of time")
    assert refusal.value.hint == "caseyos config explain send.hold"
    with pytest.raises(ConfigError, match=r"^the environment variable CASEYOS_UI__FLOOR: ui.floor"):
        load(file, "", CASEYOS_UI__FLOOR="400")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"owner = \n", "is not TOML"),
        (b"owner = 'a'\nowner = 'b'\n", "is not TOML"),
        (b"owner = '\xff'\n", "is not UTF-8 at byte 9"),
        (b"\x00", "is not TOML"),
        (b"# " + b"x" * 1024 * 1024, "larger than 1 MiB"),
        (b"a = " + b"[" * 9_000, "nests deeper"),
    ],
)
def test_a_file_that_is_no_configuration(file: Path, raw: bytes, words: str) -> None:
    file.write_bytes(raw)
    with pytest.raises(ConfigError, match=words) as refusal:
        load(file)
    assert str(file) in refusal.value.message


def test_a_named_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.toml", tmp_path):
        with pytest.raises(ConfigError, match="cannot be read"):
            load_config(path=path, environ={})


def test_every_key_is_found_by_its_name() -> None:
    values = defaults()
    for key in all_keys():
        value_at(values, key)
    with pytest.raises(KeyError):
        value_at(values, "send.nothing")


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("send.hold", "5", "5"),
        ("ui.floor", "5", 5),
        ("ui.floor", "five", "five"),
        ("icp.sectors", '{ values = ["retail"] }', {"values": ["retail"]}),
        ("deals.won", '["Won"]', ["Won"]),
        ("keymap.accept", "a", "a"),
        ("ui.floor", "1\nowner = 'x'", "1\nowner = 'x'"),
    ],
)
def test_values_written_as_text(key: str, raw: str, value: Any) -> None:
    assert parse_value(key, raw) == value


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=60) | st.sampled_from(["[send]\nhold=", "[[source]]\n", "[send\n", "a.b.c=1"])
)
def test_any_text_is_a_configuration_or_a_sentence(file: Path, text: str) -> None:
    file.write_bytes(text.encode("utf-8", "replace"))
    try:
        load(file)
    except CaseyError as refusal:
        assert str(file) in refusal.message
