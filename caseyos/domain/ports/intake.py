"""What sources hand in, what the store keeps of it, and what an import reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from caseyos.domain.ports.recommend import EventStore

Row = Mapping[str, Any]
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A company as a file tells of it; None is "not said"."""

    name: str
    sector: str | None = None
    country: str | None = None
    domain: str | None = None
    employees: int | None = None
    revenue: float | None = None
    renewal_date: date | None = None


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product and its list price."""

    name: str
    list_price: float | None


@dataclass(frozen=True, slots=True)
class DealRow:
    """A deal as an export tells of it; None is "not said"."""

    external_id: str
    name: str | None
    account: str | None
    stage: str | None
    amount: float | None
    product: str | None
    owner: str | None
    engaged_on: date | None
    close_on: date | None
    contact_email: str | None = None
    contact_name: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """What could not be taken: its raw bytes, where it stood, and why."""

    external_id: str
    raw: bytes
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class StageWords:
    """Which stage names are open, in order, and which mean won or lost."""

    stages: tuple[str, ...]
    won: tuple[str, ...]
    lost: tuple[str, ...]

    def kind(self, stage: str | None) -> str:
        """open, won or lost; an unknown stage is open."""
        word = (stage or "").casefold()
        if word in {name.casefold() for name in self.won}:
            return "won"
        return "lost" if word in {name.casefold() for name in self.lost} else "open"

    def order(self, stage: str | None) -> int | None:
        """The place of an open stage, counted from 0; None when it is not listed."""
        names = [name.casefold() for name in self.stages]
        word = (stage or "").casefold()
        return names.index(word) if word in names else None


@dataclass(slots=True)
class ImportReport:
    """What an import took, by kind, and what it could not."""

    rows: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    signals: dict[str, int] = field(default_factory=dict)
    quarantined: int = 0
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def count(self, kind: str, number: int = 1) -> None:
        """Add to one of the counts."""
        self.counts[kind] = self.counts.get(kind, 0) + number


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How a source stands; lag in seconds since its last success."""

    source: str
    kind: str | None
    items_seen: int
    last_success_at: datetime | None
    last_item_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    lag: float | None


class IntakeStore(Protocol):
    """Where signals, people, companies, deals and mail ids are kept."""

    def upsert_accounts(self, rows: Sequence[AccountRow], source: str) -> None:
        """Store companies; what a row does not say is left as it is."""
        ...

    def upsert_products(self, rows: Sequence[ProductRow], source: str) -> None:
        """Store products."""
        ...

    def known_deals(self, source: str, external_ids: Sequence[str]) -> Mapping[str, Row]:
        """The deals already there, locked, by external id."""
        ...

    def upsert_deals(self, rows: Sequence[Row]) -> None:
        """Store deals with their accounts and contacts."""
        ...

    def add_signals(self, rows: Sequence[Row]) -> int:
        """Store signals, each outside event once; how many were new."""
        ...

    def quarantine(self, source: str, rows: Sequence[Rejected]) -> None:
        """Keep what could not be taken."""
        ...

    def mail_turn(self) -> None:
        """Wait until nobody else is storing mail, and hold that until the commit."""
        ...

    def add_messages(self, rows: Sequence[Row]) -> set[str]:
        """Store mail ids; the Message-IDs that were new."""
        ...

    def sent_among(self, message_ids: Iterable[str]) -> set[str]:
        """Which of these were sent by us."""
        ...

    def upsert_contacts(self, rows: Sequence[Row]) -> None:
        """Store people by address."""
        ...

    def touch_contacts(self, rows: Sequence[Row]) -> None:
        """Note when people were written to, answered or bounced."""
        ...

    def observe(self, query: str, **values: Any) -> list[Row]:
        """One of the set reads that internal signals are made from, by its name."""
        ...

    def promote_replies(self, sent: Sequence[str]) -> list[Row]:
        """Mail that arrived before what it answers: make its signals replies; which."""
        ...

    def advance(
        self, source: str, kind: str, *, seen: int, cursor: Row, version: int | None
    ) -> int:
        """Move a source's cursor and health on; its new version.

        Overtaken when somebody else moved it from `version`, 0 being a source never asked.
        """
        ...

    def fail(self, source: str, kind: str, error: str) -> None:
        """Note a source's failure; the cursor stays."""
        ...


class IngestUnit(Protocol):
    """One transaction of ingestion."""

    @property
    def intake(self) -> IntakeStore:
        """What is stored."""
        ...

    @property
    def events(self) -> EventStore:
        """Telemetry."""
        ...

    @property
    def suppressions(self) -> Any:
        """Who must not be written to."""
        ...

    @property
    def audit(self) -> Any:
        """Receipts."""
        ...


IngestUnits = Callable[[], AbstractContextManager[IngestUnit]]
MailItem = tuple[str, bytes]  # where it stood, and its bytes


def signal_row(
    *,
    source: str,
    signal_type: str,
    external_id: str,
    occurred_at: datetime | None,
    evidence: str,
    data: Row,
    deal: tuple[str, str] | None = None,
    contact: str | None = None,
    account_id: UUID | None = None,
    deal_id: UUID | None = None,
) -> dict[str, Any]:
    """A signal as `add_signals` takes it; `deal` is (source, external id), `contact` an address."""
    return {
        "source": source,
        "signal_type": signal_type,
        "external_id": external_id,
        "occurred_at": occurred_at,
        "evidence": evidence,
        "data": {name: value for name, value in data.items() if value is not None},
        "deal_source": deal[0] if deal else None,
        "deal_external_id": deal[1] if deal else None,
        "contact": contact,
        "account_id": account_id,
        "deal_id": deal_id,
    }
