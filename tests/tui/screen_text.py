"""The screen as text: the one place that uses Textual's private compositor."""

from __future__ import annotations

from typing import Any

from textual.app import App


def screen_text(program: App[Any]) -> str:
    """What is on the screen, dialogs and toasts too, lines without trailing spaces."""
    compositor = program.screen._compositor
    lines = (
        "".join(segment.text for segment in strip).rstrip() for strip in compositor.render_strips()
    )
    return "\n".join(lines).rstrip()
