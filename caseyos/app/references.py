"""What people call a move, resolved: a row number, a code, the start of one, an id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from caseyos.app.last_list import LastList
from caseyos.config import parse_duration
from caseyos.domain.text import safe_line
from caseyos.domain.views import Target
from caseyos.errors import Changed, NotFound, UsageError

if TYPE_CHECKING:
    from caseyos.app.core import App


def resolve_all(app: App, texts: Sequence[str]) -> tuple[Target, ...]:
    """Every named move, each once, in the order named."""
    targets = {target.move_id: target for target in (resolve(app, text) for text in texts)}
    return tuple(targets.values())


def resolve(app: App, text: str) -> Target:
    """The one move `text` names.

    Raises NotFound with near codes, UsageError for a prefix of several, and Changed when a row
    number is from an old list, from another terminal, or the move is not what that list showed.
    """
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return _row(app, int(text))
    if re.fullmatch(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", text):
        with app.reading() as uow:
            row = uow.moves.by_ids([UUID(text)]).get(UUID(text))
        if row is None:
            raise NotFound(f"There is no move {text}.", hint="caseyos today")
        return Target(row["id"], row["code"], row["title"], row["version"], row["status"])
    code = text.lower()
    if not re.fullmatch(r"[a-z][a-z0-9]{0,15}", code):
        raise NotFound(f"{safe_line(text, 40)!r} is not a move.", hint="caseyos today")
    with app.reading() as uow:
        found = uow.moves.by_code(code)
        near = [] if found else uow.moves.near_codes(code)
    if not found:
        told = f" Near ones: {', '.join(near)}." if near else ""
        raise NotFound(f"There is no move {code}.{told}", hint="caseyos today")
    if len(found) > 1 and found[0]["code"] != code:
        codes = ", ".join(row["code"] for row in found[:5])
        raise UsageError(f"{code} begins several codes: {codes}.", hint="type one more letter")
    row = found[0]
    return Target(row["id"], row["code"], row["title"], row["version"], row["status"])


def _row(app: App, number: int) -> Target:
    kept = LastList(app.config.paths.state_dir).load()
    if kept is None:
        raise Changed(
            f"{number} is a row number, and this terminal has printed no list yet.",
            hint="caseyos today",
        )
    age, rows = kept
    if age > parse_duration(app.config.settings.queue.list_valid).total_seconds():
        raise Changed(
            f"{number} is from a list {age / 3600:.0f} hours old; the ranking has moved on.",
            hint="caseyos today",
        )
    if not 1 <= number <= len(rows):
        raise NotFound(f"Your last list had {len(rows)} rows, not {number}.", hint="caseyos today")
    listed = rows[number - 1]
    with app.reading() as uow:
        row = uow.moves.by_ids([listed.move_id]).get(listed.move_id)
    if row is None:
        raise NotFound(f"{listed.code} is gone.", hint="caseyos today")
    return Target(
        row["id"],
        row["code"],
        row["title"],
        row["version"],
        row["status"],
        row=number,
        seen_version=listed.version,
    )


def acknowledge(app: App, move_ids: Sequence[UUID]) -> None:
    """Keep this terminal's row numbers valid for moves whose change it was just shown."""
    with app.reading() as uow:
        rows = uow.moves.by_ids(list(move_ids))
    LastList(app.config.paths.state_dir).acknowledge(
        {move_id: row["version"] for move_id, row in rows.items()}
    )


def check_unchanged(target: Target) -> None:
    """Refuse to act by a row number on a move that is not what the list showed."""
    if target.seen_version is not None and target.seen_version != target.version:
        raise Changed(
            f"{target.row} is {target.code}, which changed since your list was printed"
            f" (it is {target.status} now).",
            hint=f"caseyos show {target.code}",
        )
