"""The terminal screen. Importing this imports nothing: Textual is loaded by `run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from caseyos.app import App


def run(app: App, *, ascii_only: bool = False) -> None:
    """Show Today's Moves until the person quits; errors of the program are raised afterwards."""
    from caseyos.tui.program import Program

    app.origin = "tui"
    program = Program(app, ascii_only=ascii_only)
    program.run(mouse=app.config.settings.ui.mouse)
    if program.defect is not None:
        raise program.defect
