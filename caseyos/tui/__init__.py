"""The terminal screen. Importing this imports nothing: Textual is loaded by `run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from caseyos.app import App


def run(app: App, *, ascii_only: bool = False) -> None:
    """Show Today's Moves until the person quits; errors of the program are raised afterwards."""
    import gc
    from concurrent.futures import ThreadPoolExecutor
    from shutil import get_terminal_size

    from caseyos.tui.queue import first_window

    app.origin = "tui"
    # What is loaded and built until the first rows show lives as long as the program: looking
    # through it for garbage finds none. `Program.settle` turns the collector on again.
    gc.disable()
    front = ThreadPoolExecutor(1, thread_name_prefix="caseyos-front")
    # The first rows are read while Textual is imported: half of each is waiting. What goes wrong
    # is met, and said, by the screen that takes the rows.
    first = front.submit(first_window, app, get_terminal_size().lines)
    from caseyos.tui.program import Program

    program = Program(app, ascii_only=ascii_only, front=front, first=first)
    program.run(mouse=app.config.settings.ui.mouse)
    if program.defect is not None:
        raise program.defect
