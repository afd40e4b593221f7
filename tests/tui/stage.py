"""Moves to look at, and the program on a stage: pressed, settled, read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from textual import events
from textual.keys import _character_to_key

from caseyos.app import App
from caseyos.domain.model import Move
from caseyos.tui.program import Program
from caseyos.tui.today import TodayScreen
from tests.tui.conftest import NOW
from tests.tui.screen_text import screen_text

_SIGNS = {
    "space": " ",
    "plus": "+",
    "slash": "/",
    "full_stop": ".",
    "colon": ":",
    "question_mark": "?",
}
GOLDEN = Path(__file__).parent / "golden"

DRIVERS = [
    ("revenue", 36.0, 40, "$84k at stake", ["deal in Proposal"], True),
    ("urgency", 23.5, 25, "due today", ["she asked for a price"], True),
    ("effort", 12.0, 15, "about 15 min", [], True),
    ("strategic", 10.0, 20, "ICP fit unknown, counted as neutral", [], False),
]
TITLES = (
    ("Reply to Dana Whitfield: pricing", "Northwind Yards", "send_email", 6),
    ("Book demo with Ravi Menon", "Cobalt Freight", "create_task", 8),
    ("Follow up: proposal v2, no reply", "Harbor & Pine", "follow_up", -30),
    ("Call Lena Osei before her 3pm board", "Meridian Labs", "create_task", 3),
    ("Nudge: security questionnaire", "Atlas Grain", "send_email", 14),
    ("Fix close date on 3 slipped deals", None, "create_task", 20),
    ("Re-engage: opened 4x, no reply", "Juniper Cold", "send_email", 40),
    ("Renewal check-in, 60 days out", "Solstice Foods", "schedule_meeting", 90),
    ("Comment on Priya's launch post", "Tamarack AI", "create_task", None),
)


def add(
    core: App,
    code: str,
    title: str,
    *,
    aps: float = 50,
    hours: float | None = 1,
    account: str | None = None,
    action: str = "create_task",
    status: str = "pending",
    **context: Any,
) -> None:
    """One scored move, put there by SQL so that its code is known."""
    due: datetime | None = None if hours is None else NOW + timedelta(hours=hours)
    drivers = [
        dict(
            zip(("factor", "points", "maximum", "sentence", "evidence", "known"), one, strict=True)
        )
        for one in DRIVERS
    ]
    drivers[-1]["points"] = round(aps - sum(one[1] for one in DRIVERS[:-1]), 1)
    about = {"account": account, **context} if account else context
    with core.unit_of_work() as uow:
        row = uow.connection.execute(
            "INSERT INTO command_queue_items (code, priority_score, action_type, action_context,"
            " title, status, due_by, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
            " RETURNING id",
            (code, aps, action, json.dumps(about), title, status, due, NOW - timedelta(days=1)),
        ).fetchone()
        assert row is not None
        made = uow.connection.execute(
            "INSERT INTO action_recommendations (move_id, aps_score, reasoning, drivers,"
            " weights_version, confidence, generated_at)"
            " VALUES (%s, %s, %s, %s, 1, 0.8, %s) RETURNING id",
            (row["id"], aps, "High pipeline value ($84k), urgent", json.dumps(drivers), NOW),
        ).fetchone()
        assert made is not None
        uow.connection.execute(
            "UPDATE command_queue_items SET recommendation_id = %s WHERE id = %s",
            (made["id"], row["id"]),
        )


def fill(core: App) -> None:
    """The nine moves of the pictures: six of today, three later."""
    for place, (title, account, action, hours) in enumerate(TITLES):
        address = {"recipient": f"p{place}@x.example", "first_name": "Dana"}
        context = address if action in ("send_email", "follow_up") else {}
        add(
            core,
            f"m{place + 1}k{'abcdefghj'[place]}",
            title,
            aps=91 - 6 * place,
            hours=hours,
            account=account,
            action=action,
            **context,
        )


def many(core: App, count: int) -> None:
    """`count` plain rows, as a script would insert them; three in four are due today."""
    with core.unit_of_work() as uow:
        uow.connection.execute(
            "INSERT INTO command_queue_items (priority_score, action_type, title, due_by, created_at)"
            " SELECT (n * 37 %% 1000) / 10.0, 'create_task', 'Move ' || n,"
            " %(now)s::timestamptz + (n %% 4 - 1) * interval '13 hours', %(now)s"
            " FROM generate_series(1, %(count)s) n",
            {"now": NOW, "count": count},
        )


def executions(core: App) -> int:
    """How many real executions there are: what a key must not make."""
    with core.unit_of_work() as uow:
        row = uow.connection.execute(
            "SELECT count(*) AS count FROM executions WHERE NOT dry_run"
        ).fetchone()
    return 0 if row is None else int(row["count"])


def status_of(core: App, code: str) -> str:
    """Where a move stands in the database."""
    with core.unit_of_work() as uow:
        return str(uow.moves.by_code(code)[0]["status"])


class Seat:
    """A person in front of the running program."""

    def __init__(self, program: Program, pilot: Any) -> None:
        self.program = program
        self.pilot = pilot

    @property
    def today(self) -> TodayScreen:
        """The first screen."""
        screen = self.program.screen_stack[0]
        assert isinstance(screen, TodayScreen)
        return screen

    @property
    def focused(self) -> Move:
        """The move under the cursor."""
        move = self.today.looked_at()
        assert move is not None
        return move

    @property
    def text(self) -> str:
        """The screen as text."""
        return screen_text(self.program)

    @property
    def said(self) -> list[str]:
        """What was said in the corner, oldest first."""
        return [one.message for one in self.program._notifications]

    async def press(self, *keys: str) -> None:
        """Press keys one by one, each when the one before has had its effect."""
        for key in keys:
            await self.hit(key)
            await self.settle()

    async def hit(self, key: str, *, at: float | None = None) -> None:
        """Press a key, by its sign or its name, and wait only until it was handled.

        `at` is when it was typed, on the screen's clock; left out, it is now.
        """
        driver = self.program._driver
        assert driver is not None
        sign = key if len(key) == 1 else _SIGNS.get(key)
        name = _character_to_key(key) if len(key) == 1 else key
        typed = events.Key(name, sign)
        if at is not None:
            typed.time = at
        driver.send_message(typed)
        await self._handled()

    async def type(self, text: str) -> None:
        """Type a text."""
        for sign in text:
            await self.hit(sign)
        await self.settle()

    async def settle(self) -> None:
        """Wait until no call is open, every message was handled and the screen was drawn."""
        for _ in range(2000):
            await self._handled()
            if not self.program.calls.open:
                drawn = asyncio.Event()
                self.program.screen.call_after_refresh(drawn.set)
                with suppress(TimeoutError):
                    await asyncio.wait_for(drawn.wait(), 0.2)
                await self._handled()
                if not self.program.calls.open:
                    return
            await asyncio.sleep(0.002)
        raise AssertionError("the program does not come to rest")

    async def _handled(self) -> None:
        """Wait until the queues that a key passes are empty, in the order it passes them."""
        program = self.program
        if not program.screen_stack:
            return
        screen = program.screen
        for pump in (program, screen, program.focused or screen, screen, program):
            handled = asyncio.Event()
            pump.call_later(handled.set)
            while pump.is_running and not handled.is_set():  # a dialog may have closed itself
                await asyncio.sleep(0)


Scene = Callable[[Seat], Awaitable[None]]


def play(
    core: App, scene: Scene, *, size: tuple[int, int] = (80, 24), ascii_only: bool = False
) -> Program:
    """Run the program without its own heartbeat and let a person play a scene in front of it."""

    async def run() -> Program:
        program = Program(core, ascii_only=ascii_only, beat=None)
        async with program.run_test(size=size, notifications=True) as pilot:
            seat = Seat(program, pilot)
            await seat.settle()
            await scene(seat)
        return program

    return asyncio.run(run())


def check_golden(name: str, text: str, update: bool) -> None:
    """Compare a screen with its golden text; with CASEYOS_GOLDEN=write, write it."""
    path = GOLDEN / f"{name}.txt"
    if update:
        path.write_text(text + "\n")
    assert path.read_text() == text + "\n"


def codes(moves: Sequence[Move]) -> list[str]:
    """The codes of moves."""
    return [move.code for move in moves]
