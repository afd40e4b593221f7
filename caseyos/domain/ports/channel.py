"""A channel performs actions: exact bytes, one effect, found again by its marker, taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, Self
from uuid import UUID

from caseyos.domain.model import Effect, Payload


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an effect left behind: where it is, a digest of it, and how to take it back.

    `notes` are sentences about what went on beside the effect, such as a copy that was not kept.
    """

    provider_id: str
    digest: str
    undo: Mapping[str, Any] | None
    refused: tuple[str, ...] = field(default=())  # recipients that were refused
    notes: tuple[str, ...] = field(default=())


class NotDone(Exception):
    """A definite no: nothing happened. `temporary` says whether trying later may help."""

    def __init__(self, message: str, *, temporary: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.temporary = temporary


class Uncertain(Exception):
    """Nobody can say whether it happened: to be reconciled by the marker, never retried."""


class Prepared(Protocol):
    """An effect made ready: connected, logged in, recipients named; nothing has happened yet.

    Leaving it lets go of the connection, never raises and never decides anything.
    """

    refused: tuple[str, ...]  # recipients that were refused before the effect

    def __enter__(self) -> Self:
        """Hold it."""
        ...

    def __exit__(self, *_: object) -> None:
        """Let go."""
        ...

    def perform(self) -> Receipt:
        """The one effect. NotDone or Uncertain where it did not plainly succeed."""
        ...


class AtHand:
    """A Prepared that holds nothing open: the effect is one call."""

    def __init__(self, effect: Callable[[], Receipt]) -> None:
        self.refused: tuple[str, ...] = ()
        self.perform = effect

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class Channel(Protocol):
    """One way to carry moves out.

    `name` is `local`, `imap:work`, ...: a level of the kill switch, and part of what is accepted.
    """

    name: str
    outside: bool
    reversibility: str

    def build(self, payload: Payload, *, marker: str, execution_id: UUID, at: datetime) -> bytes:
        """The exact bytes of the effect."""
        ...

    def effects(self, payload: Payload) -> tuple[Effect, ...]:
        """What it would do, in words, and whether that can be undone."""
        ...

    def check(self, payload: Payload) -> None:
        """What can be told without touching anything outside; NotDone says what is in the way."""
        ...

    def prepare(self, payload: Payload, wire: bytes, marker: str) -> Prepared:
        """Everything that can fail without an effect, such as a login; NotDone when it does."""
        ...

    def find(self, marker: str) -> Receipt | None:
        """The effect of this marker, if it is there. Absence proves nothing.

        NotDone when nobody could be asked.
        """
        ...

    def undo(self, instructions: Mapping[str, Any]) -> str:
        """Take the effect back; a sentence. NotDone when somebody changed it since."""
        ...
