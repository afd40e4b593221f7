"""Stage two: signals become scored, explained moves.

A batch is one transaction: lock signals with their facts, match plays, gate, score, write. Running
it twice changes nothing. No SQL and no clock here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from caseyos.domain import icp, scoring
from caseyos.domain.addresses import parse_address
from caseyos.domain.lifecycle import ASK_AGAIN
from caseyos.domain.model import EMAIL_ACTIONS, OWNERS, Driver, Score
from caseyos.domain.plays import Candidate, Play, candidate, too_old
from caseyos.domain.ports.recommend import RecommendUnit, UnitFactory
from caseyos.domain.text import safe_line
from caseyos.errors import CaseyError, UsageError

BATCH = 1_000
EVIDENCE_LINES = 12
# Below this a change of urgency is not worth a new line of reasoning.
WORTH_RESCORING = 0.5
FIRST_ID = UUID(int=0)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything a batch is judged by, compiled once."""

    plays: Mapping[str, tuple[Play, ...]]
    rules: scoring.Rules
    criteria: tuple[icp.Criterion, ...]
    recontact_after: timedelta
    expire_after: timedelta
    zone: tzinfo | None
    new_id: Callable[[], UUID]


@dataclass(slots=True)
class GenerationReport:
    """What one run of generation did."""

    signals: int = 0
    created: int = 0
    refreshed: int = 0
    rescored: int = 0
    gated: int = 0
    too_old: int = 0
    unmatched: int = 0
    failed: int = 0
    expired: int = 0
    woken: int = 0
    seconds: float = 0.0
    gates: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Batch:
    """The rows of one batch as they grow."""

    made: dict[str, dict[str, Any]] = field(default_factory=dict)  # by dedupe key
    refreshed: dict[str, dict[str, Any]] = field(default_factory=dict)
    recommendations: dict[str, dict[str, Any]] = field(default_factory=dict)
    marks: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[UUID, str] = field(default_factory=dict)  # signal -> dedupe key


def generate(units: UnitFactory, book: Rulebook, now: datetime) -> GenerationReport:
    """Process every waiting signal, then let time do its work on the live moves."""
    begun = time.monotonic()
    report = GenerationReport()
    with units() as unit:
        report.woken = unit.recommendations.wake(now, ASK_AGAIN)
        report.expired += unit.recommendations.close_settled()
        report.expired += unit.recommendations.expire_untouched(book.expire_after)
    while True:
        with units() as unit:
            taken, settled = _one_batch(unit, book, now, report)
        if taken < BATCH or settled == 0:
            break
    report.rescored = rescore(units, book, now)
    report.seconds = time.monotonic() - begun
    return report


def rescore(units: UnitFactory, book: Rulebook, now: datetime) -> int:
    """Bring the urgency of pending moves up to `now`; how many scores moved."""
    after, moved = FIRST_ID, 0
    while True:
        with units() as unit:
            rows = unit.recommendations.fading(now, after, BATCH)
            changes: list[dict[str, Any]] = []
            reasons: list[dict[str, Any]] = []
            for row in rows:
                facts = _stored_facts(row, now)
                fresh = scoring.score(facts, book.rules)
                if abs(fresh.aps - row["aps"]) < WORTH_RESCORING:
                    continue
                reason = _recommendation(
                    book,
                    move_id=row["id"],
                    signal_id=row["signal_id"],
                    play=row["play"],
                    facts=facts,
                    scored=fresh,
                    details=row["facts"],
                    now=now,
                )
                reasons.append(reason)
                changes.append(
                    {"id": row["id"], "aps": fresh.aps, "recommendation_id": reason["id"]}
                )
            unit.recommendations.insert_recommendations(reasons)
            unit.recommendations.rescore_moves(changes)
        moved += len(changes)
        if len(rows) < BATCH:
            return moved
        after = rows[-1]["id"]


