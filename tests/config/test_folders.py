"""The base folders of a profile."""

import pytest

from caseyos.config.folders import folder


@pytest.mark.parametrize(
    ("value", "profile", "found"),
    [
        ("", "default", "/home/c/.local/state/caseyos"),
        ("/s", "default", "/s/caseyos"),
        ("/s/", "demo", "/s/caseyos/profiles/demo"),
        ("relative", "default", "/home/c/.local/state/caseyos"),
    ],
)
def test_a_folder(value: str, profile: str, found: str) -> None:
    assert folder("XDG_STATE_HOME", profile, {"HOME": "/home/c", "XDG_STATE_HOME": value}) == found


def test_without_a_home_the_account_s_own() -> None:
    assert folder("XDG_CACHE_HOME", "default", {}).endswith("/.cache/caseyos")
