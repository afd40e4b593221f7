"""A channel performs actions: exact bytes, one effect, found again by its marker, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from caseyos.domain.model import Effect, Payload


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an effect left behind: where it is, a digest of it, and how to take it back."""

    provider_id: str
    digest: str
    undo: Mapping[str, Any] | None
    refused: tuple[str, ...] = field(default=())  # recipients that were refused


class NotDone(Exception):
    """A definite no: nothing happened. `temporary` says whether trying later may help."""

    def __init__(self, message: str, *, temporary: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.temporary = temporary


class Uncertain(Exception):
    """Nobody can say whether it happened: to be reconciled by the marker, never retried."""


class Channel(Protocol):
    """One way to carry moves out."""

    name: str
    outside: bool
    reversibility: str

    def build(self, payload: Payload, *, marker: str, execution_id: UUID, at: datetime) -> bytes:
        """The exact bytes of the effect."""
        ...

    def effects(self, payload: Payload) -> tuple[Effect, ...]:
        """What it would do, in words, and whether that can be undone."""
        ...

    def preflight(self, payload: Payload) -> None:
        """Everything that can fail without an effect; NotDone when it does."""
        ...

    def perform(self, payload: Payload, wire: bytes, marker: str) -> Receipt:
        """The one effect. NotDone or Uncertain where it did not plainly succeed."""
        ...

    def find(self, marker: str) -> Receipt | None:
        """The effect of this marker, if it is there. Absence proves nothing."""
        ...

    def undo(self, instructions: Mapping[str, Any]) -> str:
        """Take the effect back; a sentence. NotDone when somebody changed it since."""
        ...
