"""A channel that reaches outside, played: what it does is what the test says."""

from __future__ import annotations

from caseyos.domain.ports.channel import AtHand, Receipt
from tests.desk import Desk


class Outside:
    """Sends mail of a desk; each attempt gives the next answer, or succeeds."""

    outside = True
    reversibility = "final"

    def __init__(self, desk: Desk, name: str = "smtp", action: str = "send_email") -> None:
        self.name = name
        self.inner = desk.app.actions.channels.of(action)
        self.performed = 0
        self.answers: list[Exception | Receipt] = []
        self.refusals: list[Exception] = []  # of the preparation
        desk.put_channel(self, action)
        desk.app.actions.channels.names = lambda: ("local", self.name)  # type: ignore[method-assign]

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def prepare(self, *_request: object) -> AtHand:
        """Nothing to make ready, unless the test says it fails."""
        if self.refusals:
            raise self.refusals.pop(0)
        return AtHand(self._perform)

    def _perform(self) -> Receipt:
        self.performed += 1
        answer = self.answers.pop(0) if self.answers else Receipt("250", "digest", None)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def find(self, _marker: str) -> Receipt | None:
        """Nobody finds anything."""
        return None


def let_go(desk: Desk) -> None:
    """The hold window is over."""
    desk.change("UPDATE executions SET not_before = now() WHERE state = 'queued'")
    desk.app.actions.run_due()
