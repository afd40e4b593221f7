"""Editing a move's text in the person's own editor, with the screen put away meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import SuspendNotSupported

from caseyos.app.own_editor import edited
from caseyos.domain.model import Move
from caseyos.tui import acting
from caseyos.tui.verbs import MoveScreen

Again = Callable[[Sequence[Move]], None]


def edit(screen: MoveScreen, move: Move, again: Again) -> None:
    """Read the text as it would leave, edit it, keep what came of it."""
    program = screen.program
    core = program.core

    def render() -> tuple[str, str]:
        payload = core.actions.preview(acting.targets(core, [move])[0].move_id).payload
        return payload.subject, payload.body

    def rendered(text: tuple[str, str]) -> None:
        try:
            with program.suspend():
                changed = edited(*text)
        except SuspendNotSupported:
            program.say(f"No editor can be opened from here. caseyos edit {move.code}", bad=True)
            return
        program.refresh(layout=True)
        if changed is None or changed == text:
            program.say("Nothing was changed.")
            again([move])
            return
        program.ask(
            lambda: acting.decide(
                core, [move], lambda targets: core.decisions.edit(targets[0], *changed)
            ),
            lambda acted: kept(acted.moves),
            lambda error: screen.refused(error, [move]),
        )

    def kept(moves: Sequence[Move]) -> None:
        program.say(f"Edited {move.code}. z undoes.")
        again(moves)

    program.ask(render, rendered, lambda error: screen.refused(error, [move]))
