"""The one sink of the screen: any text in, harmless cells of the right number out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from caseyos.tui.glyphs import ASCII, UNICODE, Glyphs
from caseyos.tui.ink import cells, fit, harmless, plain, right, wrapped
from tests.domain.hostile import HOSTILE
from tests.tui.test_hostile import ACTS

TEXTS = st.one_of(st.text(), st.sampled_from(HOSTILE))
GLYPHS = st.sampled_from([UNICODE, ASCII])


@given(TEXTS, st.integers(0, 90), GLYPHS)
def test_a_fitted_text_has_exactly_its_cells(text: str, width: int, glyphs: Glyphs) -> None:
    for found in (fit(text, width, glyphs), right(text, width, glyphs)):
        assert cell_len(found) == width
        assert not ACTS.search(found)


@given(st.lists(TEXTS, max_size=4), st.integers(1, 90), GLYPHS)
def test_a_painted_line_has_exactly_its_cells_and_acts_on_nothing(
    texts: list[str], width: int, glyphs: Glyphs
) -> None:
    strip = cells([(text, "text") for text in texts], width, lambda _: Style(), Style(), glyphs)
    assert strip.cell_length == width
    told = "".join(segment.text for segment in strip)
    assert not ACTS.search(told)
    assert "\n" not in told
    if glyphs.ascii_only:
        assert told.isascii()


@pytest.mark.parametrize("text", HOSTILE)
def test_wrapping_loses_nothing_and_fits(text: str) -> None:
    lines = wrapped(text, 40, before="  ")
    assert all(cell_len(line) <= 42 for line in plain(lines).splitlines())
    kept = "".join("".join(part for part, _ in line).strip() for line in lines)
    assert kept.replace(" ", "") == "".join(harmless(text).split())


def test_wrapping_keeps_paragraphs_and_words_whole() -> None:
    assert plain(wrapped("one two three\n\nfour", 12)) == "one two\nthree\n\nfour"
