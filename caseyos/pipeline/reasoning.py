"""From a candidate to its rows: what the move carries, what it is scored from, and the reasoning.

Number and reasons are one computation of `domain.scoring`. No SQL and no clock here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from caseyos.domain import icp, scoring
from caseyos.domain.model import Score
from caseyos.domain.ports.recommend import Row
from caseyos.domain.text import safe_line
from caseyos.pipeline.consider import Proposal
from caseyos.pipeline.rulebook import Rulebook

EVIDENCE_LINES = 12
_EMPTY: tuple[object, ...] = (None, "", [])


def evidence_with(earlier: Sequence[str], line: str) -> tuple[str, ...]:
    """The lines of evidence with one more, unless it is there: the latest of them."""
    lines = [*earlier, safe_line(line, 200)] if line and line not in earlier else list(earlier)
    return tuple(lines[-EVIDENCE_LINES:])


def context_of(proposal: Proposal, evidence: Sequence[str]) -> dict[str, Any]:
    """What the move carries: whom to, about what, and what it was made from."""
    row, facts, made = proposal.row, proposal.facts, proposal.made
    data, deal = facts["data"], facts["deal"]
    context: dict[str, Any] = {
        "recipient": facts["recipient"],
        "recipient_name": row["recipient_name"] or data.get("from_name"),
        "account": facts["account"].get("name"),
        "deal": deal.get("name") or deal.get("product"),
        "stage": deal.get("stage"),
        "product": deal.get("product"),
        "template": made.template,
        "evidence": list(evidence),
        "missing": list(made.missing) or None,
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
    return {name: value for name, value in context.items() if value not in _EMPTY}


def score_inputs(
    proposal: Proposal, evidence: Sequence[str], book: Rulebook, now: datetime
) -> tuple[scoring.Facts, dict[str, Any]]:
    """What the score is made from, and the details that are stored with it."""
    row, facts, made = proposal.row, proposal.facts, proposal.made
    account = facts["account"]
    revenue, told = _revenue(row, facts["data"], facts["deal"])
    fit = icp.fit(book.criteria, account)
    notes = {"revenue": (told,), "urgency": tuple(evidence), "strategic": (fit.sentence,)}
    last = row["last_contacted_at"]
    details: dict[str, Any] = {
        "account": account.get("name"),
        "stage": facts["deal"].get("stage"),
        "last_touch": last and last.isoformat(),
        "icp": fit.value,
        "minutes": made.effort,
        "revenue": revenue,
        "unblocks": made.unblocks,
        "notes": notes,
        "source": row["source"],
    }
    inputs = scoring.Facts(
        revenue=revenue,
        days=_days(made.due_by, now),
        minutes=made.effort,
        icp=fit.value,
        unblocks=max(made.unblocks, 0),
        notes=notes,
    )
    return inputs, details


def stored_inputs(row: Row, now: datetime) -> scoring.Facts:
    """The inputs of a stored recommendation at another moment: only the days change."""
    kept = row["facts"] or {}
    return scoring.Facts(
        revenue=kept.get("revenue"),
        days=_days(row["due_by"], now),
        minutes=kept.get("minutes"),
        icp=kept.get("icp"),
        unblocks=max(int(kept.get("unblocks") or 0), 0),
        notes={name: tuple(lines) for name, lines in (kept.get("notes") or {}).items()},
    )


def recommendation(
    book: Rulebook,
    *,
    move_id: UUID,
    signal_id: UUID | None,
    play: str | None,
    inputs: scoring.Facts,
    scored: Score,
    details: Row,
    now: datetime,
) -> dict[str, Any]:
    """The row of `action_recommendations`."""
    by_factor = {driver.factor: driver.value for driver in scored.drivers}
    return {
        "id": book.new_id(),
        "signal_id": signal_id,
        "move_id": move_id,
        "play": play,
        "aps": scored.aps,
        "reasoning": scored.because,
        "drivers": scored.drivers,
        "revenue": inputs.revenue,
        "urgency": by_factor["urgency"],
        "effort": by_factor["effort"],
        "strategic": by_factor["strategic"],
        "confidence": scored.confidence,
        "blocker": inputs.unblocks > 0,
        "facts": details,
        "weights_version": book.rules.version,
        "generated_at": now,
    }


def _days(due: datetime | None, now: datetime) -> float | None:
    return None if due is None else (due - now).total_seconds() / 86_400


def _revenue(
    row: Row, data: Mapping[str, Any], deal: Mapping[str, Any]
) -> tuple[float | None, str]:
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


def _stage(deal: Mapping[str, Any]) -> str:
    return f" ({safe_line(deal['stage'], 30)})" if deal.get("stage") else ""
