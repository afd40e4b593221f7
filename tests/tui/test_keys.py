"""The key table keeps its laws, and the generated page is its."""

import pytest

from caseyos.errors import ConfigError
from caseyos.tui.keys import (
    EATEN,
    EVERYWHERE,
    KEYS,
    checked_keymap,
    conflicts,
    keys_of,
    reference_page,
    shown,
)


@pytest.mark.parametrize("screen", EVERYWHERE)
def test_no_two_ids_share_a_key_on_a_screen(screen: str) -> None:
    assert conflicts(keys_of(screen)) == []


def test_ids_are_unique_and_no_key_is_one_a_terminal_eats() -> None:
    assert len({key.name for key in KEYS}) == len(KEYS)
    assert not EATEN & {one for key in KEYS for one in key.keys.split(",")}


def test_enter_only_opens_and_the_key_that_sends_is_not_the_one_that_starts() -> None:
    assert [key.name for key in KEYS if "enter" in key.keys.split(",")] == ["open"]
    by_name = {key.name: key for key in KEYS}
    assert set(by_name["execute"].keys.split(",")).isdisjoint(by_name["send"].keys.split(","))


def test_every_key_has_words_for_the_help() -> None:
    for key in KEYS:
        assert key.help
        assert key.label
        assert key.group


@pytest.mark.parametrize(
    ("keymap", "told"),
    [
        ({"acept": "y"}, "Did you mean accept"),
        ({"accept": "ctrl+s"}, "eaten by a terminal"),
        ({"accept": "d"}, "d is both accept and dismiss on the today screen"),
        ({"send": "x"}, "send takes a capital letter only"),
        ({"send": "enter"}, "send takes a capital letter only"),
    ],
)
def test_a_keymap_that_cannot_be_meant_is_refused(keymap: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        checked_keymap(keymap)


def test_a_keymap_is_read_as_people_write_it() -> None:
    assert checked_keymap({"filter": "/, f", "accept": "+", "add": "i"}) == {
        "filter": "slash,f",
        "accept": "plus",
        "add": "i",
    }
    assert shown("ctrl+p") == "^p"
    assert shown("full_stop") == "."


def test_the_page_names_every_id_once() -> None:
    page = reference_page()
    assert all(page.count(f"| `{key.name}` |") == 1 for key in KEYS)
