"""triage: Today's Moves one at a time, a plain question each; no cursor ever moves."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from caseyos.cli.execute import plan_lines
from caseyos.cli.queue import Limit
from caseyos.cli.shown import due_label
from caseyos.domain.model import DismissReason
from caseyos.domain.text import safe_line
from caseyos.domain.views import Target
from caseyos.errors import CaseyError, Refused

if TYPE_CHECKING:
    from caseyos.cli.session import Session
    from caseyos.domain.model import Move

QUESTION = "Choose: 1 accept, 2 dismiss, 3 snooze, 4 read draft, 5 why, 6 skip, 9 stop."
STOP = "9"


def triage(
    ctx: typer.Context,
    limit: Limit = 10,
) -> None:
    """Go through Today's Moves, one plain question at a time. Nothing is carried out."""
    session: Session = ctx.obj
    if session.flags.no_input:
        raise Refused("triage asks questions, and --no-input forbids them.", hint="caseyos today")
    moves = session.app.queue.today(limit).moves
    decided = 0
    for number, move in enumerate(moves, 1):
        _introduce(session, move, number, len(moves))
        answer = _ask_about(session, move)
        if answer == STOP:
            break
        decided += answer != "6"
    session.out.line(f"{decided} of {len(moves)} decided. Undo: caseyos undo" if moves else _NONE)


_NONE = "Nothing is due today."


def _introduce(session: Session, move: Move, number: int, total: int) -> None:
    account = f" {safe_line(move.account)}." if move.account else ""
    due = due_label(move.due_by, session.app.clock.now(), session.zone)
    session.out.line(
        f"Move {number} of {total}. Score {move.aps:.0f}. {safe_line(move.title)}.{account}"
    )
    session.out.line(f"Due {due}. {safe_line(move.reasoning or 'No score yet')}.")


def _ask_about(session: Session, move: Move) -> str:
    """Ask until a choice ends this move; the choice. The end of input stops."""
    while True:
        session.out.line(QUESTION)
        choice = _answer(session, "Your choice: ")
        if choice is None:
            return STOP
        if choice in ("6", STOP):
            return choice
        act = _CHOICES.get(choice)
        if act is None:
            session.out.line(f"{safe_line(choice, 20)!r} is none of these.")
            continue
        try:
            if act(session, move):
                return choice
        except CaseyError as error:
            session.out.line(safe_line(error.message))


def _answer(session: Session, question: str) -> str | None:
    session.out.ask(question)
    line = sys.stdin.readline()
    return line.strip() if line else None


def _accept(session: Session, move: Move) -> bool:
    session.app.decisions.accept([Target.of(move)])
    session.out.line("Accepted.")
    return True


def _dismiss(session: Session, move: Move) -> bool:
    words = [reason.value for reason in DismissReason if reason is not DismissReason.NONE]
    told = ", ".join(f"{place} {word}" for place, word in enumerate(words, 1))
    choice = _answer(session, f"Why? {told}, or empty to go back: ")
    if not choice or choice not in {str(place) for place in range(1, len(words) + 1)}:
        session.out.line("Not dismissed.")
        return False
    session.app.decisions.dismiss([Target.of(move)], words[int(choice) - 1])
    session.out.line("Dismissed.")
    return True


def _snooze(session: Session, move: Move) -> bool:
    when = _answer(session, "Until when? tomorrow, monday, 3d, reply, or empty to go back: ")
    if not when:
        session.out.line("Not snoozed.")
        return False
    session.app.decisions.snooze([Target.of(move)], when)
    session.out.line("Snoozed.")
    return True


def _read(session: Session, move: Move) -> bool:
    for line in plan_lines(session, session.app.actions.preview(move.id)):
        session.out.line(line)
    return False


def _why(session: Session, move: Move) -> bool:
    for driver in move.drivers:
        session.out.line(f"{driver.points:+.1f} {driver.factor}: {safe_line(driver.sentence)}.")
    return False


_CHOICES: dict[str, Callable[[Session, Move], bool]] = {
    "1": _accept,
    "2": _dismiss,
    "3": _snooze,
    "4": _read,
    "5": _why,
}
