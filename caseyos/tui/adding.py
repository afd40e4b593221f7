"""Adding a move by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caseyos.domain.model import Move
from caseyos.domain.text import safe_line
from caseyos.tui.typed import Typed

if TYPE_CHECKING:
    from caseyos.tui.today import TodayScreen


def ask_for_move(screen: TodayScreen) -> None:
    """Ask for a title, perhaps with a day behind `due:`, and add the move."""
    program = screen.program

    def keep(text: str | None) -> None:
        if text is None:
            return
        title, _, due = text.partition(" due:")
        program.ask(
            lambda: program.core.decisions.add(title, due=due.strip() or None),
            added,
        )

    def added(move: Move) -> None:
        program.say(f"Added {move.code} {safe_line(move.title, 60)}, APS {move.aps:.1f}.")
        screen.reopen()

    about = "Behind the title, if you like: due:tomorrow, due:fri, due:2026-12-01"
    program.push_screen(Typed("What is to be done?", about), keep)
