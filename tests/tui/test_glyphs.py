"""Signs in Unicode and in ASCII."""

import locale

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from caseyos.tui.glyphs import ASCII, UNICODE, Glyphs, choose

SIGNS = [name for name in Glyphs.__slots__ if name != "ascii_only"]


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_every_sign_takes_one_cell(glyphs: Glyphs) -> None:
    assert all(cell_len(getattr(glyphs, name)) == 1 for name in SIGNS)


@given(st.text())
def test_ascii_folds_everything(text: str) -> None:
    assert ASCII.fold(text).isascii()
    assert UNICODE.fold(text) == text


def test_signs_fold_to_their_twins() -> None:
    assert ASCII.fold("".join(getattr(UNICODE, name) for name in SIGNS)) == "".join(
        getattr(ASCII, name) for name in SIGNS
    )


def test_the_flag_the_setting_and_the_locale_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose("unicode", ascii_only=True) is ASCII
    assert choose("ascii", ascii_only=False) is ASCII
    assert choose("unicode", ascii_only=False) is UNICODE
    monkeypatch.setattr(locale, "getpreferredencoding", lambda _do: "ANSI_X3.4-1968")
    assert choose("auto", ascii_only=False) is ASCII
    monkeypatch.setattr(locale, "getpreferredencoding", lambda _do: "UTF-8")
    assert choose("auto", ascii_only=False) is UNICODE
