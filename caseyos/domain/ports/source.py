"""A source reads news in batches, and each batch says where the source stands once it is stored."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Protocol

from caseyos.domain.ports.intake import MailItem, Rejected, Row


@dataclass(frozen=True, slots=True)
class Batch:
    """News, and the part of the cursor that commits with it; `sent` is mail of a Sent folder."""

    cursor: Row
    mails: Sequence[MailItem | Rejected] = ()
    signals: Sequence[Row] = ()  # as `signal_row` makes them
    rejected: Sequence[Rejected] = ()
    sent: bool = False
    people: Sequence[Row] = ()  # address and name of those the signals are about


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a source may ask of the house: its own name, who we are, the time, and secrets."""

    source: str  # `imap:work`
    me: frozenset[str]
    now: Callable[[], datetime]
    secret: Callable[[Any], str]  # from the reference in the configuration
    account: Callable[[], Any]  # the account of this source, where it is one
    zone: tzinfo | None = None  # the operator's; None is the system's own


class Source(Protocol):
    """One outside system's news. Made from its `[[source]]` table and its `Surroundings`."""

    def batches(self, cursor: Row) -> Generator[Batch, None, None]:
        """What is new since `cursor`, oldest first.

        The connection's errors are raised (TryLater, LoginRequired); what was handed over before
        them stays stored.
        """
        ...
