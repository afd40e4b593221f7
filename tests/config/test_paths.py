"""Where a profile's files lie."""

from pathlib import Path

import pytest

from caseyos.config.paths import profile_paths
from caseyos.errors import ConfigError

HOME = {"HOME": "/home/casey"}
XDG = {
    **HOME,
    "XDG_CONFIG_HOME": "/c",
    "XDG_DATA_HOME": "/d",
    "XDG_STATE_HOME": "/s",
    "XDG_CACHE_HOME": "/x",
}


def test_the_folders_of_xdg() -> None:
    paths = profile_paths("default", XDG)
    assert paths.config_file == Path("/c/caseyos/caseyos.toml")
    assert paths.data_dir == Path("/d/caseyos")
    assert paths.state_dir == Path("/s/caseyos")
    assert paths.cache_dir == Path("/x/caseyos")
    assert paths.maildir == Path("/d/caseyos/mail")
    assert paths.calendar_dir == Path("/d/caseyos/calendar")
    assert paths.templates_dir == Path("/c/caseyos/templates")
    assert paths.backup_dir == Path("/s/caseyos/backups")
    assert paths.log_file == Path("/s/caseyos/log/caseyos.jsonl")


@pytest.mark.parametrize("given", ["", "relative/path"])
def test_an_empty_or_relative_variable_is_ignored(given: str) -> None:
    paths = profile_paths("default", HOME | {"XDG_DATA_HOME": given})
    assert paths.data_dir == Path("/home/casey/.local/share/caseyos")


def test_another_profile_has_folders_of_its_own() -> None:
    paths = profile_paths("demo", XDG)
    assert paths.data_dir == Path("/d/caseyos/profiles/demo")
    assert paths.config_file == Path("/c/caseyos/profiles/demo/caseyos.toml")


@pytest.mark.parametrize("name", ["", "..", "a/b", "Demo", "-x", "a" * 33, "a\n", "é"])
def test_a_profiles_name_stays_within_its_folder(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be a profile's name"):
        profile_paths(name, HOME)
