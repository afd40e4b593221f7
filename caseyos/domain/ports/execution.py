"""What carrying moves out needs: one transaction's repositories, and the channels.

The repositories are the store's; their methods are documented there and typed at the call.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from caseyos.domain.guardrails import Policy
from caseyos.domain.ports.channel import Channel
from caseyos.domain.rendering import LoadTemplate, Sender
from caseyos.domain.trips import TripPolicy


class ExecuteUnit(Protocol):
    """One transaction of execution."""

    @property
    def executions(self) -> Any:
        """Attempts."""
        ...

    @property
    def switches(self) -> Any:
        """Mode and stops."""
        ...

    @property
    def breakers(self) -> Any:
        """The channels' breakers."""
        ...

    @property
    def audit(self) -> Any:
        """Receipts."""
        ...

    @property
    def events(self) -> Any:
        """Telemetry."""
        ...

    @property
    def decisions(self) -> Any:
        """The journal of what a person did."""
        ...


ExecuteUnits = Callable[[], AbstractContextManager[ExecuteUnit]]
Probe = Callable[[str], None]


class ChannelOf(Protocol):
    """The channel of an action type: the configured one, or that of a name in the past."""

    def __call__(self, action_type: str, name: str | None = None) -> Channel:
        """Refused where there is none."""
        ...


def silent(_point: str) -> None:
    """Nobody kills the process here."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything an execution is carried out with."""

    units: ExecuteUnits
    channel_of: ChannelOf
    load_template: LoadTemplate
    sender: Callable[[], Sender]
    policy: Callable[[], Policy]
    new_id: Callable[[], UUID]
    now: Callable[[], datetime]
    actor: str
    lease: timedelta
    plan_valid: timedelta
    validity: timedelta
    hold: timedelta
    breaker_failures: int  # in a row, that shut a channel
    breaker_wait: timedelta  # until it is tried again the first time
    trips: TripPolicy
    outside: tuple[str, ...]  # names of the configured channels that reach outside
    probe: Probe = silent
