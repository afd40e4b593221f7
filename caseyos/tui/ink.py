"""Lines of text with named inks, and how they become the terminal's cells.

The one sink of the screen: whatever is drawn passes `cells`, which makes outside text harmless.
Markup is never read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip

from caseyos.domain.text import safe_line, safe_text

if TYPE_CHECKING:
    from rich.style import Style

    from caseyos.tui.glyphs import Glyphs

Span = tuple[str, str]  # text, ink
Line = Sequence[Span]

# The inks: meaning, not colour; `look.tcss` gives each its look for every theme.
INKS = (
    *("text", "title", "dim", "rule", "score", "bar", "empty", "late", "good", "care", "bad"),
    *("account", "safe", "live", "key", "mark", "done"),
)
# What a screen names as its COMPONENT_CLASSES, so that its surfaces find their inks there.
INK_CLASSES = frozenset(f"ink--{name}" for name in (*INKS, "cursor"))


def harmless(text: str) -> str:
    """`text` on one line without anything that acts on a terminal, its spaces kept."""
    if text.isascii() and text.isprintable():
        return text
    return safe_text(text).replace("\n", " ").replace("\t", " ")


def fit(text: object, width: int, glyphs: Glyphs) -> str:
    """`text` in exactly `width` cells: cut with an ellipsis, or filled with spaces."""
    if width <= 0:
        return ""
    # No cell is narrower than nothing: text far beyond the width need not be looked at.
    line = glyphs.fold(safe_line(str(text)[: width * 8 + 80]))
    if cell_len(line) > width:
        line = set_cell_size(line, width - 1).rstrip() + glyphs.ellipsis
    return line + " " * (width - cell_len(line))


def right(text: object, width: int, glyphs: Glyphs) -> str:
    """`text` at the right end of `width` cells."""
    line = fit(text, width, glyphs).rstrip()
    return " " * (width - cell_len(line)) + line


def cells(
    line: Line, width: int, ink: Callable[[str], Style], ground: Style, glyphs: Glyphs
) -> Strip:
    """A line as `width` cells of the terminal."""
    segments = [
        Segment(glyphs.fold(harmless(text)), ground + ink(name)) for text, name in line if text
    ]
    return Strip(segments).adjust_cell_length(width, ground)


def plain(lines: Iterable[Line]) -> str:
    """Lines as text without their inks."""
    return "\n".join("".join(text for text, _ in line).rstrip() for line in lines)


def wrapped(text: str, width: int, ink: str = "text", before: str = "") -> list[Line]:
    """Text of several lines, wrapped at words to `width`, each behind `before`."""
    room = max(width - len(before), 8)
    lines: list[Line] = []
    for paragraph in safe_text(text).expandtabs(4).split("\n"):
        # Wide characters take two cells each: half the room holds any of them.
        narrow = cell_len(paragraph) == len(paragraph)
        parts = wrap(
            paragraph,
            room if narrow else max(room // 2, 4),
            drop_whitespace=False,
            break_on_hyphens=False,
        ) or [""]
        lines += [[(before + part.rstrip(), ink)] for part in parts]
    return lines
