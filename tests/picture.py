"""The picture in README, made by the app: `python -m tests.picture` on the demo profile."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from caseyos.app.demo import start
from caseyos.tui.program import Program

PICTURE = Path(__file__).parents[1] / "docs" / "captures" / "today.svg"


async def _draw() -> None:
    app, _ = start()
    screen = Program(app)
    async with screen.run_test(size=(140, 34)) as pilot:
        await pilot.pause(1.5)
        PICTURE.parent.mkdir(exist_ok=True)
        drawn = screen.export_screenshot(title="caseyos --profile demo")
        # The picture fetches nothing: it is drawn in whatever fixed-width font there is.
        PICTURE.write_text(re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL))
    app.close()


if __name__ == "__main__":
    asyncio.run(_draw())
