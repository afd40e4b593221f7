"""The title bar, the status line with SAFE or LIVE, and the footer that fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from caseyos.tui import keys, labels
from caseyos.tui.painted import Bar

if TYPE_CHECKING:
    from caseyos.tui.frame import Frame

Part = tuple[str, str, str]
VIEWS = (
    ("today", "1 Today"),
    ("signals", "2 Signals"),
    ("dashboard", "3 Dashboard"),
    ("activity", "4 Activity"),
)


class TitleBar(Bar):
    """Where you are, the views with their keys, the clock."""

    def line(self, width: int) -> Sequence[Part]:
        """Name, views, clock; the views give way first."""
        frame: Frame = self.screen  # type: ignore[assignment]
        now = self.program.core.clock.now()
        clock = labels.clock(now, self.program.zone) + " "
        if self.program.standing_clock:
            clock = f"as of {now.astimezone(self.program.zone):%d %b %Y} "
        parts: list[Part] = [(" CaseyOS ", "title", "")]
        place = frame.place
        if place:
            parts.append((f"  1 Today › {place}", "text", "back"))
        elif width >= 76:
            for name, label in VIEWS:
                ink = "title" if name == frame.view_name else "dim"
                parts.append((f"  {label}", ink, f"view('{name}')"))
        else:
            parts.append((f"  {frame.view_name.title()}", "title", ""))
        return _spread(parts, [(clock, "dim", "")], width)


class StatusLine(Bar):
    """Counts and health on the left, SAFE or LIVE at the right end, always."""

    def line(self, width: int) -> Sequence[Part]:
        """What matters now."""
        frame: Frame = self.screen  # type: ignore[assignment]
        program = self.program
        dot = f" {program.glyphs.dot} "
        mode = program.mode_word
        right: list[Part] = []
        pulse = program.pulse
        if program.offline is not None:
            since = program.offline.since.astimezone(program.zone)
            right.append((f"! OFFLINE since {since:%H:%M}", "bad", ""))
        elif pulse is not None and width >= 60:
            told = "daemon ok" if pulse.daemon else "daemon off"
            right.append((told, "dim" if pulse.daemon else "care", ""))
        right.append((dot if right else "", "dim", ""))
        right.append((mode, "live" if mode.startswith("LIVE") else "safe", "mode"))
        right.append((" ", "dim", ""))
        room = width - sum(cell_len(text) for text, _, _ in right) - 3
        left: list[Part] = []
        for text, ink, action in frame.status_parts():
            sep = dot if left else " "
            if cell_len(text) + len(sep) > room:
                break
            left += [(sep, "dim", ""), (text, ink, action)]
            room -= cell_len(text) + len(sep)
        return _spread(left, right, width)


class Footer(Bar):
    """The keys that matter most here, as many as fit, the last one always help."""

    def line(self, width: int) -> Sequence[Part]:
        """Key and word, key and word."""
        frame: Frame = self.screen  # type: ignore[assignment]
        program = self.program
        found = [key for key in keys.keys_of(frame.keys_of, program.keymap) if key.foot]
        *others, last = sorted(found, key=lambda key: key.foot)
        if frame.keys_of != keys.TODAY:
            others.insert(0, next(key for key in keys.KEYS if key.name == "back"))
        room = width - 2 - _size(last)
        fitting = []
        for key in others:
            if _size(key) + 1 <= room:
                fitting.append(key)
                room -= _size(key) + 1
        gap = "  " if room >= len(fitting) else " "
        parts: list[Part] = [(" ", "dim", "")]
        for key in (*fitting, last):
            parts.append((keys.shown(key.keys.split(",")[0]), "key", key.action))
            parts.append((f" {key.label}", "dim", key.action))
            parts.append((gap, "dim", ""))
        return parts[:-1]


def _size(key: keys.Key) -> int:
    return len(keys.shown(key.keys.split(",")[0])) + 1 + len(key.label)


def _spread(left: list[Part], right: list[Part], width: int) -> list[Part]:
    """The left parts, the gap, the right parts; the right ones are never pushed out."""
    used = sum(cell_len(text) for text, _, _ in left)
    room = width - used - sum(cell_len(text) for text, _, _ in right)
    if room < 0:
        return [*left[:1], *right] if len(left) > 1 else right
    return [*left, (" " * room, "dim", ""), *right]
