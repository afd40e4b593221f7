"""The tables, as Alembic reads them (SPEC section 2).

SQLModel describes the schema here and does nothing else: every query is named SQL. Each column
that a plain INSERT does not know has a default or is nullable.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

METADATA = SQLModel.metadata
METADATA.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

MOVE_STATUSES = [
    "pending",
    "accepted",
    "dismissed",
    "snoozed",
    "expired",
    "executed",
    "failed",
    "unknown",
    "rolled_back",
]
BREAKER_STATES = ["closed", "open", "half_open"]
EXECUTION_STATES = [
    "queued",
    "claimed",
    "dispatching",
    "succeeded",
    "partial",
    "failed",
    "unknown",
    "blocked",
    "cancelled",
    "undone",
    "undo_failed",
    "simulated",
]
OWNERS = ("casey", "automated", "delegated")


def _one_of(column: str, words: tuple[str, ...] | list[str]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _id() -> Any:
    return Field(
        default=None,
        sa_column=Column(Uuid, primary_key=True, server_default=text("caseyos_uuid7()")),
    )


def _link(target: str, *, index: bool = False) -> Any:
    """A nullable reference that is emptied when its target goes."""
    return Field(
        default=None,
        sa_column=Column(Uuid, ForeignKey(target, ondelete="SET NULL"), index=index),
    )


def _text(default: str | None = None, *, required: bool = False, unique: bool = False) -> Any:
    server = None if default is None else text(f"'{default}'")
    nullable = not required and default is None
    column = Column(Text, nullable=nullable, server_default=server, unique=unique)
    return Field(default=None, sa_column=column)


def _time(*, now: bool = False) -> Any:
    server = text("clock_timestamp()") if now else None
    return Field(
        default=None,
        sa_column=Column(DateTime(timezone=True), nullable=not now, server_default=server),
    )


def _json(default: str | None = "{}", name: str | None = None) -> Any:
    server = None if default is None else text(f"'{default}'::jsonb")
    column: Column[Any] = (
        Column(JSONB, nullable=default is None, server_default=server)
        if name is None
        else Column(name, JSONB, nullable=default is None, server_default=server)
    )
    return Field(default=None, sa_column=column)


def _flag(default: bool = False) -> Any:
    return Field(default=default, sa_column_kwargs={"server_default": text(str(default).lower())})


def _count(default: int = 0) -> Any:
    return Field(default=default, sa_column_kwargs={"server_default": text(str(default))})


def _number() -> Any:
    return Field(default=None, sa_column=Column(Numeric))


def _texts() -> Any:
    return Field(
        default=None,
        sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    )


class Account(SQLModel, table=True):
    """A company; `name_key` is the name as it is compared (lower case, letters and digits)."""

    __tablename__: ClassVar[str] = "accounts"
    id: uuid.UUID = _id()
    name: str = _text(required=True)
    name_key: str = _text(required=True, unique=True)
    sector: str | None = _text()
    country: str | None = _text()
    domain: str | None = _text()
    employees: int | None = None
    revenue: Decimal | None = _number()  # money a year, in the account's own currency
    renewal_date: date | None = None
    last_contact_at: datetime | None = _time()
    source: str | None = _text()
    created_at: datetime = _time(now=True)
    updated_at: datetime = _time(now=True)


class Contact(SQLModel, table=True):
    """A person; `email` is lower case."""

    __tablename__: ClassVar[str] = "contacts"
    id: uuid.UUID = _id()
    email: str | None = _text(unique=True)
    name: str | None = _text()
    company: str | None = _text()
    timezone: str | None = _text()
    account_id: uuid.UUID | None = _link("accounts.id", index=True)
    last_contacted_at: datetime | None = _time()
    last_replied_at: datetime | None = _time()
    bounced_at: datetime | None = _time()
    source: str | None = _text()
    created_at: datetime = _time(now=True)
    updated_at: datetime = _time(now=True)


class Product(SQLModel, table=True):
    """A product and its list price: what an open deal without a value is taken to be worth."""

    __tablename__: ClassVar[str] = "products"
    name_key: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = _text(required=True)
    list_price: Decimal | None = _number()
    source: str | None = _text()
    updated_at: datetime = _time(now=True)


class Deal(SQLModel, table=True):
    """An opportunity; `stage_kind` is open, won, lost; `stage_order` counts open stages from 0."""

    __tablename__: ClassVar[str] = "deals"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint(_one_of("stage_kind", ("open", "won", "lost")), name="stage_kind"),
        Index("ix_deals_open", "last_activity_on", postgresql_where=text("stage_kind = 'open'")),
    )
    id: uuid.UUID = _id()
    source: str = _text(required=True)
    external_id: str = _text(required=True)
    name: str | None = _text()
    account_id: uuid.UUID | None = _link("accounts.id", index=True)
    contact_id: uuid.UUID | None = _link("contacts.id")
    stage: str | None = _text()
    stage_kind: str = _text("open")
    stage_order: int | None = None
    amount: Decimal | None = _number()
    currency: str | None = _text()
    product: str | None = _text()
    product_key: str | None = _text()
    owner: str | None = _text()
    engaged_on: date | None = None
    close_on: date | None = None
    last_activity_on: date | None = None
    created_at: datetime = _time(now=True)
    updated_at: datetime = _time(now=True)


class Message(SQLModel, table=True):
    """A mail that was sent by us or received: ids for matching replies, no content."""

    __tablename__: ClassVar[str] = "messages"
    __table_args__ = (
        CheckConstraint(_one_of("direction", ("sent", "received")), name="direction"),
        Index("ix_messages_refs", "refs", postgresql_using="gin"),
        Index("ix_messages_thread_key", "thread_key"),
    )
    id: uuid.UUID = _id()
    message_id: str = _text(required=True, unique=True)
    direction: str = _text(required=True)
    source: str | None = _text()
    refs: list[str] = _texts()  # In-Reply-To and References, in order
    thread_key: str | None = _text()
    subject: str | None = _text()
    contact_id: uuid.UUID | None = _link("contacts.id", index=True)
    execution_id: uuid.UUID | None = _link("executions.id")
    signal_id: uuid.UUID | None = _link("signals.id")
    automatic: bool = _flag()
    at: datetime | None = _time()


class Signal(SQLModel, table=True):
    """Something observed; one row for one outside event."""

    __tablename__: ClassVar[str] = "signals"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_signals_unprocessed", "created_at", "id", postgresql_where=text("NOT processed")),
        Index("ix_signals_created_at", text("created_at DESC")),
    )
    id: uuid.UUID = _id()
    source: str = _text("manual")
    signal_type: str = _text("manual")
    external_id: str | None = _text()
    data: dict[str, Any] = _json()
    evidence: str = _text("")
    occurred_at: datetime | None = _time()
    created_at: datetime = _time(now=True)
    processed: bool = _flag()
    processed_at: datetime | None = _time()
    recommendation_generated: bool | None = None
    note: str | None = _text()  # why it made no move: a gate, "too old", no play
    error: str | None = _text()
    account_id: uuid.UUID | None = _link("accounts.id")
    contact_id: uuid.UUID | None = _link("contacts.id", index=True)
    deal_id: uuid.UUID | None = _link("deals.id")
    # The move it led to; no foreign key: moves name recommendations, which name signals.
    move_id: uuid.UUID | None = Field(default=None, sa_column=Column(Uuid, index=True))


class Recommendation(SQLModel, table=True):
    """The scored, explained reasoning; each rescoring of a move appends one."""

    __tablename__: ClassVar[str] = "action_recommendations"
    __table_args__ = (
        CheckConstraint("aps_score BETWEEN 0 AND 100", name="aps_score"),
        CheckConstraint("urgency_score BETWEEN 0 AND 1", name="urgency_score"),
        CheckConstraint("effort_score BETWEEN 0 AND 1", name="effort_score"),
        CheckConstraint("strategic_score BETWEEN 0 AND 1", name="strategic_score"),
        Index("ix_action_recommendations_move", "move_id", text("generated_at DESC")),
    )
    id: uuid.UUID = _id()
    signal_id: uuid.UUID | None = _link("signals.id", index=True)
    move_id: uuid.UUID | None = Field(default=None, sa_column=Column(Uuid))
    play: str | None = _text()
    aps_score: Decimal = Field(
        default=0, sa_column=Column(Numeric(4, 1), nullable=False, server_default=text("0"))
    )
    reasoning: str = _text("")
    drivers: list[Any] = _json("[]")
    revenue_impact: Decimal | None = _number()
    urgency_score: Decimal | None = _number()
    effort_score: Decimal | None = _number()
    strategic_score: Decimal | None = _number()
    confidence: Decimal | None = _number()
    blocker: bool = _flag()
    facts: dict[str, Any] = _json(name="metadata")
    weights_version: int | None = None
    generated_at: datetime = _time(now=True)


class QueueItem(SQLModel, table=True):
    """A move: one concrete next action."""

    __tablename__: ClassVar[str] = "command_queue_items"
    __table_args__ = (
        CheckConstraint("priority_score BETWEEN 0 AND 100", name="priority_score"),
        CheckConstraint(_one_of("status", MOVE_STATUSES), name="status"),
        CheckConstraint(_one_of("owner", OWNERS), name="owner"),
        Index("ix_command_queue_items_priority_score", text("priority_score DESC")),
        Index("ix_command_queue_items_status", "status"),
        Index(
            "ix_command_queue_items_ranked",
            text("priority_score DESC"),
            "due_by",
            "created_at",
            "id",
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_command_queue_items_due",
            "due_by",
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_command_queue_items_due_day",
            text("date_bin('1 day', due_by, '2000-01-01 00:00:00+00'::timestamptz)"),
            text("priority_score DESC"),
            "due_by",
            "created_at",
            "id",
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_command_queue_items_code_prefix",
            "code",
            postgresql_ops={"code": "text_pattern_ops"},
        ),
        Index(
            "uq_command_queue_items_live_dedupe_key",
            "dedupe_key",
            unique=True,
            postgresql_where=text("status IN ('pending', 'snoozed', 'accepted')"),
        ),
        Index(
            "ix_command_queue_items_snoozed",
            "snoozed_until",
            postgresql_where=text("status = 'snoozed'"),
        ),
    )
    id: uuid.UUID = _id()
    code: str = Field(
        default=None,
        sa_column=Column(
            Text,
            nullable=False,
            unique=True,
            server_default=text("caseyos_move_code(nextval('move_code_seq'))"),
        ),
    )
    priority_score: Decimal = Field(
        default=0, sa_column=Column(Numeric(4, 1), nullable=False, server_default=text("0"))
    )
    action_type: str = _text("create_task")
    action_context: dict[str, Any] = _json()
    title: str = _text("")
    status: str = _text("pending")
    owner: str = _text("casey")
    due_by: datetime | None = _time()
    effort_minutes: int | None = None
    snoozed_until: datetime | None = _time()
    snoozed_for_reply: bool = _flag()
    # Checked at commit: a batch writes moves and their reasoning in one transaction.
    recommendation_id: uuid.UUID | None = Field(
        default=None,
        sa_column=Column(
            Uuid,
            ForeignKey(
                "action_recommendations.id",
                ondelete="SET NULL",
                deferrable=True,
                initially="DEFERRED",
            ),
        ),
    )
    dedupe_key: str | None = _text()
    play: str | None = _text()
    source: str | None = _text()
    account_id: uuid.UUID | None = _link("accounts.id", index=True)
    contact_id: uuid.UUID | None = _link("contacts.id", index=True)
    deal_id: uuid.UUID | None = _link("deals.id", index=True)
    draft: dict[str, Any] | None = _json(None)  # the operator's own words: {subject, body}
    note: str | None = _text()
    closed_reason: str | None = _text()  # why it was dismissed or expired
    accepted_hash: str | None = _text()  # SHA-256 of the rendered payload that was accepted
    accepted_versions: dict[str, Any] | None = _json(None)
    accepted_at: datetime | None = _time()
    decided_at: datetime | None = _time()
    batch_id: uuid.UUID | None = Field(default=None, sa_column=Column(Uuid, index=True))
    version: int = _count(1)
    executed_at: datetime | None = _time()
    outcome: dict[str, Any] | None = _json(None)
    created_at: datetime = _time(now=True)
    updated_at: datetime = _time(now=True)


class Decision(SQLModel, table=True):
    """Who decided what about a move, with what it takes to undo and redo it."""

    __tablename__: ClassVar[str] = "decisions"
    __table_args__ = (Index("ix_decisions_at", text("at DESC")),)
    id: uuid.UUID = _id()
    batch_id: uuid.UUID | None = Field(default=None, sa_column=Column(Uuid, index=True))
    move_id: uuid.UUID | None = _link("command_queue_items.id", index=True)
    kind: str = _text(required=True)
    actor: str = _text(required=True)
    at: datetime = _time(now=True)
    reason: str | None = _text()
    note: str | None = _text()
    before: dict[str, Any] = _json()  # the fields it changed, as they were
    after: dict[str, Any] = _json()
    execution_id: uuid.UUID | None = _link("executions.id")
    undone_at: datetime | None = _time()


class QueueTally(SQLModel, table=True):
    """How many moves a change added to (or took from) a status and an hour of due times.

    Kept by triggers on command_queue_items, summed by readers, folded together now and then: the
    exact counts of a queue of any length without counting it.
    """

    __tablename__: ClassVar[str] = "queue_tally"
    id: uuid.UUID = _id()
    status: str = _text(required=True)
    due_hour: datetime | None = _time()  # of pending moves; null for those without a due time
    moves: int = Field(sa_column=Column(BigInteger, nullable=False))


_DISPATCHED = "dispatched_at IS NOT NULL AND NOT dry_run"


class Execution(SQLModel, table=True):
    """One attempt to carry a move out; a dry run is one that ends `simulated`."""

    __tablename__: ClassVar[str] = "executions"
    __table_args__ = (
        CheckConstraint(_one_of("state", EXECUTION_STATES), name="state"),
        Index(
            "ix_executions_due",
            "not_before",
            "queued_at",
            postgresql_where=text("state IN ('queued', 'claimed', 'dispatching', 'blocked')"),
        ),
        Index("uq_executions_marker", "marker", unique=True, postgresql_where=text("NOT dry_run")),
        Index("ix_executions_from_plan_id", "from_plan_id"),
        Index("ix_executions_move", "move_id", text("created_at DESC")),
        Index("ix_executions_dispatched", "action_type", "dispatched_at"),
        *(
            Index(name, column, "dispatched_at", postgresql_where=text(_DISPATCHED))
            for name, column in (
                ("ix_executions_recipient", "recipient"),
                ("ix_executions_domain", "recipient_domain"),
                ("ix_executions_channel", "channel"),
            )
        ),
        Index(
            "ix_executions_unknown",
            "next_reconcile_at",
            postgresql_where=text("state = 'unknown'"),
        ),
    )
    id: uuid.UUID = _id()
    move_id: uuid.UUID | None = _link("command_queue_items.id")
    action_type: str = _text(required=True)
    channel: str = _text(required=True)
    state: str = _text("queued")
    dry_run: bool = _flag()
    plan_id: str | None = _text(unique=True)  # of a dry run: the id people type
    from_plan_id: str | None = _text()  # of a real run: the plan it carries out
    plan_expires_at: datetime | None = _time()
    move_version: int | None = None
    idempotency_key: str | None = _text(unique=True)  # never released
    request: dict[str, Any] = _json()  # frozen payload, canonical
    request_hash: str | None = _text()
    wire: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    marker: str | None = _text()  # how the effect can be found later
    recipient: str | None = _text()
    recipient_domain: str | None = _text()
    actor: str = _text("casey")
    attempt: int = _count(0)
    lease_token: uuid.UUID | None = Field(default=None, sa_column=Column(Uuid))
    lease_until: datetime | None = _time()
    not_before: datetime | None = _time()
    not_after: datetime | None = _time()
    created_at: datetime = _time(now=True)
    queued_at: datetime | None = _time()
    claimed_at: datetime | None = _time()
    dispatched_at: datetime | None = _time()
    finished_at: datetime | None = _time()
    undone_at: datetime | None = _time()
    blocked_rule: str | None = _text()
    blocked_reason: str | None = _text()
    blocked_until: datetime | None = _time()
    provider_id: str | None = _text()
    response_digest: str | None = _text()
    result: dict[str, Any] = _json()
    error: str | None = _text()
    reversibility: str | None = _text()
    rollback_token: str | None = _text(unique=True)
    undo: dict[str, Any] | None = _json(None)  # kind, target, precondition
    reconcile_attempts: int = _count(0)
    next_reconcile_at: datetime | None = _time()


class Task(SQLModel, table=True):
    """A local task: the effect of `create_task` with no outside channel."""

    __tablename__: ClassVar[str] = "tasks"
    id: uuid.UUID = _id()
    move_id: uuid.UUID | None = _link("command_queue_items.id", index=True)
    execution_id: uuid.UUID | None = _link("executions.id")
    marker: str | None = _text(unique=True)
    title: str = _text("")
    notes: str | None = _text()
    due_by: datetime | None = _time()
    status: str = _text("open")
    version: int = _count(1)
    created_at: datetime = _time(now=True)
    completed_at: datetime | None = _time()


class Outcome(SQLModel, table=True):
    """What came of a move."""

    __tablename__: ClassVar[str] = "outcomes"
    __table_args__ = (Index("ix_outcomes_recorded_at", "recorded_at"),)
    id: uuid.UUID = _id()
    move_id: uuid.UUID | None = _link("command_queue_items.id", index=True)
    execution_id: uuid.UUID | None = _link("executions.id")
    signal_id: uuid.UUID | None = _link("signals.id")
    kind: str = _text(required=True)
    positive: bool | None = None
    note: str | None = _text()
    source: str = _text("manual")
    actor: str = _text("casey")
    weights_version: int | None = None
    occurred_at: datetime = _time(now=True)
    recorded_at: datetime = _time(now=True)
    superseded_at: datetime | None = _time()


class AuditEntry(SQLModel, table=True):
    """The receipts: append-only and hash-chained by trigger; holds no personal value."""

    __tablename__: ClassVar[str] = "audit_log"
    __table_args__ = (Index("ix_audit_log_subject", "subject", "seq"),)
    seq: int = Field(
        default=None, sa_column=Column(BigInteger, primary_key=True, autoincrement=False)
    )
    at: datetime = _time(now=True)
    actor: str = _text(required=True)
    action: str = _text(required=True)
    subject: str | None = _text()  # "move:<uuid>", "execution:<uuid>", "switch:<name>", ...
    from_state: str | None = _text()
    to_state: str | None = _text()
    reason: str | None = _text()
    key: str | None = _text()
    result: str | None = _text()
    detail: dict[str, Any] = _json()
    prev_hash: bytes = Field(default=None, sa_column=Column(LargeBinary, nullable=False))
    hash: bytes = Field(default=None, sa_column=Column(LargeBinary, nullable=False))


class AuditValue(SQLModel, table=True):
    """The personal value behind a salted commitment in the audit; erasing it keeps the chain."""

    __tablename__: ClassVar[str] = "audit_values"
    commitment: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    salt: bytes = Field(default=None, sa_column=Column(LargeBinary, nullable=False))
    value: str = _text(required=True)
    created_at: datetime = _time(now=True)


class SourceCursor(SQLModel, table=True):
    """Where a source stands, and its health."""

    __tablename__: ClassVar[str] = "source_cursors"
    source: str = Field(sa_column=Column(Text, primary_key=True))
    kind: str | None = _text()
    cursor: dict[str, Any] = _json()
    version: int = _count(0)
    items_seen: int = _count(0)
    last_attempt_at: datetime | None = _time()
    last_success_at: datetime | None = _time()
    last_item_at: datetime | None = _time()
    last_error: str | None = _text()
    last_error_at: datetime | None = _time()


class Quarantine(SQLModel, table=True):
    """What could not be stored or parsed, with its raw bytes and the reason."""

    __tablename__: ClassVar[str] = "quarantine"
    __table_args__ = (UniqueConstraint("source", "external_id"),)
    id: uuid.UUID = _id()
    source: str = _text(required=True)
    external_id: str | None = _text()
    raw: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    place: str | None = _text()  # file and line, for a person
    reason: str = _text(required=True)
    attempts: int = _count(1)
    created_at: datetime = _time(now=True)
    resolved_at: datetime | None = _time()


class Suppression(SQLModel, table=True):
    """Who must not be written to: an address or a domain, lower case."""

    __tablename__: ClassVar[str] = "suppressions"
    value: str = Field(sa_column=Column(Text, primary_key=True))
    kind: str = _text("email")  # email | domain | account
    reason: str | None = _text()
    source: str = _text("manual")
    created_at: datetime = _time(now=True)


class LearnedWeights(SQLModel, table=True):
    """Versions of what was learned; append-only."""

    __tablename__: ClassVar[str] = "learned_weights"
    version: int = Field(
        default=None, sa_column=Column(BigInteger, primary_key=True, autoincrement=True)
    )
    weights: dict[str, Any] = _json()
    report: dict[str, Any] = _json()
    reason: str | None = _text()
    adopted: bool = _flag()
    actor: str = _text("casey")
    created_at: datetime = _time(now=True)


class JobRun(SQLModel, table=True):
    """A scheduled job's run: at most one per period."""

    __tablename__: ClassVar[str] = "job_runs"
    __table_args__ = (
        UniqueConstraint("job", "period_key"),
        Index("ix_job_runs_job", "job", text("started_at DESC")),
    )
    id: uuid.UUID = _id()
    job: str = _text(required=True)
    period_key: str = _text(required=True)
    state: str = _text("running")  # running | ok | failed | timed_out
    epoch: int | None = Field(default=None, sa_column=Column(BigInteger))
    started_at: datetime = _time(now=True)
    finished_at: datetime | None = _time()
    summary: dict[str, Any] = _json()
    error: str | None = _text()


