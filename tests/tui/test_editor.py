"""Editing in the person's own editor."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from caseyos.app import App
from caseyos.tui.program import Program
from tests.app.test_own_editor import editor
from tests.tui.stage import Seat, fill, play


def test_e_edits_the_text_and_z_takes_it_back(
    core: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(core)
    monkeypatch.setenv("VISUAL", editor(tmp_path, "sed -i 's/Hello there/Dear Dana/' \"$1\""))

    @contextmanager
    def put_away(_program: Program) -> Iterator[None]:
        yield

    async def scene(seat: Seat) -> None:
        await seat.press("e")
        assert "No editor can be opened from here" in seat.said[-1]
        # A test has no terminal to put away; everything else is real.
        monkeypatch.setattr(Program, "suspend", put_away)
        await seat.press("e")
        move = seat.focused
        assert seat.said[-1] == "Edited m1ka. z undoes."
        assert "Dear Dana" in core.actions.preview(move.id).payload.body
        await seat.press("z")
        assert "Hello there" in core.actions.preview(move.id).payload.body

    play(core, scene)
