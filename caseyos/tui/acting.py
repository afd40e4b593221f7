"""What a key does to moves, as calls of the App: bound to what the person saw, then read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from caseyos.domain.model import Move
from caseyos.domain.views import Target
from caseyos.errors import Changed, NotFound

if TYPE_CHECKING:
    from caseyos.app import App
    from caseyos.app.decisions import DecisionReport


@dataclass(frozen=True, slots=True)
class Acted:
    """A decision, and the moves as they are after it."""

    report: DecisionReport
    moves: tuple[Move, ...]


def targets(app: App, moves: Sequence[Move]) -> tuple[Target, ...]:
    """The moves as targets; Changed when one is not what the screen showed."""
    from caseyos.app.references import resolve_all

    found = resolve_all(app, [str(move.id) for move in moves])
    shown = {move.id: move for move in moves}
    for target in found:
        move = shown[target.move_id]
        if target.version != move.version:
            told = f"is {target.status} now" if target.status != move.status else "has a new text"
            raise Changed(
                f"{target.code} changed since you saw it: it {told}. Look, then press again."
            )
    return found


def decide(
    app: App,
    moves: Sequence[Move],
    decision: Callable[[tuple[Target, ...]], DecisionReport],
) -> Acted:
    """Carry a decision out and read the moves it changed."""
    report = decision(targets(app, moves))
    return Acted(report, present(app, [item.move_id for item in report.items]))


def present(app: App, move_ids: Iterable[UUID]) -> tuple[Move, ...]:
    """Moves as they are now; those that are gone are left out."""
    found = []
    for move_id in move_ids:
        try:
            found.append(app.queue.get(move_id))
        except NotFound:
            continue
    return tuple(found)
