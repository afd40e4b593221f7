"""Editing a move's text in the person's own editor, with the screen put away meanwhile."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from textual.app import SuspendNotSupported

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
                edited = _in_editor(*text)
        except SuspendNotSupported:
            program.say(f"No editor can be opened from here. caseyos edit {move.code}", bad=True)
            return
        program.refresh(layout=True)
        if edited is None or edited == text:
            program.say("Nothing was changed.")
            again([move])
            return
        program.ask(
            lambda: acting.decide(
                core, [move], lambda targets: core.decisions.edit(targets[0], *edited)
            ),
            lambda acted: kept(acted.moves),
            lambda error: screen.refused(error, [move]),
        )

    def kept(moves: Sequence[Move]) -> None:
        program.say(f"Edited {move.code}. z undoes.")
        again(moves)

    program.ask(render, rendered, lambda error: screen.refused(error, [move]))


def _in_editor(subject: str, body: str) -> tuple[str, str] | None:
    """The edited subject and body; None when there is no editor or it failed."""
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory(prefix="caseyos-edit-") as folder:
        path = Path(folder) / "draft.txt"
        path.write_text(f"Subject: {subject}\n\n{body}")
        try:
            subprocess.run([*command, str(path)], check=True)  # noqa: S603 - the person's editor
            text = path.read_text(errors="replace")
        except (OSError, subprocess.CalledProcessError):
            return None
    first, _, rest = text.partition("\n")
    return first.removeprefix("Subject:").strip(), rest.lstrip("\n")
