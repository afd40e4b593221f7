"""How moves, times and scores look on screen and in JSON, the same in every command."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from caseyos.cli.output import bar, table
from caseyos.domain.model import FACTORS, WEIGHED, Driver, Move
from caseyos.domain.text import safe_line


def move_json(move: Move) -> dict[str, Any]:
    """A move as JSON shows it: `id` is the code, `uuid` the UUID."""
    return {
        "id": move.code,
        "uuid": move.id,
        "aps": move.aps,
        "title": move.title,
        "action_type": move.action_type,
        "account": move.account,
        "due": move.due_by,
        "status": move.status,
        "owner": move.owner,
        "source": move.source,
        "play": move.play,
        "because": move.reasoning,
        "drivers": [driver_json(driver) for driver in move.drivers],
        "confidence": move.confidence,
        "context": move.context,
        "snoozed_until": move.snoozed_until,
        "executed_at": move.executed_at,
        "execution": move.execution_state,
        "outcome": move.outcome,
        "version": move.version,
        "created_at": move.created_at,
    }


def driver_json(driver: Driver) -> dict[str, Any]:
    """A driver as JSON shows it."""
    return {
        "factor": driver.factor,
        "points": driver.points,
        "maximum": driver.maximum,
        "sentence": driver.sentence,
        "evidence": list(driver.evidence),
        "known": driver.known,
    }


def move_table(moves: Sequence[Move], now: datetime, zone: tzinfo | None, width: int) -> list[str]:
    """Moves as rows with their numbers."""
    room = max(24, width - 46)
    rows = [
        (
            f"{number:>2}",
            move.code,
            f"{move.aps:>4.0f}",
            move.title,
            move.account or "",
            due_label(move.due_by, now, zone),
        )
        for number, move in enumerate(moves, 1)
    ]
    return table(
        (" #", "id", " APS", "move", "account", "due"),
        rows,
        widths=(4, 16, 5, room, 18, 12),
    )


def due_label(due: datetime | None, now: datetime, zone: tzinfo | None) -> str:
    """When something is due, as people say it: overdue, a time today, a weekday, a date."""
    if due is None:
        return "any"
    local, today = due.astimezone(zone), now.astimezone(zone)
    days = (local.date() - today.date()).days
    if due <= now:
        late = (today.date() - local.date()).days
        return "now" if late == 0 else f"{late} d late" if late < 1000 else f"{late // 365} y late"
    if days == 0:
        return f"{local:%H:%M}"
    if days == 1:
        return "tomorrow"
    return f"{local:%a}" if days < 7 else f"{local:%d %b}" if days < 300 else f"{local:%d %b %Y}"


def because(reasoning: str | None) -> str:
    """The reason as the second half of a sentence."""
    told = safe_line(reasoning or "it was put there without a score")
    return f"because {told[:1].lower()}{told[1:]}"


def driver_lines(drivers: Sequence[Driver], width: int = 22) -> list[str]:
    """The drivers with bars, points and sentences; evidence below, without points."""
    lines: list[str] = []
    for driver in drivers:
        share = driver.points / driver.maximum if driver.maximum else 0
        if driver.factor in WEIGHED:
            figure = f"{driver.points:>4.1f}/{driver.maximum:<4g}"
        else:
            figure = f"{driver.points:>+5.1f}    "
        drawn = bar(share, width) if driver.points >= 0 else bar(0, width)
        name = FACTORS.get(driver.factor, driver.factor)
        lines.append(f"  {name:<10}{drawn}  {figure} {driver.sentence}")
        indent = " " * (12 + width + 12)
        lines += [f"{indent}{line}" for line in driver.evidence if line]
    return lines


def local_time(moment: datetime | None, zone: tzinfo | None) -> str:
    """A moment in the display zone: day, time, zone."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{local:%a %d %b %Y %H:%M} {local:%Z}"
