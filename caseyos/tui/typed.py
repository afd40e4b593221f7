"""A question that is answered in words: a note, a title, a time."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input

from caseyos.tui.guard import Guarded
from caseyos.tui.ink import Line
from caseyos.tui.painted import Page


class Typed(Guarded[str | None]):
    """One line of input; its result is the text, None when nothing was typed."""

    BINDINGS = [Binding("escape", "give_up", show=False)]  # noqa: RUF012

    def __init__(self, title: str, *about: str, start: str = "") -> None:
        super().__init__()
        self._title, self._about, self._start = title, about, start

    def compose(self) -> ComposeResult:
        """The question, a line to type on, and what the keys do."""
        with Vertical(classes="dialog"):
            yield Page(self._lines, id="question")
            yield Input(self._start, id="words", select_on_focus=False, max_length=500)
            yield Page(lambda _width: [[], [(" enter keeps   esc back", "dim")]], id="foot")

    def on_mount(self) -> None:
        """As tall as what it says, ready to type."""
        super().on_mount()
        self.query_one("#question").styles.height = len(self._lines(70))
        self.query_one("#foot").styles.height = 2
        self.query_one("#words").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter keeps what was typed."""
        self.dismiss(event.value.strip() or None)

    def action_give_up(self) -> None:
        """Nothing was typed."""
        self.dismiss(None)

    def _lines(self, width: int) -> list[Line]:
        lines: list[Line] = [[(f" {self._title}", "title")]]
        return [*lines, *([(f" {text}", "dim")] for text in self._about), []]
