"""How rows, bars and due times are drawn, by hand. No heavy import: the hot reads draw with it.

Times are seconds of the epoch here; a `Zone` turns them into the time of day people live by.
"""

from __future__ import annotations

import os
import sys
import time

from caseyos.domain.text import safe_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Protocol

    class Zone(Protocol):
        """Local time of a moment, and what the zone is called then."""

        def local(self, moment: float) -> time.struct_time: ...
        def name(self, moment: float) -> str: ...

    class Drawn(Protocol):
        """What a row of the list shows."""

        @property
        def code(self) -> str: ...
        @property
        def aps(self) -> float: ...
        @property
        def title(self) -> str: ...
        @property
        def account(self) -> str | None: ...
        @property
        def due(self) -> float | None: ...
        @property
        def reasoning(self) -> str | None: ...


def unicode_wanted(environ: Mapping[str, str]) -> bool:
    """Whether the locale can show more than ASCII; no locale at all is taken as a modern one."""
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or "C.UTF-8"
    return "utf" in locale.lower() or locale in ("C", "POSIX")


class SystemZone:
    """The zone of the process: the system's, or the one TZ names."""

    def local(self, moment: float) -> time.struct_time:
        """Local time."""
        return time.localtime(moment)

    def name(self, moment: float) -> str:
        """The zone's short name."""
        return time.localtime(moment).tm_zone


def width(environ: Mapping[str, str]) -> int:
    """How many columns to draw in: the terminal's, 100 where there is none, 60 to 160."""
    columns = environ.get("COLUMNS", "")
    wide = int(columns) if columns.isascii() and columns.isdigit() else 0
    if wide <= 0:
        try:
            wide = os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else 0
        except (OSError, ValueError):
            wide = 0
    return max(60, min(wide or 100, 160))


def today_lines(
    rows: Sequence[Drawn],
    counts: Mapping[str, int],
    now: float,
    zone: Zone,
    *,
    mode: str,
    columns: int,
    reasons: bool = False,
) -> list[str]:
    """Today's Moves as people see them; `counts` holds pending and due."""
    here = zone.local(now)
    left = f"Today's moves, {time.strftime('%a %d %b', here)} ({zone.name(now)})"
    right = f"{counts['pending']} open · {counts['due']} due today · {mode.upper()} mode"
    lines = [left + " " * max(2, columns - len(left) - len(right)) + right, ""]
    if not rows:
        return lines + _nothing(counts["pending"])
    drawn = move_table(rows, now, zone, columns)
    lines.append(drawn[0])
    for line, row in zip(drawn[1:], rows, strict=True):
        lines.append(line)
        if reasons:
            lines.append(f"        {safe_line(row.reasoning or '', columns - 8)}")
    hidden = counts["due"] - len(rows)
    if hidden > 0:
        more = min(counts["due"], 1000)
        lines.append(f"  … {hidden} more due today (caseyos today --limit {more})")
    first = safe_line(rows[0].reasoning or "it was put there by hand")
    return [*lines, "", f"Why 1 is first: {first}", "Next: caseyos preview 1"]


def _nothing(pending: int) -> list[str]:
    if pending:
        later = "1 move comes" if pending == 1 else f"{pending:,} moves come"
        return [f"Nothing is due today; {later} later (--all)."]
    return [
        "Nothing is waiting.",
        "Moves come from signals: caseyos import FILE, then caseyos tick",
        "Or look around first: caseyos demo start",
    ]


def next_lines(row: Drawn) -> list[str]:
    """The one top move, and why."""
    return [
        f"{row.code}  {safe_line(row.title)}  APS {row.aps:.1f}",
        because(row.reasoning),
        f"Next: caseyos preview {row.code}",
    ]


def status_line(counts: Mapping[str, int], stops: Sequence[str], mode: str) -> str:
    """One line for a prompt."""
    parts = [f"{counts['pending']} open", f"{counts['due']} due"]
    if counts["accepted"]:
        parts.append(f"{counts['accepted']} accepted")
    if counts["outbox"]:
        parts.append(f"{counts['outbox']} in the outbox")
    if counts["unknown"]:
        parts.append(f"{counts['unknown']} UNKNOWN")
    parts += [f"stopped: {level}" for level in dict.fromkeys(stops)]
    return " · ".join([*parts, mode.upper()])


