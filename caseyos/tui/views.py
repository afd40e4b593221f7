"""Signals, dashboard, activity: what came in, how it goes, what was done. Pages to read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from caseyos.tui import keys, labels
from caseyos.tui.facts import Look
from caseyos.tui.frame import Frame, bindings
from caseyos.tui.ink import Line, fit, right
from caseyos.tui.painted import Page
from caseyos.tui.rows import bar

if TYPE_CHECKING:
    from caseyos.app import App

SHOWN = 300
WINDOW = timedelta(days=14)
Draw = Callable[[int, Look], list[Line]]


class ReadingView(Frame):
    """A view that reads once, and again on `r`."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(keys.VIEW)]
    keys_of = keys.VIEW

    def __init__(self, name: str, read: Callable[[App], Draw]) -> None:
        super().__init__()
        self.view_name = name
        self._read = read
        self._draw: Draw | None = None

    def body(self) -> Iterable[Widget]:
        """One page."""
        yield Page(self._lines, id="view")

    def on_mount(self) -> None:
        """Read what it shows."""
        self.action_reload()

    def changed(self, move_ids: Iterable[object]) -> None:
        """Something was undone: that is activity."""
        self.action_reload()

    def action_reload(self) -> None:
        """Read it again."""
        core = self.program.core

        def done(draw: Draw) -> None:
            self._draw = draw
            if self.here:
                self.query_one("#view", Page).renew()

        self.program.ask(lambda: self._read(core), done)

    def action_scroll(self, way: int) -> None:
        """Read on."""
        self.query_one("#view", Page).scroll_relative(y=way, animate=False)

    def action_back(self) -> None:
        """To Today's Moves."""
        self.program.show_view("today")

    def action_leave(self) -> None:
        """To Today's Moves."""
        self.program.show_view("today")

    def _lines(self, width: int) -> list[Line]:
        if self._draw is None:
            return [[], [(" reading", "dim")]]
        return self._draw(width, self.program.look)


def view(name: str) -> ReadingView:
    """A view by its name."""
    reads = {"signals": signals, "dashboard": dashboard, "activity": activity}
    return ReadingView(name, reads[name])


def activity(core: App) -> Draw:
    """Everything that was done, newest first."""
    entries = core.operations.activity(limit=SHOWN)

    def draw(width: int, look: Look) -> list[Line]:
        lines: list[Line] = [[(" When         Who     What      Move", "dim")]]
        if not entries:
            return [
                *lines,
                [],
                [(" Nothing was done yet. Deciding fills this; 1 goes back.", "text")],
            ]
        for one in entries:
            states = (one.from_state, one.to_state)
            change = f" {look.glyphs.arrow} ".join(filter(None, states)) if one.to_state else ""
            lines.append(
                [
                    (f" {labels.stamp(one.at, look.zone):<13}", "dim"),
                    (fit(one.who, 7, look.glyphs) + " ", "account"),
                    (fit(one.what, 9, look.glyphs) + " ", "score"),
                    (fit(one.move_code or "", 5, look.glyphs) + " ", "key"),
                    (fit(one.title or one.detail, max(10, width - 62), look.glyphs) + " ", "text"),
                    (fit(change, 22, look.glyphs), "dim"),
                ]
            )
        return lines

    return draw


def signals(core: App) -> Draw:
    """What came in, newest first."""
    found = core.intake.signals(limit=SHOWN)

    def draw(width: int, look: Look) -> list[Line]:
        lines: list[Line] = [[(" When         Source     Kind               What", "dim")]]
        if not found:
            told = " No signal yet. caseyos import FILE brings some; R asks your sources."
            return [*lines, [], [(told, "text")]]
        for one in found:
            moment = one["occurred_at"] or one["created_at"]
            code = one["move_code"]
            result = f"{look.glyphs.arrow} {code}" if code else one["note"] or one["error"] or ""
            lines.append(
                [
                    (f" {labels.stamp(moment, look.zone):<13}", "dim"),
                    (fit(one["source"], 10, look.glyphs) + " ", "account"),
                    (fit(one["signal_type"], 18, look.glyphs) + " ", "score"),
                    (fit(one["evidence"], max(10, width - 58), look.glyphs) + " ", "text"),
                    (fit(result, 12, look.glyphs), "dim"),
                ]
            )
        return lines

    return draw


def dashboard(core: App) -> Draw:
    """The figures of two weeks."""
    found = core.operations.stats(core.clock.now() - WINDOW)

    def draw(width: int, look: Look) -> list[Line]:
        size = 20 if width < 100 else 40
        lines: list[Line] = [
            [(" Last 14 days", "title")],
            [],
            [(f"  {found.signals:,} signals   {found.moves_made:,} moves made"
              f"   {found.queue_depth:,} pending", "text")],
        ]  # fmt: skip
        for title, tally in (
            ("Decided", found.decided),
            ("Executed", found.executions),
            ("What happened", found.outcomes),
        ):
            lines += [[], [(f" {title}", "title")]]
            most = max(tally.values(), default=0)
            lines += [
                [
                    ("  " + fit(name.replace("_", " "), 20, look.glyphs), "text"),
                    *bar(count / most, size, look.glyphs),
                    (right(f"{count:,}", 8, look.glyphs), "score"),
                ]
                for name, count in tally.items()
            ]
            if not tally:
                lines.append([("  nothing yet", "dim")])
        lines += [[], [(" Does the score work?  good outcomes by APS when executed", "title")]]
        done = sum(executed for _, executed, _ in found.by_score)
        for band, executed, good in found.by_score:
            share = good / executed if executed else 0
            lines.append(
                [
                    (f"  {band:<20}", "text"),
                    *bar(share, size, look.glyphs),
                    (f"{share:>6.0%}  n={executed}", "score"),
                ]
            )
        if done < 30:
            told = "n is small: a hint, not a proof" if done else "nothing executed yet"
            lines.append([(f"  {told}", "dim")])
        if found.sources:
            lines += [[], [(" Sources", "title")]]
            lines += [
                [("  " + fit(name, 20, look.glyphs), "text"),
                 (fit(state, max(10, width - 24), look.glyphs), "dim")]
                for name, state in found.sources
            ]  # fmt: skip
        return lines

    return draw
