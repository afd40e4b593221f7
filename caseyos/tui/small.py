"""What stands in the place of everything on a terminal that is too small for it."""

from __future__ import annotations

from textual.geometry import Size

from caseyos.tui.ink import Line

WIDE, TALL = 60, 16  # below both nothing useful fits
NARROWEST, LOWEST = 40, 10


def too_small(size: Size) -> bool:
    """Whether there is room for less than the list alone."""
    both = size.width < WIDE and size.height < TALL
    return both or size.width < NARROWEST or size.height < LOWEST


def notice(size: Size) -> list[Line]:
    """What to do about it."""
    return [
        [(f" Too small ({size.width}x{size.height}),", "care")],
        [(f" need {WIDE}x{TALL}.", "care")],
        [(" q quits", "dim")],
    ]
