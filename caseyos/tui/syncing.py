"""Asking the sources for news, and turning it into moves; nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caseyos.app.operations import Figures
from caseyos.errors import CaseyError

if TYPE_CHECKING:
    from caseyos.tui.today import TodayScreen


def sync(screen: TodayScreen) -> None:
    """One pass without sending."""
    program = screen.program
    operations = program.core.operations
    if screen.syncing:
        return
    screen.syncing = True
    program.say("Asking your sources for news.")

    def work() -> tuple[Figures, tuple[str, ...], str | None]:
        report = operations.tick(send=False)
        return report.steps.get("generate", {}), report.failures, report.skipped

    def done(told: tuple[Figures, tuple[str, ...], str | None]) -> None:
        screen.syncing = False
        made, failures, skipped = told
        if skipped:
            program.say(f"Not now: {skipped}.")
        elif failures:
            program.say("; ".join(failures), bad=True)
        else:
            count = made.get("created", 0)
            program.say(f"Done: {count} new moves. r shows what is new.")
        program.feel_pulse()

    def failed(error: CaseyError) -> None:
        screen.syncing = False
        program.say_error(error)

    program.calls.ask(work, done, failed, lane="outbox")
