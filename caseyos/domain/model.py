"""The words of the domain as frozen records and enums (SPEC section 1).

Plain data: no behaviour beyond what a record knows of itself, no I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

JsonObject = Mapping[str, Any]


class SignalType(StrEnum):
    """What may be observed (SPEC section 3). A source may send others; they match no play."""

    FORM_SUBMITTED = "form_submitted"
    DEAL_CREATED = "deal_created"
    DEAL_STAGE_CHANGED = "deal_stage_changed"
    EMAIL_RECEIVED = "email_received"
    EMAIL_REPLIED = "email_replied"
    EMAIL_BOUNCED = "email_bounced"
    MEETING_BOOKED = "meeting_booked"
    MEETING_SOON = "meeting_soon"
    MEETING_ENDED = "meeting_ended"
    DRAFT_STALE = "draft_stale"
    BULK_STALLED = "bulk_stalled"
    DEAL_SILENT = "deal_silent"
    RENEWAL_DUE = "renewal_due"
    ACCOUNT_AT_RISK = "account_at_risk"
    DELIVERABLE_DUE = "deliverable_due"
    APPROVAL_PENDING = "approval_pending"
    CONTENT_PUBLISHED = "content_published"
    MANUAL = "manual"


INTERNAL_SIGNALS = frozenset(
    {
        SignalType.DRAFT_STALE,
        SignalType.BULK_STALLED,
        SignalType.DEAL_SILENT,
        SignalType.RENEWAL_DUE,
        SignalType.ACCOUNT_AT_RISK,
        SignalType.DELIVERABLE_DUE,
        SignalType.APPROVAL_PENDING,
        SignalType.MEETING_SOON,
        SignalType.MEETING_ENDED,
    }
)


class ActionType(StrEnum):
    """What a move does (SPEC section 7)."""

    SEND_EMAIL = "send_email"
    CREATE_DRAFT = "create_draft"
    FOLLOW_UP = "follow_up"
    CREATE_TASK = "create_task"
    COMPLETE_TASK = "complete_task"
    SCHEDULE_MEETING = "schedule_meeting"
    UPDATE_DEAL = "update_deal"


EMAIL_ACTIONS = frozenset({ActionType.SEND_EMAIL, ActionType.CREATE_DRAFT, ActionType.FOLLOW_UP})


class MoveStatus(StrEnum):
    """Where a move stands; `lifecycle` holds the allowed changes."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    SNOOZED = "snoozed"
    EXPIRED = "expired"
    EXECUTED = "executed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    ROLLED_BACK = "rolled_back"


