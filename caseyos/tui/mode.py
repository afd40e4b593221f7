"""SAFE or LIVE: arming outside sending, always with an end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from caseyos.domain.model import Mode
from caseyos.tui.choices import Choice, Question

if TYPE_CHECKING:
    from caseyos.app.switchboard import ModeState
    from caseyos.tui.program import Program

CHOICES = (
    Choice("1", "15", "LIVE for 15 minutes"),
    Choice("2", "30", "LIVE for 30 minutes"),
    Choice("3", "60", "LIVE for an hour"),
    Choice("0", "0", "SAFE: nothing leaves this computer"),
)


def choose_mode(program: Program) -> None:
    """Ask for a mode and set it."""
    about = (
        "LIVE lets S reach other people. Local channels",
        "work in both. It ends by itself.",
    )

    def chosen(minutes: str | None) -> None:
        if minutes is None:
            return
        board = program.core.switchboard
        lasts = timedelta(minutes=int(minutes))
        program.ask(board.go_safe if not lasts else lambda: board.go_live(lasts), told)

    def told(state: ModeState) -> None:
        if state.mode == Mode.LIVE and state.until is not None:
            program.say(f"LIVE until {state.until.astimezone(program.zone):%H:%M}.")
        else:
            program.say("SAFE: nothing leaves this computer.")
        program.feel_pulse()

    program.push_screen(Question(f"Mode: {program.mode_word}", CHOICES, about=about), chosen)
