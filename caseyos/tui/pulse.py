"""What the screen asks for every few seconds: the status line, the outbox, and what is new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.domain.model import Move, MoveStatus
from caseyos.domain.reports import Status
from caseyos.domain.views import QueueFilter
from caseyos.tui.window import Window, rank

if TYPE_CHECKING:
    from caseyos.app import App
    from caseyos.domain.guardrails import Switch

HEAD = 100  # how far down the list news is looked for


@dataclass(frozen=True, slots=True)
class Pulse:
    """How things stand; `heads` are the first moves of each section of the list."""

    status: Status
    outbox: Sequence[Mapping[str, Any]]
    daemon: bool
    heads: tuple[tuple[Move, ...], ...]
    at: datetime
    stops: Sequence[Switch] = ()


def take(app: App, sections: Iterable[QueueFilter]) -> Pulse:
    """Read how things stand."""
    from caseyos.app.daemon_lock import daemon_runs

    status = app.operations.status()
    outbox = app.actions.outbox() if status.outbox or status.unknown else ()
    heads = tuple(app.queue.page(chosen, limit=HEAD).moves for chosen in sections)
    daemon = daemon_runs(app.config.paths.state_dir)
    stops = app.switchboard.stops() if status.stops else ()
    return Pulse(status, outbox, daemon, heads, app.clock.now(), stops)


@dataclass(frozen=True, slots=True)
class News:
    """What changed behind the list: moves it does not hold, and moves that are not as shown."""

    new: int = 0
    changed: int = 0

    def __bool__(self) -> bool:
        return bool(self.new or self.changed)


def news(pulse: Pulse, seen: set[UUID], window: Window) -> News:
    """Compare the heads of the queue with what the list has seen and holds."""
    fresh = {move.id: move for head in pulse.heads for move in head}
    held = {move.id: move for move in window.held()}
    changed = sum(
        1
        for move_id, move in fresh.items()
        if move_id in held and held[move_id].version != move.version
    )
    for number, head in enumerate(pulse.heads):
        end = rank(head[-1]) if len(head) == HEAD else None
        changed += sum(
            1
            for move in window.held_in(number)
            if move.status == MoveStatus.PENDING
            and move.id not in fresh
            and (end is None or rank(move) < end)
        )
    new = sum(
        1
        for number, head in enumerate(pulse.heads)
        if window.begun(number) or not window.sections
        for move in head
        if move.id not in seen
    )
    return News(new, changed)
