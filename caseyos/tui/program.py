"""The program: one App of CaseyOS, its calls, its pulse, and the screens that share them."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from shutil import get_terminal_size
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import events
from textual.app import App as TextualApp
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import Screen

from caseyos.app.clocks import SystemClock
from caseyos.domain.model import Mode
from caseyos.domain.text import safe_line
from caseyos.domain.views import QueueFilter
from caseyos.errors import CaseyError, NotReady
from caseyos.tui import glyphs, keys, labels, terminal, themes
from caseyos.tui.calls import OUTBOX, Answer, Calls
from caseyos.tui.facts import Look
from caseyos.tui.frame import Frame
from caseyos.tui.guard import Guarded
from caseyos.tui.pulse import Pulse, take
from caseyos.tui.small import too_small

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from caseyos.app import App
    from caseyos.app.operations import Figures
    from caseyos.tui.queue import Opened

T = TypeVar("T")
BEAT = 3.0  # seconds between two looks at how things stand
LEAVING = frozenset({"q", "escape", "ctrl+q", "ctrl+c", "ctrl+z"})
INPUTS = (events.Key, events.Paste, events.MouseDown, events.MouseUp)


@dataclass(frozen=True, slots=True)
class Offline:
    """The database does not answer: since when, and what it said."""

    since: datetime
    sentence: str


class Program(TextualApp[None]):
    """CaseyOS on a terminal."""

    CSS_PATH = "look.tcss"
    TITLE = "CaseyOS"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", show=False, priority=True),
        Binding("ctrl+c", "help_quit", show=False, system=True),
    ]

    def __init__(
        self,
        core: App,
        *,
        ascii_only: bool = False,
        beat: float | None = BEAT,
        front: ThreadPoolExecutor | None = None,
        first: Future[Opened] | None = None,
    ) -> None:
        settings = core.config.settings
        self.core = core
        self.keymap = keys.checked_keymap(settings.keymap)
        self.glyphs = glyphs.choose(settings.ui.glyphs, ascii_only=ascii_only)
        self.zone = core.config.zone
        self.look = Look(self.glyphs, self.zone)
        self.defect: Exception | None = None
        self.pulse: Pulse | None = None
        self.offline: Offline | None = None
        self.first = first  # what the list begins with, being read by `front`
        self._theme_name = themes.checked(settings.ui.theme)
        self._beat = beat
        self._pulsing = self._letting_go = False
        super().__init__()
        for theme in themes.THEMES:
            self.register_theme(theme)
        # Before the first style is worked out: a change of theme would have all of them made again.
        self.set_reactive(TextualApp.theme, self._theme_name)
        self.stylesheet.set_variables(self.get_css_variables())
        self.calls = Calls(self, front)
        self.animation_level = "none"
        self.set_keymap(self.keymap)

    @property
    def standing_clock(self) -> bool:
        """Whether the clock was set to a moment (`--as-of`)."""
        return not isinstance(self.core.clock, SystemClock)

    @property
    def mode_word(self) -> str:
        """SAFE, or LIVE and for how long."""
        if self.pulse is None or self.pulse.status.mode != Mode.LIVE:
            return "SAFE"
        until = self.pulse.status.live_until
        if until is not None and until <= self.wall():
            return "SAFE"
        return f"LIVE {labels.left(until, self.wall())}".rstrip()

    def wall(self) -> datetime:
        """The real time, for what the database's clock decides."""
        return datetime.now(UTC)

    def get_default_screen(self) -> Screen[object]:
        """Today's Moves."""
        from caseyos.tui.today import TodayScreen

        return TodayScreen()  # type: ignore[return-value]

    def on_mount(self) -> None:
        """Put the look on and begin to watch."""
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            gone = partial(loop.call_soon_threadsafe, self.leave)
            terminal.watch(gone, lambda: self.calls.open > 0)
        if self._beat:
            self.set_interval(self._beat, self.feel_pulse)
            self.set_interval(1.0, self._tick)

    def settle(self) -> None:
        """The first rows show: from now on garbage is collected, of what comes from now on."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    def ask(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[CaseyError], None] | None = None,
    ) -> None:
        """Call the App in a thread; a failure that nobody takes is said."""
        self.calls.ask(work, done, failed or self.say_error)

    def on_answer(self, answer: Answer) -> None:
        """A call came back: note whether the database answers, then hand it on."""
        self.calls.open -= 1
        if isinstance(answer.error, NotReady):
            if self.offline is None:
                self.offline = Offline(self.wall(), answer.error.message)
                self._frames(lambda frame: frame.pulse_taken())
        elif self.offline is not None and answer.error is None:
            self.offline = None
            self._frames(lambda frame: frame.came_back())
        answer.tell()

    def say(self, text: str, *, bad: bool = False) -> None:
        """A line at the corner of the screen; whatever it holds is shown as text."""
        self.notify(
            self.glyphs.fold(safe_line(text, 300)),
            severity="error" if bad else "information",
            timeout=8 if bad else 4,
            markup=False,
        )

    def say_error(self, error: CaseyError) -> None:
        """A refusal or a failure, with what helps."""
        if isinstance(error, NotReady) and self.offline is not None:
            return  # the screen says so already
        hint = f"  {error.hint}" if error.hint else ""
        self.say(f"{error.message}{hint}", bad=True)

    def feel_pulse(self) -> None:
        """Look how things stand, unless such a look is under way."""
        if self._pulsing:
            return
        self._pulsing = True
        sections = self.watched()
        revive = self.offline is not None

        def work() -> Pulse:
            if revive:
                self.core.operations.revive_database()
            return take(self.core, sections)

        self.ask(work, self._pulse_taken, self._pulse_failed)

    def watched(self) -> tuple[QueueFilter, ...]:
        """The filters whose heads are compared with the list."""
        from caseyos.tui.today import TodayScreen

        base = self.screen_stack[0] if self.screen_stack else None
        return base.filters if isinstance(base, TodayScreen) else ()

    def show_view(self, name: str) -> None:
        """Go to one of the four views."""
        from caseyos.tui.views import view

        while len(self.screen_stack) > 1:
            self.pop_screen()
        if name != "today":
            self.push_screen(view(name))

    def leave_politely(self) -> None:
        """Quit; with a send in its hold window and nobody to let it go, ask first."""
        held = [row for row in self.pulse.outbox if row["state"] == "queued"] if self.pulse else []
        if not held or (self.pulse is not None and self.pulse.daemon):
            self.leave()
            return
        from caseyos.tui.choices import yes_question

        told = labels.counted(len(held), "send") + " in the outbox"
        question = yes_question("Quit now?", told, "It waits for a daemon, a tick or this screen.")
        self.push_screen(question, lambda answer: self.leave() if answer == "yes" else None)

    def leave(self) -> None:
        """Quit; what is in the outbox stays there for the next who lets it go."""
        self.exit()

    async def action_quit(self) -> None:
        """Quit from anywhere."""
        self.leave()

    def action_help_quit(self) -> None:
        """ctrl+c never quits."""
        self.say("q quits, ctrl+q quits from anywhere.")

    async def on_event(self, event: events.Event) -> None:
        """Drop keys and clicks that nobody can have meant.

        Those that come too soon after a dialog opened, and all but leaving where nothing shows.
        """
        if isinstance(event, INPUTS) and not event.is_forwarded and self.screen_stack:
            screen = self.screen
            if isinstance(screen, Guarded) and screen.too_soon(event):
                return
            if too_small(self.size) and getattr(event, "key", "") not in LEAVING:
                return
        await super().on_event(event)

    async def on_unmount(self) -> None:
        """Let what runs finish."""
        self.calls.close()

    def _handle_exception(self, error: Exception) -> None:
        """A defect ends the program and is raised by `run`: no traceback with people's data."""
        self.defect = self.defect or error
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._return_code = 1
        self._close_messages_no_wait()

    def _pulse_taken(self, pulse: Pulse) -> None:
        self._pulsing = False
        self.pulse = pulse
        self._frames(lambda frame: frame.pulse_taken())
        if pulse.outbox and not pulse.daemon and not self._letting_go:
            self._let_go()

    def _pulse_failed(self, error: CaseyError) -> None:
        self._pulsing = False
        self.say_error(error)

    def _let_go(self) -> None:
        """Nobody else runs the outbox: do what is due of it."""
        self._letting_go = True
        self.calls.ask(
            self.core.operations.send_due_unless_led, self._let_gone, self._not_let_go, lane=OUTBOX
        )

    def _let_gone(self, done: Figures | None) -> None:
        self._letting_go = False
        if done and (ran := done["send"]["run"]):
            unknown = done["send"]["unknown"]
            told = f"The outbox ran: {labels.counted(ran, 'move')}."
            self.say(f"{told} {unknown} UNKNOWN: look." if unknown else told, bad=bool(unknown))
            self._frames(lambda frame: frame.outbox_ran())
            self.feel_pulse()

    def _not_let_go(self, error: CaseyError) -> None:
        self._letting_go = False
        self.say_error(error)

    def _tick(self) -> None:
        """Every second: the clock, and the size, whose last change can be lost while dragging."""
        self._frames(lambda frame: frame.refresh_bars())
        size = Size(*get_terminal_size((0, 0)))
        if not self.is_headless and size.width and size != self.size:
            self.post_message(events.Resize(size, size))

    def _frames(self, tell: Callable[[Frame], None]) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, Frame) and screen.is_mounted:
                tell(screen)
