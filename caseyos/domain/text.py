"""What text from outside may look like on a screen.

Controls, escapes and direction overrides become visible stand-ins; nothing is dropped silently.
Every one of them is unprintable, so printable text passes at once and loads nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

# C0 but tab and newline, DEL, C1, line/paragraph separators, bidi controls, zero-width
# characters, lone surrogates, tag characters and the BOM.
_HOSTILE = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_JOINERS = frozenset("\u200d")  # a zero-width joiner between emoji is honest text


def _stand_in(found: re.Match[str]) -> str:
    character = found.group()
    code = ord(character)
    if character in _JOINERS:
        import unicodedata

        start, whole = found.start(), found.string
        if 0 < start < len(whole) - 1 and all(
            unicodedata.category(c) in ("So", "Mn", "Sk") or c == "\ufe0f"
            for c in (whole[start - 1], whole[start + 1])
        ):
            return character
    if code < 0x20:
        return "^" + chr(code + 0x40)
    if code == 0x7F:
        return "^?"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def safe_text(text: object) -> str:
    """`text` with every character that could act on a terminal made visible; may hold newlines."""
    plain = str(text)
    if plain.isprintable():
        return plain
    import re

    return re.sub(_HOSTILE, _stand_in, plain)


def safe_line(text: object, limit: int | None = None) -> str:
    """`safe_text` on one line, cut with an ellipsis at `limit` characters."""
    line = " ".join(safe_text(text).split())
    if limit is not None and len(line) > limit:
        return line[: max(limit - 1, 0)] + "…"
    return line


def storable(text: str) -> str:
    """`text` as PostgreSQL can hold it: NUL and lone surrogates become U+FFFD."""
    if text.isprintable():
        return text
    import re

    return re.sub("[\x00\ud800-\udfff]", "\ufffd", text)
