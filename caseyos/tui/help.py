"""The keys of the screen behind, from the one table."""

from __future__ import annotations

from collections.abc import Mapping

from rich.cells import cell_len
from textual.binding import Binding

from caseyos.tui import keys
from caseyos.tui.ink import Line, Span
from caseyos.tui.reading import ReadingDialog


class HelpScreen(ReadingDialog):
    """Every key, in groups, in as many columns as fit."""

    BINDINGS = [Binding("question_mark,f1", "back", show=False)]  # noqa: RUF012

    def __init__(self, screen: str, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keys = keys.keys_of(screen, keymap)

    def _lines(self, width: int) -> list[Line]:
        lines: list[Line] = [
            [(" Keys", "title"), ("  lower case never reaches anyone; z takes it back", "dim")]
        ]
        for group in dict.fromkeys(key.group for key in self._keys):
            lines += [[], [(f" {group}", "title")]]
            spans = [_told(key) for key in self._keys if key.group == group]
            if width < 100:
                lines += spans
            else:
                half = (len(spans) + 1) // 2
                for place, left in enumerate(spans[:half]):
                    used = sum(cell_len(text) for text, _ in left)
                    more = spans[half + place] if half + place < len(spans) else []
                    gap: Span = (" " * max(1, width // 2 - used), "dim")
                    lines.append([*left, gap, *more])
        return lines


def _told(key: keys.Key) -> list[Span]:
    signs = " ".join(keys.shown(one) for one in key.keys.split(","))
    spans: list[Span] = [(f"  {signs:<10} ", "key"), (key.help, "text")]
    if key.reach != "no":
        spans.append((f"  [{key.reach}]", "care"))
    return spans
