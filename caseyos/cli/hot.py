"""The hot reads, told from the arguments before anything is imported for a command line.

`today`, `next`, `status` with the few options a prompt uses, and the ids a shell offers.
Whatever is not known here, or not as expected, is left to the whole program: `run` then answers
None and has written nothing. Both say the same bytes (tests/cli/test_hot.py).
"""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from caseyos.app.glance import Glance

KNOWN = frozenset({"today", "next", "status", "completion"})
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")


class _Unknown(Exception):
    """The arguments say something that only the whole program knows."""


class Asked:
    """A hot read, as the arguments name it."""

    __slots__ = ("ascii", "command", "count", "ids", "limit", "plain", "profile", "why")

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str]) -> None:
        self.command = ""
        self.profile = environ.get("CASEYOS_PROFILE") or "default"
        self.limit, self.count, self.why, self.plain, self.ids = 10, False, False, False, False
        self.ascii = bool(environ.get("CASEYOS_ASCII"))
        words = iter(argv)
        for word in words:
            self._take(word, words)
        if self.command not in KNOWN or not LETTERS.issuperset(self.profile):
            raise _Unknown
        if (self.command == "completion") != self.ids:
            raise _Unknown
        if self.command != "today" and (self.count or self.why or self.limit != 10):
            raise _Unknown

    def _take(self, word: str, words: Iterator[str]) -> None:
        value = next(words, "") if word in ("-P", "--profile", "--limit", "--color") else ""
        if word in KNOWN and not self.command:
            self.command = word
        elif word in ("-P", "--profile") and value:
            self.profile = value
        elif word == "--limit" and value.isascii() and value.isdigit() and 0 < int(value) <= 1000:
            self.limit = int(value)
        elif word == "ids" and self.command == "completion":
            self.ids = True
        elif word == "--count":
            self.count = True
        elif word == "--why":
            self.why = True
        elif word == "--plain":
            self.plain = True
        elif word == "--ascii":
            self.ascii = True
        elif word == "--color" and value in ("auto", "always", "never"):
            pass  # none of these reads has colour
        elif word not in ("-q", "--quiet", "--no-input", "--accessible"):
            raise _Unknown


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int | None:
    """The exit code of a hot read; None where the whole program must answer."""
    if environ.get("CASEYOS_OUTPUT") not in (None, "", "plain") or not KNOWN.intersection(argv):
        return None
    try:
        asked = Asked(argv, environ)
    except _Unknown:
        return None
    asked.plain = asked.plain or environ.get("CASEYOS_OUTPUT") == "plain"
    text = _answer(asked, environ)
    if text is None:
        return None
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _answer(asked: Asked, environ: Mapping[str, str]) -> str | None:
    """The whole text of the answer; None where it is the whole program's."""
    from caseyos.app.glance import glance

    listing = asked.command in ("today", "next") and not asked.count
    limit = 0 if not listing else 1 if asked.command == "next" else asked.limit
    counts = "moves" if asked.count else "" if asked.plain or asked.ids else "all"
    if asked.plain and asked.command == "status":
        return None  # it has no plain form
    seen = glance(
        profile=asked.profile,
        environ=environ,
        limit=limit,
        counts=counts,
        offered=asked.ids,
        meanwhile=_load_drawing,
    )
    if seen is None or (asked.command == "next" and not seen.rows):
        return None
    from caseyos.cli import drawing

    text = "".join(
        f"{drawing.aimed_at(line, asked.profile) if line.startswith('Next: ') else line}\n"
        for line in _lines(asked, seen, environ)
    )
    return drawing.to_ascii(text) if asked.ascii or not drawing.unicode_wanted(environ) else text


def _load_drawing() -> None:
    import caseyos.cli.drawing  # noqa: F401


def _lines(asked: Asked, seen: Glance, environ: Mapping[str, str]) -> list[str]:
    from caseyos.cli import drawing

    if asked.count:
        return [str(seen.counts["due"])]
    if asked.command == "status":
        return [drawing.status_line(seen.counts, seen.stops, seen.mode)]
    if asked.ids:
        return ["\t".join(cells) for cells in drawing.id_rows(seen.rows)]
    if asked.plain:
        return ["\t".join(cells) for cells in drawing.plain_rows(seen.rows)]
    if asked.command == "next":
        return drawing.next_lines(seen.rows[0])
    if seen.zone:
        os.environ["TZ"] = seen.zone
        time.tzset()
    return drawing.today_lines(
        seen.rows,
        seen.counts,
        seen.now,
        drawing.SystemZone(),
        mode=seen.mode,
        columns=drawing.width(environ),
        reasons=asked.why,
    )
