"""Foreign text is shown harmless: nothing acts, nothing vanishes."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from caseyos.domain.text import safe_line, safe_text, storable
from tests.domain.hostile import HOSTILE

BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
any_text = st.text(st.characters(exclude_categories=()))


def acts(character: str) -> bool:
    """Whether a terminal may act on this, or a reader be misled by it."""
    if character in "\t\n\u200d":
        return False
    return (
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or character in BIDI
        or character in "\u200b\u200c\u2060\ufeff\u00ad"
        or 0xE0000 <= ord(character) <= 0xE007F
    )


def test_there_are_thirty() -> None:
    assert len(set(HOSTILE)) == 30


@pytest.mark.parametrize("text", HOSTILE, ids=range(30))
def test_the_hostile_strings(text: str) -> None:
    shown = safe_text(text)
    assert not any(map(acts, shown))
    shown.encode()  # a terminal can be written to
    assert [c for c in shown if c in text] or shown.startswith(("^", "\\"))
    assert "\n" not in safe_line(text)


@given(any_text)
@example("a\u200db")
@example("\u200d👩")
def test_nothing_acts_and_nothing_is_lost(text: str) -> None:
    shown = safe_text(text)
    assert not any(map(acts, shown))
    kept = [c for c in text if not acts(c) and c != "\u200d"]
    rest = iter(shown)
    assert all(c in rest for c in kept)  # in order
    assert len(shown) >= len(text)


@given(any_text)
def test_once_is_enough(text: str) -> None:
    assert safe_text(safe_text(text)) == safe_text(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "^[[2J"),
        ("\x00", "^@"),
        ("\x7f", "^?"),
        ("\x9b", "\\u009b"),
        ("\u202e", "\\u202e"),
        ("\U000e0041", "\\U000e0041"),
        ("a\tb\nc", "a\tb\nc"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("👩🏽\u200d💻", "👩🏽\u200d💻"),
        ("pa\u200dy", "pa\\u200dy"),
        ("[Acme]", "[Acme]"),
        (None, "None"),
    ],
)
def test_stand_ins(text: object, shown: str) -> None:
    assert safe_text(text) == shown


@given(any_text, st.integers(1, 80))
def test_a_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = safe_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert line == line.strip()


def test_a_cut_line_says_so() -> None:
    assert safe_line("a  b\n c", 4) == "a b…"


@given(any_text)
def test_storable_text_can_be_stored(text: str) -> None:
    kept = storable(text)
    kept.encode()
    assert "\x00" not in kept
    assert len(kept) == len(text)
