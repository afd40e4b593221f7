"""A move as rows of the list, for any width: pure text with inks, no widget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from caseyos.domain.model import Move, MoveStatus
from caseyos.tui import labels
from caseyos.tui.glyphs import Glyphs
from caseyos.tui.ink import Line, Span, fit, right

BAR, DUE, ACCOUNT, CODE = 6, 9, 15, 4
NARROW = 60  # below it: no bar and no account


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of a list's columns; 0 leaves one out."""

    width: int
    rank: int
    bar: int
    account: int
    due: int
    title: int

    @classmethod
    def of(cls, width: int, rows: int) -> Columns:
        """The columns that fit `width` cells for a list of `rows`."""
        rank = max(2, len(str(max(rows, 1))))
        bar = BAR if width >= NARROW else 0
        account = 0 if width < NARROW else ACCOUNT if width < 100 else ACCOUNT + 5
        used = 2 + rank + 1 + CODE + 1 + 3 + 1 + (bar and bar + 1) + (account and account + 1)
        return cls(width, rank, bar, account, DUE, max(8, width - used - DUE - 1))


def header(columns: Columns, glyphs: Glyphs) -> Line:
    """The heads of the columns."""
    text = "  " + right("#", columns.rank, glyphs) + " " + fit("id", CODE, glyphs) + " APS "
    text += " " * (columns.bar + 1 if columns.bar else 0)
    text += fit("Move", columns.title, glyphs)
    if columns.account:
        text += " " + fit("Account", columns.account, glyphs)
    return [(text + " " + fit("Due", columns.due, glyphs), "dim")]


def bar(share: float, width: int, glyphs: Glyphs) -> list[Span]:
    """A bar beside a number; it never carries meaning alone."""
    full = round(max(0.0, min(1.0, share)) * width)
    return [(glyphs.full * full, "bar"), (glyphs.empty * (width - full), "empty")]


def row(
    move: Move,
    number: int,
    columns: Columns,
    glyphs: Glyphs,
    *,
    now: datetime,
    zone: tzinfo | None,
    focused: bool = False,
    marked: bool = False,
) -> Line:
    """One move on one line."""
    settled = move.status != MoveStatus.PENDING
    ink = "done" if settled else "text"
    sign, sign_ink = state(move, glyphs, marked=marked)
    extra = max(0, len(move.code) - CODE)
    spans: list[Span] = [
        (glyphs.cursor if focused else " ", "key"),
        (sign, sign_ink),
        (right(number, columns.rank, glyphs) + " ", "dim"),
        (fit(move.code, CODE + extra, glyphs) + " ", "dim"),
        (f"{move.aps:>3.0f} ", "done" if settled else "score"),
    ]
    if columns.bar:
        spans += [*bar(move.aps / 100, columns.bar, glyphs), (" ", "text")]
    spans.append((fit(labels.title(move), columns.title - extra, glyphs), ink))
    if columns.account:
        spans.append((" " + fit(move.account or "", columns.account, glyphs), "account"))
    told = labels.goes(move, now, zone) or labels.due(move.due_by, now, zone)
    late = not settled and move.due_by is not None and move.due_by <= now
    spans.append((" " + fit(told, columns.due, glyphs), "late" if late else "dim"))
    return spans


def reason(move: Move, columns: Columns, glyphs: Glyphs) -> Line:
    """The line below a move in a roomy list: why it is there."""
    indent = 2 + columns.rank + 1 + CODE + 1
    text = move.reasoning or "put there by hand"
    room = columns.width - indent - 3
    return [(" " * indent + glyphs.branch + " ", "rule"), (fit(text, room, glyphs), "dim")]


def state(move: Move, glyphs: Glyphs, *, marked: bool = False) -> Span:
    """The sign of where a move stands; a mark comes first."""
    if marked:
        return glyphs.marked, "mark"
    if move.status == MoveStatus.UNKNOWN or move.execution_state in ("unknown", "undo_failed"):
        return glyphs.care, "care"
    if move.execution_state in ("queued", "claimed", "dispatching"):
        return glyphs.outbox, "good"
    if move.execution_state == "blocked" or move.status == MoveStatus.FAILED:
        return glyphs.care, "care"
    signs = {
        MoveStatus.ACCEPTED: (glyphs.accepted, "good"),
        MoveStatus.EXECUTED: (glyphs.accepted, "good"),
        MoveStatus.DISMISSED: (glyphs.dismissed, "dim"),
        MoveStatus.EXPIRED: (glyphs.dismissed, "dim"),
        MoveStatus.SNOOZED: (glyphs.snoozed, "dim"),
    }
    return signs.get(MoveStatus(move.status), (" ", "text"))
