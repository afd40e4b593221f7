"""The story of one move on one screen, from signal to answer."""

from __future__ import annotations

from textual.binding import Binding

from caseyos.domain.model import Move
from caseyos.domain.story import Chapter
from caseyos.tui import labels
from caseyos.tui.ink import Line, fit, wrapped
from caseyos.tui.reading import ReadingDialog
from caseyos.tui.verbs import MoveScreen

LINES = 2  # of one step at most


def open_story(screen: MoveScreen, move: Move) -> None:
    """Read a move's story and show it."""
    program = screen.program
    core = program.core

    def done(found: tuple[Chapter, ...]) -> None:
        program.push_screen(StoryDialog(move, found))

    program.ask(lambda: core.queue.story(str(move.id)), done)


class StoryDialog(ReadingDialog):
    """Everything that led to a move and came of it, oldest first."""

    BINDINGS = [Binding("t", "back", show=False)]  # noqa: RUF012

    def __init__(self, move: Move, found: tuple[Chapter, ...]) -> None:
        super().__init__()
        self._move, self._found = move, found

    def _lines(self, width: int) -> list[Line]:
        glyphs, zone = self.program.glyphs, self.program.zone
        title = f" {self._move.code} {glyphs.dot} {labels.title(self._move)}"
        lines: list[Line] = [[(fit(title, width - 1, glyphs), "title")]]
        day = ""
        for one in self._found:
            local = one.at.astimezone(zone)
            date = f"{local:%d %b}"
            first, *more = wrapped(one.told or " ", width - 36)[:LINES]
            lines.append(
                [
                    (f" {date if date != day else '':<6} {local:%H:%M:%S} ", "dim"),
                    (fit(one.who, 8, glyphs) + " ", "account"),
                    (fit(one.what, 8, glyphs) + " ", "score"),
                    *first,
                ]
            )
            lines += [[(" " * 35, "dim"), *line] for line in more]
            day = date
        return lines