class ExecutionState(StrEnum):
    """Where one attempt to carry a move out stands."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    DISPATCHING = "dispatching"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"
    UNDONE = "undone"
    UNDO_FAILED = "undo_failed"
    SIMULATED = "simulated"


class DecisionKind(StrEnum):
    """What a person (or a rule) decided about a move."""

    ACCEPT = "accept"
    DISMISS = "dismiss"
    SNOOZE = "snooze"
    WAKE = "wake"
    EDIT = "edit"
    REOPEN = "reopen"
    EXPIRE = "expire"
    EXECUTE = "execute"
    ADD = "add"
    NOTE = "note"
    OUTCOME = "outcome"
    SUPPRESS = "suppress"
    UNSUPPRESS = "unsuppress"


class OutcomeKind(StrEnum):
    """What happened afterwards (SPEC section 8)."""

    REPLIED = "replied"
    MEETING_BOOKED = "meeting_booked"
    STAGE_ADVANCED = "stage_advanced"
    STAGE_REGRESSED = "stage_regressed"
    DEAL_WON = "deal_won"
    DEAL_LOST = "deal_lost"
    DELIVERABLE_SHIPPED = "deliverable_shipped"
    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    NO_RESPONSE = "no_response"


class DismissReason(StrEnum):
    """The short list of UX section 4.5."""

    NOT_NOW = "not-now"
    WRONG_PERSON = "wrong-person"
    DONE = "done"
    BAD = "bad"
    STOP_COMPANY = "stop-company"
    NONE = "none"


class Mode(StrEnum):
    """SAFE: nothing leaves this computer. LIVE: outside channels may act, until it ends."""

    SAFE = "safe"
    LIVE = "live"


class Reversibility(StrEnum):
    """Whether an executed action can be taken back."""

    REVERSIBLE = "reversible"
    COMPENSABLE = "compensable"
    FINAL = "final"


# Those of a move; the operator's own name comes from the configuration.
OWNERS = ("casey", "automated", "delegated")

# The factors that have a weight, and every factor as screens name it.
WEIGHED = ("revenue", "urgency", "effort", "strategic")
FACTORS = {factor: factor.title() for factor in WEIGHED} | {
    "blocker": "Unblocks",
    "learned": "Learned",
    "clamped": "Clamped",
}


@dataclass(frozen=True, slots=True)
class Driver:
    """One named part of a score.

    `points` are to one decimal and re-add to the score; `evidence` lines carry no points.
    """

    factor: str  # revenue | urgency | effort | strategic | blocker | learned
    points: float
    maximum: float
    sentence: str
    evidence: tuple[str, ...] = ()
    known: bool = True
    value: float | None = None  # the factor on its 0-1 scale


@dataclass(frozen=True, slots=True)
class Score:
    """An Action Priority Score (0-100, one decimal) whose drivers are the explanation."""

    aps: float
    drivers: tuple[Driver, ...]
    because: str
    confidence: float  # share of the weight whose input is known, 0-1
    clamped: bool = False


@dataclass(frozen=True, slots=True)
class SignalDraft:
    """A signal as a source reports it, before it is stored.

    `data` is already trimmed to the allowed fields; `facts` are the account, contact, deal and
    message the event tells us of, to be stored in the same commit.
    """

    source: str
    signal_type: str
    external_id: str | None
    occurred_at: datetime | None
    evidence: str
    data: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signal:
    """A stored signal."""

    id: UUID
    source: str
    signal_type: str
    external_id: str | None
    data: JsonObject
    evidence: str
    occurred_at: datetime | None
    created_at: datetime
    processed: bool
    processed_at: datetime | None
    recommendation_generated: bool | None
    error: str | None
    account_id: UUID | None = None
    contact_id: UUID | None = None
    deal_id: UUID | None = None
    move_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One concrete next action in the queue, as the read side sees it."""

    id: UUID
    code: str
    title: str
    aps: float
    action_type: str
    context: JsonObject
    status: str
    owner: str
    due_by: datetime | None
    snoozed_until: datetime | None
    account: str | None
    source: str | None
    reasoning: str | None
    drivers: tuple[Driver, ...]
    version: int
    created_at: datetime
    updated_at: datetime
    executed_at: datetime | None = None
    play: str | None = None
    outcome: JsonObject | None = None
    execution_state: str | None = None  # the latest real execution, where there is one
    waits_for: str | None = None  # why it did not run yet
    waits_until: datetime | None = None  # when it will
    confidence: float | None = None
    facts: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guardrails answer: allow, or refuse with a reason and, where known, until when."""

    allowed: bool
    rule: str = ""
    reason: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a preview: `level` is pass, warn or block."""

    name: str
    level: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing an execution would do, and whether it can be undone."""

    channel: str
    sentence: str
    undo: str


@dataclass(frozen=True, slots=True)
class Payload:
    """The exact rendered action that acceptance binds to.

    `body` is the human-readable content (mail text, task notes, meeting description) and
    `fields` everything else that matters (recipients, subject, due, thread headers).
    `missing` names placeholders that could not be filled.
    """

    action_type: str
    channel: str
    subject: str
    body: str
    recipients: tuple[str, ...] = ()
    fields: JsonObject = field(default_factory=dict)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A dry run that can be executed as it stands until it expires."""

    id: str  # pl_xxxx
    move_id: UUID
    move_code: str
    title: str
    payload: Payload
    wire: bytes  # byte for byte what would be written or sent
    effects: tuple[Effect, ...]
    checks: tuple[Check, ...]
    expires_at: datetime
    outside: bool  # True where the channel reaches another system
    reversibility: str
    aps: float | None = None

    @property
    def blocked(self) -> bool:
        """Whether a check forbids executing this plan."""
        return any(check.level == "block" for check in self.checks)


@dataclass(frozen=True, slots=True)
class ExecutionResult:
    """What an execution came to, for the person who asked for it."""

    execution_id: UUID
    move_id: UUID
    move_code: str
    title: str
    state: str
    sentence: str
    rollback_token: str | None = None
    reversibility: str | None = None
    provider_id: str | None = None
    until: datetime | None = None  # when a held or blocked execution will run
    replayed: bool = False  # the same request was already carried out


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency."""

    amount: Decimal
    currency: str = "USD"
