"""Times, kinds and scores in as few cells as they need."""

from __future__ import annotations

from datetime import datetime, tzinfo

from caseyos.domain.model import Move

KINDS = {
    "send_email": "email",
    "follow_up": "follow-up",
    "create_draft": "draft",
    "create_task": "task",
    "complete_task": "task",
    "schedule_meeting": "meeting",
    "update_deal": "deal",
}


def due(moment: datetime | None, now: datetime, zone: tzinfo | None) -> str:
    """When something is due, in at most nine cells."""
    if moment is None:
        return "any"
    local, today = moment.astimezone(zone), now.astimezone(zone)
    days = (local.date() - today.date()).days
    if moment <= now:
        if days == 0:
            return "now"
        return f"{-days}d late" if days > -1000 else f"{-days // 365}y late"
    if days == 0:
        return f"{local:%H:%M}"
    if days == 1:
        return "tomorrow"
    return f"{local:%a}" if days < 7 else f"{local:%d %b}" if days < 300 else f"{local:%b %Y}"


def clock(moment: datetime, zone: tzinfo | None) -> str:
    """The title bar's clock: day, time, zone."""
    local = moment.astimezone(zone)
    return f"{local:%a %d %b %H:%M} {local:%Z}"


def stamp(moment: datetime | None, zone: tzinfo | None) -> str:
    """A moment of the past in twelve cells."""
    return "" if moment is None else f"{moment.astimezone(zone):%d %b %H:%M}"


def left(until: datetime | None, now: datetime) -> str:
    """How long until a moment: 17s, 4m, 2h."""
    if until is None:
        return ""
    seconds = max(0, round((until - now).total_seconds()))
    if seconds < 100:
        return f"{seconds}s"
    return f"{seconds // 60}m" if seconds < 6000 else f"{seconds // 3600}h"


def goes(move: Move, now: datetime, zone: tzinfo | None) -> str:
    """When a move in the outbox leaves, in at most nine cells; nothing where it is not in there."""
    if move.execution_state == "blocked" and move.waits_until is None:
        return "held back" if (move.waits_for or "").startswith("held back") else "waits"
    if move.waits_until is None:
        return ""
    local, today = move.waits_until.astimezone(zone), now.astimezone(zone)
    days = (local.date() - today.date()).days
    if days <= 0:
        return f"at {local:%H:%M}"
    return f"on {local:%a}" if days < 7 else f"on {local:%d %b}"


def waits(move: Move, zone: tzinfo | None) -> str:
    """What a move in the outbox waits for and when it goes, as a sentence."""
    if move.execution_state not in ("queued", "blocked"):
        return ""
    when = "waits for you" if move.execution_state == "blocked" else "in the outbox"
    if move.waits_until is not None:
        when = f"goes {move.waits_until.astimezone(zone):%a %d %b %H:%M:%S}"
    return f"{when}: {move.waits_for}" if move.waits_for else when


def title(move: Move) -> str:
    """A move's title; a plain row that has none is called by its kind."""
    return move.title or kind(move)


def kind(move: Move) -> str:
    """What sort of action it is, in a word."""
    return KINDS.get(move.action_type, move.action_type)


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
