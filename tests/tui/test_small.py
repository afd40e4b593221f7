"""When a terminal is too small."""

import pytest
from textual.geometry import Size

from caseyos.tui.small import notice, too_small


@pytest.mark.parametrize(
    ("width", "height", "small"),
    [(80, 24, False), (60, 16, False), (59, 24, False), (58, 15, True), (30, 40, True), (80, 9, True), (80, 15, False)],
)  # fmt: skip
def test_too_small(width: int, height: int, small: bool) -> None:
    assert too_small(Size(width, height)) is small


def test_it_says_what_it_is_and_what_it_needs() -> None:
    told = " ".join(text for line in notice(Size(50, 14)) for text, _ in line)
    assert "50x14" in told
    assert "60x16" in told
    assert "q quits" in told
