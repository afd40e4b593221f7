"""Dialogs that nobody can answer by accident: they ignore keys until they could be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from textual import events
from textual.screen import ModalScreen

from caseyos.tui.ink import INK_CLASSES

if TYPE_CHECKING:
    from caseyos.tui.program import Program

Result = TypeVar("Result")
DEAF = 0.5  # seconds


class Guarded(ModalScreen[Result], Generic[Result]):
    """A dialog that is deaf until it was painted and half a second has passed.

    It judges a key by when it was typed, not by when it is handled: a slow screen does not make an
    old key a new one. One that can reach outside wants quiet: an ignored key starts the half second
    again, so that neither a held key nor pasted text ever gets through.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {*INK_CLASSES}
    AUTO_FOCUS = ""  # a dialog says itself what has the keys
    wants_quiet = False

    def __init__(self) -> None:
        super().__init__()
        self._deaf_until: float | None = None

    @property
    def program(self) -> Program:
        """The program this dialog is of."""
        return cast("Program", self.app)

    def on_mount(self) -> None:
        """Begin the half second when the dialog is on the screen."""
        self.call_after_refresh(self.listen_later)

    def listen_later(self) -> None:
        """Be deaf for half a second from now on."""
        from textual._time import get_time

        self._deaf_until = get_time() + DEAF

    def too_soon(self, event: events.Event) -> bool:
        """Whether an input came before the dialog could be read."""
        if self._deaf_until is not None and event.time >= self._deaf_until:
            return False
        if self.wants_quiet and self._deaf_until is not None:
            self._deaf_until = max(self._deaf_until, event.time + DEAF)
        return True
