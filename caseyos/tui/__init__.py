"""The terminal screen. Importing this imports nothing: Textual is loaded by `run`."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from caseyos.errors import CaseyError

if TYPE_CHECKING:
    from caseyos.app import App


def run(app: App, *, ascii_only: bool = False) -> None:
    """Show Today's Moves until the person quits; errors of the program are raised afterwards."""
    from concurrent.futures import ThreadPoolExecutor

    app.origin = "tui"
    front = ThreadPoolExecutor(1, thread_name_prefix="caseyos-front")
    # The database is opened while Textual is imported: half of each is waiting.
    front.submit(_open_database, app)
    from caseyos.tui.program import Program

    program = Program(app, ascii_only=ascii_only, front=front)
    program.run(mouse=app.config.settings.ui.mouse)
    if program.defect is not None:
        raise program.defect


def _open_database(app: App) -> None:
    """Open the database early; what goes wrong is met, and said, by the first read."""
    with suppress(CaseyError), app.reading():
        pass  # opening it is the point