def _one_batch(
    unit: RecommendUnit, book: Rulebook, now: datetime, report: GenerationReport
) -> tuple[int, int]:
    begun = time.monotonic()
    rows = unit.recommendations.unprocessed(BATCH)
    work = _Batch()
    proposals: list[tuple[Row, Candidate]] = []
    for row in sorted(rows, key=_happened):
        with _kept_apart(row, work, report):
            proposal = _consider(row, book, now, work, report)
            if proposal is not None:
                proposals.append((row, proposal))
    live = unit.recommendations.live_moves(list({one.dedupe_key for _, one in proposals}))
    for row, proposal in proposals:
        with _kept_apart(row, work, report):
            _add(work, row, proposal, live=live.get(proposal.dedupe_key), book=book, now=now)
    inserted = unit.recommendations.insert_moves(list(work.made.values()))
    lost = {key for key, move in work.made.items() if move["id"] not in inserted}
    unit.recommendations.refresh_moves(list(work.refreshed.values()))
    kept = {key: row for key, row in work.recommendations.items() if key not in lost}
    unit.recommendations.insert_recommendations(list(kept.values()))
    for signal_id, key in work.keys.items():
        if key not in lost:
            work.marks.append(_mark(signal_id, made=True, move_id=kept[key]["move_id"]))
    unit.recommendations.mark_processed(work.marks)
    _tell(unit, work, kept, (time.monotonic() - begun) * 1000)
    report.signals += len(work.marks)
    report.created += len(inserted)
    report.refreshed += len(work.refreshed)
    return len(rows), len(work.marks)


@contextmanager
def _kept_apart(row: Row, work: _Batch, report: GenerationReport) -> Iterator[None]:
    """A signal whose data nobody can use is marked with the reason and holds up no other."""
    try:
        yield
    except (
        CaseyError,
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
        ArithmeticError,
    ) as error:
        report.failed += 1
        work.marks.append(_mark(row["signal_id"], error=safe_line(error, 300)))


def _happened(row: Row) -> datetime:
    """When a signal's event happened; later ones have the last word on a move."""
    moment: datetime = row["occurred_at"] or row["created_at"]
    return moment


def _consider(
    row: Row, book: Rulebook, now: datetime, work: _Batch, report: GenerationReport
) -> Candidate | None:
    """The candidate of a signal, or None after noting why there is none."""
    facts = _facts(row)
    play = next((p for p in book.plays.get(row["signal_type"], ()) if p.when(facts)), None)
    if play is None:
        report.unmatched += 1
        work.marks.append(_mark(row["signal_id"], note="no play matches"))
        return None
    if too_old(play, row["signal_type"], row["occurred_at"], now):
        report.too_old += 1
        work.marks.append(_mark(row["signal_id"], note="too old"))
        return None
    proposal = candidate(play, facts, now=now, zone=book.zone)
    gate = _gate(row, play, proposal, book, now)
    if gate is not None:
        report.gated += 1
        report.gates[gate] = report.gates.get(gate, 0) + 1
        work.marks.append(_mark(row["signal_id"], note=gate))
        return None
    return proposal


def _gate(row: Row, play: Play, made: Candidate, book: Rulebook, now: datetime) -> str | None:
    """Why this must not become a move, if it must not (SPEC section 4)."""
    writes = made.action_type in EMAIL_ACTIONS or made.action_type == "schedule_meeting"
    if row["suppressed"] and writes:
        return "the contact is on the do-not-contact list"
    last = row["last_contacted_at"]
    recent = last is not None and timedelta() <= now - last < book.recontact_after
    if writes and recent and play.on != "email_replied":
        return "the contact was written to a short while ago"
    if row["answered"]:
        return "the reply has been answered"
    if made.action_type == "update_deal":
        return "no channel for update_deal is configured"
    return None


def _add(
    work: _Batch,
    row: Row,
    proposal: Candidate,
    *,
    live: Row | None,
    book: Rulebook,
    now: datetime,
) -> None:
    """Add a proposal: a new move, a fresher live one, or one more piece of evidence."""
    key = proposal.dedupe_key
    earlier = work.made.get(key) or work.refreshed.get(key) or live
    before = dict(earlier.get("context") or earlier.get("action_context") or {}) if earlier else {}
    evidence = _evidence(before.get("evidence", ()), row["evidence"])
    context = _context(row, proposal, evidence)
    if earlier is live and live is not None and live["latest"] and _happened(row) < live["latest"]:
        # An older event that was met late: evidence, but not the last word.
        kept = {name: live[name] for name in ("title", "action_type", "due_by")}
        proposal, context = replace(proposal, **kept), before | {"evidence": list(evidence)}
    facts, details = _score_inputs(row, proposal, evidence, book, now)
    scored = scoring.score(facts, book.rules)
    move_id = earlier["id"] if earlier else book.new_id()
    reason = _recommendation(
        book,
        move_id=move_id,
        signal_id=row["signal_id"],
        play=proposal.play,
        facts=facts,
        scored=scored,
        details=details,
        now=now,
    )
    move: dict[str, Any] = {
        "id": move_id,
        "aps": scored.aps,
        "action_type": proposal.action_type,
        "context": context,
        "title": proposal.title,
        "due_by": proposal.due_by,
        "recommendation_id": reason["id"],
    }
    work.recommendations[key] = reason
    work.keys[row["signal_id"]] = key
    if live is not None:
        work.refreshed[key] = move
        return
    work.made[key] = move | {
        "owner": proposal.owner if proposal.owner in OWNERS else "casey",
        "effort": None if proposal.effort is None else round(proposal.effort),
        "dedupe_key": key,
        "play": proposal.play,
        "source": row["source"],
        "account_id": row["account_id"],
        "contact_id": row["recipient_id"],
        "deal_id": row["deal_id"],
    }


