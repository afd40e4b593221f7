"""Thirty hostile strings through list, detail, preview, toast and dialogs: shown, never obeyed."""

import io
import re

from caseyos.app import App
from caseyos.domain.text import storable
from tests.domain.hostile import HOSTILE
from tests.tui.stage import Seat, add, play

# What Textual itself writes: colours, cursor places, modes, and nothing else of the escape family.
ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u2028\u2029]")


def test_no_string_reaches_the_terminal_as_a_command(core: App, impatient: None) -> None:
    for place, text in enumerate(HOSTILE):
        shown = storable(text)
        add(core, f"h{place:03}x"[:5], shown, aps=90 - place, account=shown, snippet=shown,
            subject=shown, recipient="a@x.example", action="send_email")  # fmt: skip

    async def scene(seat: Seat) -> None:
        seen = io.StringIO()
        for place in range(len(HOSTILE)):
            seen.write(seat.text)
            if place % 10 == 0:
                for keys in (
                    ("enter", "escape"),
                    ("p", "escape"),
                    ("d", "escape"),
                    ("w", "escape"),
                ):
                    await seat.press(keys[0])
                    seen.write(seat.text)
                    await seat.press(keys[1])
            seat.program.say(f"{HOSTILE[place]} was said")
            await seat.press("j")
        await seat.press("4")
        seen.write(seat.text)
        assert not ACTS.search(seen.getvalue().replace("\n", ""))
        assert "[/]" in seen.getvalue()
        assert "[@click=app.quit]press[/]" in seen.getvalue()
        assert "^[]0;owned^G" in seen.getvalue()

    play(core, scene, size=(100, 30))


def test_a_click_on_hostile_markup_runs_nothing(core: App) -> None:
    add(core, "h000", "[@click=app.quit]press[/]", account="[@click=app.quit]x[/]")

    async def scene(seat: Seat) -> None:
        seat.program.say("[@click=app.quit]press[/]")
        await seat.settle()
        for place in ((20, 3), (45, 3), (5, 16), (30, 19)):
            await seat.pilot.click(offset=place)
            await seat.settle()
        assert seat.program.is_running
        assert "[@click=app.quit]press[/]" in seat.text

    play(core, scene)
