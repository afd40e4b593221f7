"""Copying something of a move through the terminal (OSC 52), which works over ssh and in tmux."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caseyos.domain.model import Move
from caseyos.domain.text import safe_line
from caseyos.tui import labels
from caseyos.tui.choices import Choice, Question

if TYPE_CHECKING:
    from caseyos.tui.program import Program


def choose_copy(program: Program, move: Move) -> None:
    """Ask what to copy, and copy it."""
    texts = {
        "i": ("id", move.code),
        "t": ("title", labels.title(move)),
        "e": ("e-mail address", str(move.context.get("recipient") or "")),
        "s": ("subject", str(move.context.get("subject") or "")),
        "w": ("reason", move.reasoning or ""),
    }
    choices = [
        Choice(key, key, f"{name}  {safe_line(text, 28)}")
        for key, (name, text) in texts.items()
        if text
    ]

    def chosen(key: str | None) -> None:
        if key is not None:
            name, text = texts[key]
            program.copy_to_clipboard(safe_line(text))
            program.say(f"Copied the {name} to the terminal's clipboard.")

    program.push_screen(Question(f"Copy of {move.code}", choices), chosen)
