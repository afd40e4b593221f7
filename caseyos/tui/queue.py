"""Opening a window on the queue: which sections it has, how long they are, its first pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from caseyos.domain.model import Move, MoveStatus
from caseyos.domain.views import Page, QueueFilter
from caseyos.tui.window import PAGE, Section, Wanted, Window, key_of

if TYPE_CHECKING:
    from uuid import UUID

    from caseyos.app import App


@dataclass(frozen=True, slots=True)
class Opened:
    """A fresh window, the row its cursor belongs in, and what its emptiness means."""

    window: Window
    cursor: int
    ever: bool  # whether there has ever been a move
    hidden: int  # moves that only the floor hides
    later: int


def sections(chosen: QueueFilter, counted: dict[str, int]) -> tuple[Section, ...]:
    """Today's Moves, then the later ones below a rule; another status or due is one stretch."""
    if "all" in counted:
        return (Section(chosen, counted["all"]),)
    due, later = counted["due"], counted["later"]
    found = [Section(replace(chosen, due="today"), due)] if due else []
    if later:
        heading = f"Later: {later:,}" if due else f"Nothing is due today. Later: {later:,}"
        found.append(Section(replace(chosen, due="later"), later, heading))
    return tuple(found)


def open_window(app: App, chosen: QueueFilter, *, seen: int, keep: UUID | None, row: int) -> Opened:
    """Read the lengths and the pages to begin with; `seen` moves are recorded as viewed.

    The cursor goes to the move `keep` where it is now; when that is gone, it stays in its row.
    """
    counted = _counts(app, chosen, seen)
    window = Window(sections(chosen, counted))
    cursor = min(row, max(window.length - 1, 0))
    fresh = _still_there(app, keep)
    found = -1 if fresh is None else _row_of(app, window, fresh)
    cursor = found if found >= 0 else cursor
    wanted = window.wanted(0, 0)
    wanted += window.wanted(max(0, cursor - PAGE // 2), cursor + PAGE // 4)
    for one in wanted:
        window.put(one.spot, read(app, one))
    if keep is not None and window.row_of(keep) is not None:
        cursor = window.row_of(keep) or 0
    total = sum(counted.values())
    empty = total == 0
    ever = not empty or app.queue.count(QueueFilter(status=None)) > 0
    hidden = 0
    if empty and chosen.min_aps:
        hidden = app.queue.count(replace(chosen, min_aps=None))
    return Opened(window, cursor, ever, hidden, counted.get("later", 0))


def first_window(app: App, lines: int) -> Opened:
    """What the screen begins with on a terminal of so many lines."""
    floor = app.config.settings.ui.floor
    chosen = QueueFilter(min_aps=float(floor)) if floor else QueueFilter()
    return open_window(app, chosen, seen=about_shown(lines), keep=None, row=0)


def about_shown(lines: int) -> int:
    """How many moves will show on a terminal of so many lines, before it is laid out."""
    return max(10, lines * 2 // 3)


def read(app: App, wanted: Wanted) -> Page:
    """One page of the window."""
    return app.queue.page(wanted.chosen, after=wanted.after, limit=PAGE, skip=wanted.skip)


def _counts(app: App, chosen: QueueFilter, seen: int) -> dict[str, int]:
    if chosen.status != MoveStatus.PENDING or chosen.due is not None:
        return {"all": app.queue.count(chosen)}
    if chosen == QueueFilter():
        listed = app.queue.today(seen)
        return {"due": listed.due_count, "later": listed.total_pending - listed.due_count}
    app.queue.today(seen, chosen=chosen)
    return {
        "due": app.queue.count(replace(chosen, due="today")),
        "later": app.queue.count(replace(chosen, due="later")),
    }


def _still_there(app: App, keep: UUID | None) -> Move | None:
    from caseyos.errors import NotFound

    if keep is None:
        return None
    try:
        return app.queue.get(keep)
    except NotFound:
        return None


def _row_of(app: App, window: Window, move: Move) -> int:
    """The row a move has in a fresh window; -1 when it passes none of the filters."""
    for number, section in enumerate(window.sections):
        place = app.queue.ahead_of(section.chosen, key_of(move))
        if place < section.count:
            there = app.queue.page(section.chosen, skip=place, limit=1).moves
            if there and there[0].id == move.id:
                return window.row_in(number, place)
    return -1
