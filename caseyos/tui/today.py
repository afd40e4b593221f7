"""Today's Moves: the list, the move under the cursor, the filter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar
from uuid import UUID

from textual import events
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from caseyos.domain.model import Move
from caseyos.domain.views import Page as QueuePage
from caseyos.domain.views import QueueFilter
from caseyos.errors import CaseyError
from caseyos.tui import empty, facts, keys, labels, rows
from caseyos.tui.bars import StatusLine
from caseyos.tui.frame import bindings
from caseyos.tui.ink import Line
from caseyos.tui.movelist import MoveList
from caseyos.tui.painted import Page
from caseyos.tui.pulse import News, news
from caseyos.tui.queue import Opened, about_shown, open_window, read
from caseyos.tui.verbs import MoveScreen
from caseyos.tui.window import Wanted, Window

MARKED_AT_MOST = 500
PATIENCE = 0.15  # seconds of reading before the screen says that it reads


class TodayScreen(MoveScreen):
    """The first screen."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(keys.TODAY)]
    keys_of = keys.TODAY
    view_name = "today"
    syncing = False

    def __init__(self) -> None:
        super().__init__()
        self.filter = QueueFilter()
        self.filter_text = ""
        self._floor = True
        self._opened: Opened | None = None
        self._opening = False
        self._again = False
        self._seen: set[UUID] = set()
        self._news = News()
        self._failed: CaseyError | None = None

    @property
    def moves(self) -> MoveList:
        """The list of moves."""
        return self.query_one(MoveList)

    @property
    def effective(self) -> QueueFilter:
        """The filter with the floor of the configuration in it."""
        floor = self.program.core.config.settings.ui.floor
        if floor and self._floor and self.filter.min_aps is None:
            return replace(self.filter, min_aps=float(floor))
        return self.filter

    @property
    def filters(self) -> tuple[QueueFilter, ...]:
        """What the list's sections show."""
        if self._opened is None:
            return ()
        return tuple(one.chosen for one in self._opened.window.sections) or (self.effective,)

    def body(self) -> Iterable[Widget]:
        """The list with its heads, the strip below it or the pane beside it."""
        yield Page(self._heads, id="columns")
        with Horizontal(id="work"):
            with Vertical(id="left"):
                yield MoveList()
                yield Page(self._empty, id="empty")
            yield Page(self._edge, id="edge")
            yield Page(self._pane, id="side")
        yield Page(self._rule, id="strip-rule")
        yield Page(self._strip, id="strip")

    def on_mount(self) -> None:
        """Read the queue while the screen is laid out; what is slower than that is said."""
        self.moves.focus()
        first, self.program.first = self.program.first, None
        if first is None:
            self.reopen()
        else:
            self._opening = True
            # `front` does one thing after the other, so this is read when its turn comes.
            self.program.ask(first.result, self._show, self._not_opened)
        self.set_timer(PATIENCE, self._still_reading)

    def chosen(self) -> Sequence[Move]:
        """The marked moves, or the one under the cursor."""
        marked = list(self.moves.marks.values())
        move = self.moves.focused_move
        return marked or ([move] if move is not None else [])

    def looked_at(self) -> Move | None:
        """The move under the cursor."""
        return self.moves.focused_move

    def status_parts(self) -> Sequence[tuple[str, str, str]]:
        """Counts, marks, the filter, and what is new."""
        parts = list(super().status_parts())
        listed = self.moves
        if listed.marks:
            parts.insert(0, (labels.counted(len(listed.marks), "marked", "marked"), "mark", ""))
        if self._news:
            told = " and ".join(
                f"{count} {word}"
                for count, word in ((self._news.new, "new"), (self._news.changed, "changed"))
                if count
            )
            parts.insert(0, (f"{told}, r shows them", "key", "reload"))
        if self.filter_text:
            found = labels.counted(listed.window.moves, "move")
            parts.insert(0, (f"filter {self.filter_text}: {found}, esc clears", "key", "filter"))
        elif listed.window.length * listed.row_height > listed.size.height:
            at = listed.window.number(listed.cursor)
            parts.append((f"{at:,} of {listed.window.moves:,}", "dim", ""))
        return parts

    def reopen(self, *, top: bool = False) -> None:
        """Read the queue anew; the cursor stays with its move."""
        if self._opening:
            self._again = True
            return
        self._opening = True
        listed = self.moves
        move = None if top else listed.focused_move
        keep = move.id if move is not None else None
        row = 0 if top else listed.cursor
        core, chosen = self.program.core, self.effective
        tall = listed.size.height
        seen = max(10, tall // listed.row_height) if tall else about_shown(self.app.size.height)
        self.program.ask(
            lambda: open_window(core, chosen, seen=seen, keep=keep, row=row),
            self._show,
            self._not_opened,
        )

    def pulse_taken(self) -> None:
        """Say what is new; move nothing."""
        super().pulse_taken()
        if self._opened is None and self.program.offline is None:
            self.reopen()
            return
        pulse = self.program.pulse
        if pulse is not None and not self._opening and self._opened is not None:
            self._news = news(pulse, self._seen, self.moves.window)
        self._show_empty()
        self.refresh_bars()
        self.query_one("#strip", Page).renew()

    def came_back(self) -> None:
        """The database answers again: show what is there now."""
        super().came_back()
        self.moves.dimmed = False
        self.reopen()

    def outbox_ran(self) -> None:
        """Show the moves on the screen as they are now."""
        self.look_again(self.moves.on_screen())

    def changed(self, move_ids: Iterable[UUID]) -> None:
        """Undone or redone: in their old places where they are still held, else read anew."""
        ids = list(move_ids)
        if all(self.moves.window.row_of(move_id) is not None for move_id in ids):
            self.look_again(ids)
        else:
            self.reopen()

    def show_again(self, moves: Sequence[Move], *, decided: bool) -> None:
        """Show moves as they are now, each in its place; a decided one lets the cursor go on."""
        listed = self.moves
        focused = listed.focused_move
        listed.replace(moves)
        if decided and len(moves) == 1 and focused is not None and moves[0].id == focused.id:
            listed.step(1)
        self.refresh_bars()

    def on_move_list_focused(self) -> None:
        """Show the move under the cursor, where it shows, and its number."""
        for name in ("#strip", "#side"):
            page = self.query_one(name, Page)
            if page.display:
                page.renew()
        self.query_one(StatusLine).refresh()

    def on_move_list_wants(self, message: MoveList.Wants) -> None:
        """Read the pages that came into view."""
        for wanted in message.pages:
            self._read(self.moves.window, wanted)

    def on_move_list_opened(self) -> None:
        """A double click opens."""
        self.action_open()

    def on_resize(self, event: events.Resize) -> None:
        """Heads and detail follow the width."""
        super().on_resize(event)
        self.call_after_refresh(self._renew_all)

    def action_row(self, by: int) -> None:
        """Up or down."""
        self.moves.step(by)

    def action_page(self, way: int) -> None:
        """A page up or down."""
        self.moves.page(way)

    def action_edge(self, way: int) -> None:
        """To the first or the last."""
        self.moves.edge(way)

    def action_mark(self) -> None:
        """Mark and go down."""
        self.moves.toggle_mark()
        self.refresh_bars()

    def action_mark_all(self) -> None:
        """Mark everything the filter shows."""
        core, listed = self.program.core, self.moves
        if listed.window.moves > MARKED_AT_MOST:
            self.program.say(f"V marks at most {MARKED_AT_MOST} moves: narrow the filter first.")
            return
        filters = self.filters

        def work() -> list[Move]:
            return [
                move for one in filters for move in core.queue.page(one, limit=MARKED_AT_MOST).moves
            ]

        def done(moves: list[Move]) -> None:
            listed.marks = {move.id: move for move in moves}
            listed.refresh()
            self.refresh_bars()

        self.program.ask(work, done)

    def action_open(self) -> None:
        """The move in full; nothing is sent."""
        from caseyos.tui.detail import DetailScreen

        if self.looked_at() is not None:
            self.app.push_screen(DetailScreen(self))

    def action_reload(self) -> None:
        """Show what is new, with the cursor on the same move."""
        if self.program.offline is not None:
            self.program.feel_pulse()
        else:
            self.reopen()

    def action_hidden(self) -> None:
        """Show or hide what is under the floor."""
        floor = self.program.core.config.settings.ui.floor
        if not floor:
            self.program.say("No floor is set: nothing is hidden (ui.floor).")
            return
        self._floor = not self._floor
        self.program.say(f"Moves under {floor} are {'hidden' if self._floor else 'shown'}.")
        self.reopen()

    def action_filter(self) -> None:
        """Type a filter."""
        from caseyos.tui.filtering import begin

        begin(self)

    def action_back(self) -> None:
        """Clear the filter, then the marks."""
        if self.filter_text:
            self.set_filter("", QueueFilter())
        elif self.moves.clear_marks():
            self.refresh_bars()

    def action_leave(self) -> None:
        """Quit; a send that is held asks first."""
        self.program.leave_politely()

    def action_add(self) -> None:
        """Add a move by hand."""
        from caseyos.tui.adding import ask_for_move

        ask_for_move(self)

    def action_sync(self) -> None:
        """Ask the sources for news."""
        from caseyos.tui.syncing import sync

        sync(self)

    def set_filter(self, text: str, chosen: QueueFilter) -> None:
        """Show what another filter leaves."""
        if chosen != self.filter or text != self.filter_text:
            self.filter, self.filter_text = chosen, text
            self.reopen(top=True)

    def _read(self, window: Window, wanted: Wanted) -> None:
        core, listed = self.program.core, self.moves

        def done(page: QueuePage) -> None:
            if listed.window is window:
                listed.put(wanted, page)
                self._seen.update(move.id for move in page.moves)

        def failed(error: CaseyError) -> None:
            window.not_read(wanted.spot)
            self.program.say_error(error)

        self.program.ask(lambda: read(core, wanted), done, failed)

    def _show(self, opened: Opened) -> None:
        self._opening = False
        self._failed = None
        self._opened = opened
        self._seen = {move.id for move in opened.window.held()}
        self._news = News()
        self.moves.show(opened.window, opened.cursor)
        self._show_empty()
        self._renew_all()
        if self.program.pulse is None:
            self.call_after_refresh(self._first_shown)
        if self._again:
            self._again = False
            self.reopen()

    def _first_shown(self) -> None:
        self.program.settle()
        self.program.feel_pulse()

    def _not_opened(self, error: CaseyError) -> None:
        self._opening = self._again = False
        self._failed = error
        self.program.settle()
        self.moves.dimmed = True
        self.moves.refresh()
        self._show_empty()
        self.program.say_error(error)

    def _still_reading(self) -> None:
        if self._opened is None:
            self._show_empty()

    def _show_empty(self) -> None:
        nothing = self._opened is None or self._opened.window.length == 0
        self.set_class(nothing and self.program.offline is None, "-empty")
        self.query_one("#empty").display = nothing
        self.moves.styles.height = 0 if nothing else "1fr"
        self.query_one("#empty", Page).renew()

    def _renew_all(self) -> None:
        for page in self.query(Page):
            page.renew()
        self.refresh_bars()

    def _heads(self, width: int) -> list[Line]:
        columns = self.moves.columns if self.moves.size.width else rows.Columns.of(width, 0)
        return [rows.header(columns, self.program.glyphs)]

    def _edge(self, _width: int) -> list[Line]:
        return [[(self.program.glyphs.side, "rule")]] * self.size.height

    def _rule(self, width: int) -> list[Line]:
        return [[(self.program.glyphs.rule * width, "rule")]]

    def _strip(self, width: int) -> list[Line]:
        if self.program.offline is not None:
            return empty.offline(self.program.offline, width, self.program.look)
        move = self.moves.focused_move
        return facts.strip(move, width, 7, self.program.look) if move is not None else []

    def _pane(self, width: int) -> list[Line]:
        if self.program.offline is not None:
            return empty.offline(self.program.offline, width, self.program.look)
        move = self.moves.focused_move
        return facts.pane(move, width, self.program.look) if move is not None else []

    def _empty(self, width: int) -> list[Line]:
        if self._opened is None:
            if self._failed is not None:
                return empty.failed(self._failed, width)
            return empty.loading(width)
        return empty.nothing(
            self._opened, self.filter_text, self.effective, self.program.pulse, width
        )
