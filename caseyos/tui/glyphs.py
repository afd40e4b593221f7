"""The signs of the screen, in Unicode and in ASCII, and the fold to ASCII for every other text."""

from __future__ import annotations

import locale
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One sign for each thing the screen shows by a sign."""

    cursor: str = "›"
    marked: str = "●"
    accepted: str = "✓"
    dismissed: str = "×"
    snoozed: str = "∘"
    outbox: str = "↗"
    care: str = "!"
    full: str = "█"
    empty: str = "░"
    dot: str = "·"
    rule: str = "─"
    side: str = "│"
    branch: str = "└"
    ellipsis: str = "…"
    arrow: str = "→"
    ascii_only: bool = False

    def fold(self, text: str) -> str:
        """`text` as this screen can show it."""
        if not self.ascii_only or text.isascii():
            return text
        return text.translate(_FOLDED).encode("ascii", "replace").decode()


UNICODE = Glyphs()
ASCII = Glyphs(
    cursor=">",
    marked="*",
    accepted="+",
    dismissed="x",
    snoozed="o",
    outbox="^",
    full="#",
    empty=".",
    dot="|",
    rule="-",
    side="|",
    branch="`",
    ellipsis="~",
    arrow=">",
    ascii_only=True,
)
_FOLDED = str.maketrans(
    {
        **{
            getattr(UNICODE, name): getattr(ASCII, name)
            for name in Glyphs.__slots__
            if name != "ascii_only"
        },
        "–": "-",
        "—": "-",
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "±": "~",
        "↑": "^",
        "↓": "v",
        "←": "<",
        "€": "E",
    }
)


def choose(setting: str, *, ascii_only: bool) -> Glyphs:
    """The glyphs that `--ascii`, `ui.glyphs` and the locale call for."""
    if ascii_only or setting == "ascii":
        return ASCII
    if setting == "auto" and "utf" not in locale.getpreferredencoding(False).lower():
        return ASCII
    return UNICODE
