"""The filter line: words and `name:value` pairs, read as one types."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.timer import Timer
from textual.widgets import Input

from caseyos.domain.model import OWNERS, ActionType, MoveStatus
from caseyos.domain.views import QueueFilter
from caseyos.errors import UsageError

if TYPE_CHECKING:
    from caseyos.tui.today import TodayScreen

NAMES = {
    "owner": "owner",
    "status": "status",
    "type": "action_type",
    "source": "source",
    "account": "account",
    "due": "due",
}
VALUES = {
    "status": (*MoveStatus, "all"),
    "type": tuple(ActionType),
    "owner": OWNERS,
    "due": ("today", "week", "later"),
}
_APS = re.compile(r"aps>=?(\d{1,3}(?:\.\d)?)", re.IGNORECASE)
PAUSE = 0.15  # seconds of silence before the list follows


def parse(text: str) -> QueueFilter:
    """The filter that `text` means; UsageError names what is not understood."""
    found: dict[str, Any] = {}
    words = []
    for word in text.split():
        name, colon, value = word.partition(":")
        score = _APS.fullmatch(word)
        if score:
            found["min_aps"] = float(score[1])
        elif colon and name.lower() in NAMES and value:
            known = VALUES.get(name.lower())
            if known is not None and value.lower() not in known:
                raise UsageError(f"{name}: is one of {', '.join(known)}.")
            found[NAMES[name.lower()]] = value.lower() if known else value
        else:
            words.append(word)
    chosen = QueueFilter(**found, text=" ".join(words) or None)
    return replace(chosen, status=None) if chosen.status == "all" else chosen


def begin(screen: TodayScreen) -> None:
    """Show the filter line with what it holds, ready to type."""
    line = screen.query_one_optional(FilterLine)
    if line is None:
        # Nothing of it is loaded or laid out before somebody wants it.
        line = FilterLine()
        screen.mount(line, before="#strip-rule")
    line.value = screen.filter_text
    line.add_class("-open")
    line.focus()


class FilterLine(Input):
    """Types a filter; the list follows. Enter keeps it, escape clears it."""

    def __init__(self) -> None:
        super().__init__(
            id="filter",
            placeholder="words  status: owner: type: source: account: due: aps>50",
            select_on_focus=False,
            max_length=200,
        )
        self._timer: Timer | None = None

    @property
    def _today(self) -> TodayScreen:
        from caseyos.tui.today import TodayScreen

        assert isinstance(self.screen, TodayScreen)  # noqa: S101 - it is only ever put there
        return self.screen

    def on_input_changed(self, _event: Input.Changed) -> None:
        """Follow what is typed, after a breath."""
        if self._timer is not None:
            self._timer.stop()
        if self.has_class("-open"):
            self._timer = self.set_timer(PAUSE, self._follow)

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Keep it."""
        try:
            chosen = parse(self.value)
        except UsageError as error:
            self._today.program.say_error(error)
            return
        self._close()
        self._today.set_filter(self.value.strip(), chosen)

    def key_escape(self) -> None:
        """Clear it."""
        self._close()
        self._today.set_filter("", QueueFilter())

    def _follow(self) -> None:
        try:
            chosen = parse(self.value)
        except UsageError:
            return  # half a word; enter says what is wrong with a whole one
        self._today.set_filter(self.value.strip(), chosen)

    def _close(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self.remove_class("-open")
        self._today.moves.focus()