def move_table(
    rows: Sequence[Drawn],
    now: float,
    zone: Zone,
    columns: int,
    statuses: Sequence[str] | None = None,
) -> list[str]:
    """Moves as rows with their numbers, under a header; `statuses` adds a column of them."""
    cells = [
        (
            f"{number:>2}",
            row.code,
            f"{row.aps:>4.0f}",
            row.title,
            row.account or "",
            due_label(row.due, now, zone),
        )
        for number, row in enumerate(rows, 1)
    ]
    room = max(24, columns - 46)
    header = (" #", "id", " APS", "move", "account", "due")
    widths = (4, 16, 5, room, 18, 12)
    if statuses is None:
        return table(header, cells, widths=widths)
    told = [(*cell[:3], status, *cell[3:]) for cell, status in zip(cells, statuses, strict=True)]
    head = (*header[:3], "status", *header[3:])
    return table(head, told, widths=(*widths[:3], 12, max(12, room - 14), 18, 12))


def plain_rows(rows: Sequence[Drawn]) -> list[list[str]]:
    """Moves as the cells of tab-separated lines: number, code, score, title, account, due."""
    return [
        [
            str(number),
            row.code,
            str(round(row.aps)),
            safe_line(row.title),
            safe_line(row.account or ""),
            "" if row.due is None else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(row.due)),
        ]
        for number, row in enumerate(rows, 1)
    ]


def id_rows(rows: Sequence[Drawn]) -> list[list[str]]:
    """What a shell offers where a move is named: its code, and its title to know it by."""
    return [[row.code, safe_line(row.title, 60)] for row in rows]


def due_label(due: float | None, now: float, zone: Zone) -> str:
    """When something is due, as people say it: overdue, a time today, a weekday, a date."""
    if due is None:
        return "any"
    local = zone.local(due)
    days = _day(local) - _day(zone.local(now))
    if due <= now:
        late = -days
        return "now" if late == 0 else f"{late} d late" if late < 1000 else f"{late // 365} y late"
    if days == 0:
        return time.strftime("%H:%M", local)
    if days == 1:
        return "tomorrow"
    shape = "%a" if days < 7 else "%d %b" if days < 300 else "%d %b %Y"
    return time.strftime(shape, local)


def _day(local: time.struct_time) -> int:
    """The day's number, counted from the year 1."""
    years = local.tm_year - 1
    return years * 365 + years // 4 - years // 100 + years // 400 + local.tm_yday


def because(reasoning: str | None) -> str:
    """The reason as the second half of a sentence."""
    told = safe_line(reasoning or "it was put there by hand")
    return f"because {told[:1].lower()}{told[1:]}"


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, widths: Sequence[int | None]
) -> list[str]:
    """Rows under a header, each cell made safe and cut at its width; None is as wide as needed.

    Numbers are what the caller right-justified; everything else is left-aligned.
    """
    cells = [[_kept(cell, width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    shown = [list(header), *cells]
    columns = [max(cell_width(row[place]) for row in shown) for place in range(len(header))]
    lines = []
    for row in shown:
        padded = (
            cell + " " * (size - cell_width(cell)) for cell, size in zip(row, columns, strict=True)
        )
        lines.append(("  " + "  ".join(padded)).rstrip())
    return lines


def _kept(cell: str, width: int | None) -> str:
    """A safe cell that keeps the spaces its caller justified it with."""
    return " " * (len(cell) - len(cell.lstrip(" "))) + safe_line(cell, width)


def cell_width(text: str) -> int:
    """How many terminal cells a text takes: wide East Asian characters and emoji take two."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def aimed_at(text: str, profile: str | None) -> str:
    """A line that names the next command, with the profile that this one was for."""
    if profile in (None, "", "default"):
        return text
    for opening in ("", "Undo: ", "Next: "):
        named = f"{opening}caseyos "
        place = text.find(named) if opening else 0 if text.startswith(named) else -1
        after = place + len(named)
        if place >= 0 and "a" <= text[after : after + 1] <= "z":
            return f"{text[:after]}-P {_quoted(str(profile))} {text[after:]}"
    return text


def _quoted(word: str) -> str:
    """A word as a shell takes it."""
    if word.replace("-", "").replace("_", "").isalnum():
        return word
    from shlex import quote

    return quote(word)


def bar(share: float, width: int) -> str:
    """A bar of `width` cells; it never carries meaning alone."""
    full = round(max(0.0, min(1.0, share)) * width)
    return "█" * full + "░" * (width - full)


_ASCII = str.maketrans(
    {
        "█": "#", "░": ".", "·": "|", "…": "~", "→": ">", "›": ">", "✓": "+", "●": "*",
        "┃": "|", "─": "-", "│": "|", "±": "+-", "↗": "^", "↓": "v", "×": "x", "–": "-",
        "’": "'", "“": '"', "”": '"',
    }
)  # fmt: skip


def to_ascii(text: str) -> str:
    """A text without a character beyond ASCII."""
    return text.translate(_ASCII).encode("ascii", "replace").decode()
