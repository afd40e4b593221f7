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
    Choice("p", "pause", "pause: stop something until you resume"),
    Choice("r", "resume", "resume: let go of every stop"),
)
LEVEL_KEYS = "123456789abcdef"


def choose_mode(program: Program) -> None:
    """Ask for a mode and set it."""
    about = (
        "LIVE lets S reach other people. Local channels",
        "work in both. It ends by itself.",
    )

    def chosen(minutes: str | None) -> None:
        if minutes is None:
            return
        if minutes == "pause":
            _pause(program)
            return
        if minutes == "resume":
            program.ask(program.core.switchboard.resume, lambda gone: _resumed(program, gone))
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


def _pause(program: Program) -> None:
    """Ask what to stop: everything, what goes outside, a channel, an action."""
    board = program.core.switchboard
    choices = [
        Choice(key, level, level.replace("_", " "))
        for key, level in zip(LEVEL_KEYS, board.levels(), strict=False)
    ]

    def chosen(level: str | None) -> None:
        if level is not None:
            program.ask(lambda: board.stop(level), lambda _until: _paused(program, level))

    program.push_screen(Question("Stop what?", choices, foot="M r resumes"), chosen)


def _paused(program: Program, level: str) -> None:
    program.say(f"Stopped: {level}. Nothing begins until M r.")
    program.feel_pulse()


def _resumed(program: Program, gone: tuple[str, ...]) -> None:
    program.say(f"Resumed: {', '.join(gone)}." if gone else "Nothing was stopped.")
    program.feel_pulse()
