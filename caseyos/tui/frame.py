"""The frame every screen hangs in: title, status line, body, footer, and the keys all share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget

from caseyos.tui import keys, labels
from caseyos.tui.bars import Footer, StatusLine, TitleBar
from caseyos.tui.ink import INK_CLASSES
from caseyos.tui.painted import Bar, Page
from caseyos.tui.small import notice, too_small

if TYPE_CHECKING:
    from uuid import UUID

    from caseyos.app.decisions import UndoReport
    from caseyos.tui.program import Program


def bindings(screen: str) -> list[Binding]:
    """The key table's entries for a screen as Textual wants them."""
    return [
        Binding(key.keys, key.action, key.help, show=False, id=key.name)
        for key in keys.keys_of(screen)
    ]


class Frame(Screen[None]):
    """A whole screen."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-narrow"),
        (60, "-strip"),
        (120, "-wide"),
        (180, "-widest"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {*INK_CLASSES}
    keys_of: ClassVar[str] = keys.VIEW
    view_name: str = ""

    @property
    def program(self) -> Program:
        """The program this screen is of."""
        return cast("Program", self.app)

    @property
    def here(self) -> bool:
        """Whether this screen is still there: an answer may come when it was closed."""
        return self in self.app.screen_stack

    @property
    def place(self) -> str:
        """What the title bar says behind "1 Today"; nothing on a view."""
        return ""

    def compose(self) -> ComposeResult:
        """Title, status, body, footer."""
        yield TitleBar()
        yield StatusLine()
        yield from self.body()
        yield Footer()
        yield Page(lambda _width: notice(self.app.size), id="small")

    def on_resize(self, event: events.Resize) -> None:
        """A terminal too small for the screen says so, and only that."""
        self.set_class(too_small(event.size), "-small")
        self.query_one("#small", Page).renew()

    def body(self) -> Iterable[Widget]:
        """What stands between the status line and the footer."""
        raise NotImplementedError

    def status_parts(self) -> Sequence[tuple[str, str, str]]:
        """The left of the status line: text, ink and a click's action."""
        pulse = self.program.pulse
        if pulse is None:
            return [("loading", "dim", "")]
        status = pulse.status
        parts = [
            (f"{status.pending:,} open", "text", ""),
            (f"{status.due:,} due today", "text", ""),
        ]
        if status.unknown:
            parts.insert(0, (f"! {status.unknown} UNKNOWN", "bad", "problems"))
        if status.stops:
            why = next((f": {one.reason}" for one in pulse.stops if one.automatic), "")
            told = f"! STOPPED: {', '.join(status.stops)}{why}"
            parts.insert(0, (told, "bad", "problems"))
        if status.accepted:
            parts.append((f"{status.accepted:,} accepted", "text", ""))
        held = [row for row in pulse.outbox if row["state"] == "queued"]
        if held:
            moments = [row["not_before"] for row in held if row["not_before"]]
            leaves = labels.left(min(moments), self.program.wall()) if moments else "soon"
            parts.append((f"outbox {len(held)}, leaves in {leaves}: z recalls", "care", "undo"))
        blocked = sum(1 for row in pulse.outbox if row["state"] == "blocked")
        if blocked:
            parts.append((f"! {blocked} waiting", "care", ""))
        return parts

    def refresh_bars(self) -> None:
        """Draw title and status anew."""
        for bar in self.query(Bar):
            if not isinstance(bar, Footer):  # which changes with the width alone
                bar.refresh()

    def pulse_taken(self) -> None:
        """How things stand was read."""
        self.refresh_bars()

    def came_back(self) -> None:
        """The database answers again."""
        self.program.feel_pulse()
        self.refresh_bars()

    def outbox_ran(self) -> None:
        """Something left the outbox."""

    def changed(self, move_ids: Iterable[UUID]) -> None:
        """Moves were changed from here: show them as they are now."""

    def action_undo(self) -> None:
        """Take back the last step."""
        decisions = self.program.core.decisions
        self.program.ask(lambda: decisions.undo(), lambda told: self._took(told, "undo"))

    def action_redo(self) -> None:
        """Do again what was undone."""
        decisions = self.program.core.decisions
        self.program.ask(lambda: decisions.redo(), lambda told: self._took(told, "redo"))

    def _took(self, report: UndoReport, verb: str) -> None:
        if not report.sentences:
            self.program.say(f"Nothing to {verb}.")
            return
        more = len(report.sentences) - 1
        told = report.sentences[0] + (f", and {labels.counted(more, 'move')} more" if more else "")
        self.program.say(told[:1].upper() + told[1:])
        self.changed(report.move_ids)
        self.program.feel_pulse()

    def action_reload(self) -> None:
        """Read anew what this screen shows."""

    def action_redraw(self) -> None:
        """Draw everything again."""
        self.refresh(layout=True)
        for widget in self.walk_children(Widget):
            widget.refresh()

    def action_to_shell(self) -> None:
        """Put the program to sleep until `fg`."""
        self.app.action_suspend_process()

    def action_help(self) -> None:
        """The keys of this screen."""
        from caseyos.tui.help import HelpScreen

        self.app.push_screen(HelpScreen(self.keys_of, self.program.keymap))

    def action_palette(self) -> None:
        """Every command by name."""
        from caseyos.tui.palette import open_palette

        open_palette(self)

    def action_problems(self) -> None:
        """What needs a person."""
        from caseyos.tui.problems import open_problems

        open_problems(self)

    def action_mode(self) -> None:
        """SAFE or LIVE."""
        from caseyos.tui.mode import choose_mode

        choose_mode(self.program)

    def action_view(self, name: str) -> None:
        """Another view."""
        self.program.show_view(name)

    def action_back(self) -> None:
        """Close this screen."""
        self.dismiss()

    def action_leave(self) -> None:
        """Back to the list; from there, out."""
        self.dismiss()

    def action_leave_now(self) -> None:
        """Quit from anywhere."""
        self.program.leave()
