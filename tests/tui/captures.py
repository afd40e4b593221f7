"""The pictures in the documentation, made by the program: `python -m tests.tui.captures`.

Plays the demo profile in an empty home and writes what is on the screen at two sizes, as text.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

from caseyos.app import App
from caseyos.app.demo import start, stop
from caseyos.tui.program import Program
from tests.tui.stage import Seat

FOLDER = Path(__file__).parents[2] / "docs" / "captures"
SIZES = ((80, 24), (140, 40))
SCENES: dict[str, tuple[str, ...]] = {
    "today": ("j",),
    "move": ("j", "enter"),
    "preview": ("j", "E"),
    "why": ("j", "w"),
    "help": ("question_mark",),
}


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="caseyos-captures-") as home:
        names = {"CONFIG": "config", "DATA": "data", "STATE": "state", "CACHE": "cache"}
        os.environ.update({f"XDG_{name}_HOME": f"{home}/{at}" for name, at in names.items()})
        os.environ.update(HOME=home, CASEYOS_UI__GLYPHS="unicode", CASEYOS_TIMEZONE="UTC")
        app, _ = start()
        try:
            for size in SIZES:
                for name, keys in SCENES.items():
                    asyncio.run(_picture(app, name, keys, size))
        finally:
            app.close()
            stop()


async def _picture(app: App, name: str, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    program = Program(app, beat=None)
    async with program.run_test(size=size) as pilot:
        seat = Seat(program, pilot)
        await seat.settle()
        await seat.press(*keys)
        await seat.settle()
        (FOLDER / f"{name}-{size[0]}x{size[1]}.txt").write_text(seat.text + "\n")


if __name__ == "__main__":
    main()
