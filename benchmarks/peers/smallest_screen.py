"""The smallest program that is written with Textual: one line of text."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Smallest(App[None]):
    """One line."""

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static("hello")


if __name__ == "__main__":
    Smallest().run()