class Switch(SQLModel, table=True):
    """A switch that survives restarts: the mode, a level of the kill switch, the leader's epoch."""

    __tablename__: ClassVar[str] = "switches"
    name: str = Field(sa_column=Column(Text, primary_key=True))  # mode | stop:<level> | leader
    value: dict[str, Any] = _json()
    until: datetime | None = _time()
    reason: str | None = _text()
    changed_by: str = _text("casey")
    changed_at: datetime = _time(now=True)


class Breaker(SQLModel, table=True):
    """The circuit breaker of a channel, shared by all processes; no row is a closed one."""

    __tablename__: ClassVar[str] = "breakers"
    __table_args__ = (CheckConstraint(_one_of("state", BREAKER_STATES), name="state"),)
    channel: str = Field(sa_column=Column(Text, primary_key=True))
    state: str = _text("closed")
    failures: int = _count(0)  # in a row
    openings: int = _count(0)  # in a row, so that each waits longer
    opened_at: datetime | None = _time()
    retry_at: datetime | None = _time()
    probe: uuid.UUID | None = Field(
        default=None, sa_column=Column(Uuid)
    )  # the execution that tries
    probe_until: datetime | None = _time()
    reason: str | None = _text()
    changed_at: datetime = _time(now=True)


class Event(SQLModel, table=True):
    """Telemetry: what happened, with ids and figures and no personal data."""

    __tablename__: ClassVar[str] = "events"
    __table_args__ = (Index("ix_events_name_at", "name", "at"),)
    id: uuid.UUID = _id()
    name: str = _text(required=True)
    at: datetime = _time(now=True)
    actor: str | None = _text()
    item_id: uuid.UUID | None = Field(default=None, sa_column=Column(Uuid))
    data: dict[str, Any] = _json()
