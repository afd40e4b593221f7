"""How moves, times and scores look on screen and in JSON, the same in every command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from time import struct_time
from typing import TYPE_CHECKING, Any

from caseyos.cli import drawing
from caseyos.cli.drawing import SystemZone, bar
from caseyos.domain.model import FACTORS, WEIGHED, Driver, Move
from caseyos.domain.text import safe_line

if TYPE_CHECKING:
    from caseyos.cli.drawing import Zone


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
        "waits_for": move.waits_for,
        "waits_until": move.waits_until,
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


class NamedZone:
    """A zone by name, as the drawing asks for it."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def local(self, moment: float) -> struct_time:
        """Local time."""
        return datetime.fromtimestamp(moment, self._zone).timetuple()

    def name(self, moment: float) -> str:
        """The zone's short name."""
        return f"{datetime.fromtimestamp(moment, self._zone):%Z}"


def drawn_zone(zone: tzinfo | None) -> Zone:
    """The zone to draw in; None is the system's own."""
    return SystemZone() if zone is None else NamedZone(zone)


@dataclass(frozen=True, slots=True)
class DrawnMove:
    """A move as the drawing asks for it: its due time in seconds of the epoch."""

    code: str
    aps: float
    title: str
    account: str | None
    due: float | None
    reasoning: str | None


def drawn(move: Move) -> DrawnMove:
    """One move, to be drawn."""
    due = move.due_by.timestamp() if move.due_by else None
    return DrawnMove(move.code, move.aps, move.title, move.account, due, move.reasoning)


def due_label(due: datetime | None, now: datetime, zone: tzinfo | None) -> str:
    """When something is due, as people say it."""
    seconds = due.timestamp() if due else None
    return drawing.due_label(seconds, now.timestamp(), drawn_zone(zone))


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


def waiting(move: Move, zone: tzinfo | None) -> str:
    """What a move in the outbox waits for, and when it goes; nothing where it waits for nothing."""
    if move.execution_state not in ("queued", "blocked"):
        return ""
    when = "Waits for you" if move.execution_state == "blocked" else "In the outbox"
    if move.waits_until is not None:
        when = f"Goes {local_time(move.waits_until, zone)}"
    return f"{when}: {safe_line(move.waits_for)}" if move.waits_for else f"{when}."


def local_time(moment: datetime | None, zone: tzinfo | None) -> str:
    """A moment in the display zone: day, time, zone."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{local:%a %d %b %Y %H:%M} {local:%Z}"