def _facts(row: Row) -> dict[str, Any]:
    """The names that conditions and titles may use."""
    data, deal, account = row["data"] or {}, row["deal"] or {}, row["account"] or {}
    recipient = _address(row, data)
    who = row["recipient_name"] or data.get("from_name") or recipient or account.get("name")
    product = deal.get("product")
    return {
        "signal_id": row["signal_id"],
        "source": row["source"],
        "evidence": row["evidence"],
        "occurred_at": row["occurred_at"],
        "data": data,
        "deal": deal,
        "account": account,
        "account_id": row["account_id"],
        "deal_id": row["deal_id"],
        "contact_id": row["recipient_id"],
        "recipient": recipient,
        "who": safe_line(who or "someone", 60),
        "whom": safe_line(account.get("name") or who or "an unnamed account", 60),
        "subject": safe_line(data.get("subject") or "", 90),
        "deal_name": safe_line(deal.get("name") or product or deal.get("external_id") or "", 60),
    }


def _address(row: Row, data: Row) -> str | None:
    """Whom a move may write to: a contact's address or the event's, where it is one at all."""
    for given in (row["recipient"], data.get("from")):
        if given:
            with suppress(UsageError):
                return parse_address(str(given))
    return None


def _context(row: Row, proposal: Candidate, evidence: Sequence[str]) -> dict[str, Any]:
    """What the move carries: whom to, about what, and what it was made from."""
    data, deal, account = row["data"] or {}, row["deal"] or {}, row["account"] or {}
    context: dict[str, Any] = {
        "recipient": _address(row, data),
        "recipient_name": row["recipient_name"] or data.get("from_name"),
        "account": account.get("name"),
        "deal": deal.get("name") or deal.get("product"),
        "stage": deal.get("stage"),
        "product": deal.get("product"),
        "template": proposal.template,
        "evidence": list(evidence),
        "missing": list(proposal.missing) or None,
        "since": data.get("since"),
        "silent_days": data.get("silent_days"),
        "renewal_date": data.get("renewal_date"),
        "subject": data.get("subject"),
        "direction": data.get("direction"),
        "task_id": data.get("task_id"),
        "notes": data.get("notes"),
    }
    if data.get("message_id") and row["signal_type"] == "email_replied":
        context["thread"] = {
            "in_reply_to": data["message_id"],
            "references": [*data.get("references", ())[-20:], data["message_id"]],
            "thread_key": data.get("thread_key"),
            "received_at": data.get("date"),
        }
        context["snippet"] = data.get("snippet")
    if data.get("start"):
        context["meeting"] = {
            name: data.get(name) for name in ("title", "start", "end", "meeting_id")
        }
    return {name: value for name, value in context.items() if value not in (None, "", [])}


def _score_inputs(
    row: Row, proposal: Candidate, evidence: Sequence[str], book: Rulebook, now: datetime
) -> tuple[scoring.Facts, dict[str, Any]]:
    data, deal, account = row["data"] or {}, row["deal"] or {}, row["account"] or {}
    revenue, told = _revenue(row, data, deal)
    found = icp.fit(book.criteria, account)
    days = None
    if proposal.due_by is not None:
        days = (proposal.due_by - now).total_seconds() / 86_400
    notes = {"revenue": (told,), "urgency": tuple(evidence), "strategic": (found.sentence,)}
    details: dict[str, Any] = {
        "account": account.get("name"),
        "stage": deal.get("stage"),
        "last_touch": row["last_contacted_at"] and row["last_contacted_at"].isoformat(),
        "icp": found.value,
        "minutes": proposal.effort,
        "revenue": revenue,
        "unblocks": proposal.unblocks,
        "notes": {name: list(lines) for name, lines in notes.items()},
        "source": row["source"],
    }
    facts = scoring.Facts(
        revenue=revenue,
        days=days,
        minutes=proposal.effort,
        icp=found.value,
        unblocks=max(proposal.unblocks, 0),
        notes=notes,
    )
    return facts, details


def _revenue(row: Row, data: Row, deal: Row) -> tuple[float | None, str]:
    """The money at stake and where the figure is from."""
    given = data.get("revenue")
    if isinstance(given, int | float) and given >= 0:
        return float(given), "as given"
    if row["amount"] is not None and row["amount"] >= 0:
        return float(row["amount"]), f"value of the deal{_stage(deal)}"
    if row["list_price"] is not None and deal:
        product = safe_line(deal.get("product") or "the product", 40)
        return (
            float(row["list_price"]),
            f"list price of {product}, the deal has no value yet{_stage(deal)}",
        )
    if row["account_amount"] is not None:
        return float(row["account_amount"]), "the account's largest open deal"
    return None, "no value, no list price, no open deal"


def _stage(deal: Row) -> str:
    return f" ({safe_line(deal['stage'], 30)})" if deal.get("stage") else ""


def _stored_facts(row: Row, now: datetime) -> scoring.Facts:
    """The facts of a stored recommendation at another moment: only the days change."""
    kept = row["facts"] or {}
    due = row["due_by"]
    return scoring.Facts(
        revenue=kept.get("revenue"),
        days=None if due is None else (due - now).total_seconds() / 86_400,
        minutes=kept.get("minutes"),
        icp=kept.get("icp"),
        unblocks=max(int(kept.get("unblocks") or 0), 0),
        notes={name: tuple(lines) for name, lines in (kept.get("notes") or {}).items()},
    )


def _recommendation(
    book: Rulebook,
    *,
    move_id: UUID,
    signal_id: UUID | None,
    play: str | None,
    facts: scoring.Facts,
    scored: Score,
    details: Row,
    now: datetime,
) -> dict[str, Any]:
    by_factor = {driver.factor: driver.value for driver in scored.drivers}
    return {
        "id": book.new_id(),
        "signal_id": signal_id,
        "move_id": move_id,
        "play": play,
        "aps": scored.aps,
        "reasoning": scored.because,
        "drivers": [driver_row(driver) for driver in scored.drivers],
        "revenue": facts.revenue,
        "urgency": by_factor["urgency"],
        "effort": by_factor["effort"],
        "strategic": by_factor["strategic"],
        "confidence": scored.confidence,
        "blocker": facts.unblocks > 0,
        "facts": dict(details),
        "weights_version": book.rules.version,
        "generated_at": now,
    }


def driver_row(driver: Driver) -> dict[str, Any]:
    """A driver as it is stored."""
    return {
        "factor": driver.factor,
        "points": driver.points,
        "maximum": driver.maximum,
        "sentence": driver.sentence,
        "evidence": list(driver.evidence),
        "known": driver.known,
        "value": driver.value,
    }


def _evidence(earlier: Sequence[str], line: str) -> tuple[str, ...]:
    lines = [*earlier, safe_line(line, 200)] if line and line not in earlier else list(earlier)
    return tuple(lines[-EVIDENCE_LINES:])


def _mark(
    signal_id: UUID,
    *,
    made: bool = False,
    note: str | None = None,
    error: str | None = None,
    move_id: UUID | None = None,
) -> dict[str, Any]:
    return {"id": signal_id, "made": made, "note": note, "error": error, "move_id": move_id}


def _tell(unit: RecommendUnit, work: _Batch, kept: Row, latency_ms: float) -> None:
    unit.events.emit_many(
        "signal_processed", [(mark["id"], {"made": mark["made"]}) for mark in work.marks]
    )
    each = round(latency_ms / max(len(kept), 1), 3)
    unit.events.emit_many(
        "recommendation_generated",
        [
            (
                row["move_id"],
                {
                    "aps": row["aps"],
                    "drivers": {d["factor"]: d["points"] for d in row["drivers"]},
                    "latency_ms": each,
                },
            )
            for row in kept.values()
        ],
    )
