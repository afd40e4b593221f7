"""What a signal asks for: the facts a play may use, the play that matches, and the gates.

The answer is a candidate move or the reason why there is none. No SQL and no clock here.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from caseyos.domain.addresses import parse_address
from caseyos.domain.model import EMAIL_ACTIONS
from caseyos.domain.plays import Candidate, Play, candidate, too_old
from caseyos.domain.ports.recommend import Row
from caseyos.domain.text import safe_line
from caseyos.errors import UsageError
from caseyos.pipeline.rulebook import Rulebook

_NOTHING: Mapping[str, Any] = {}
_REACHES = frozenset({*EMAIL_ACTIONS, "schedule_meeting"})  # actions that reach the contact


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate with the facts it was made from."""

    row: Row
    facts: Mapping[str, Any]
    made: Candidate


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a signal makes no move; `kind` is unmatched, too_old or gated."""

    kind: str
    note: str


def consider(row: Row, book: Rulebook, now: datetime) -> Proposal | Refusal:
    """The candidate of a signal, or why there is none."""
    plays = book.plays.get(row["signal_type"])
    if not plays:
        return Refusal("unmatched", "no play matches")
    facts = facts_of(row)
    play = next((one for one in plays if one.when(facts)), None)
    if play is None:
        return Refusal("unmatched", "no play matches")
    if too_old(play, row["signal_type"], row["occurred_at"], now):
        return Refusal("too_old", "too old")
    made = candidate(play, facts, now=now, zone=book.zone)
    note = _gate(row, play, made, book, now)
    return Proposal(row, facts, made) if note is None else Refusal("gated", note)


def happened(row: Row) -> datetime:
    """When a signal's event happened; later ones have the last word on a move."""
    moment: datetime = row["occurred_at"] or row["created_at"]
    return moment


def _gate(row: Row, play: Play, made: Candidate, book: Rulebook, now: datetime) -> str | None:
    """Why this must not become a move, if it must not (SPEC section 4)."""
    writes = made.action_type in _REACHES
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


def facts_of(row: Row) -> dict[str, Any]:
    """The names that conditions and titles may use."""
    data, deal = row["data"] or _NOTHING, row["deal"] or _NOTHING
    account = row["account"] or _NOTHING
    recipient = _address(row["recipient"], data.get("from"), data.get("email"))
    who = row["recipient_name"] or data.get("from_name") or recipient or account.get("name")
    subject = data.get("subject")
    named = deal.get("name") or deal.get("product") or deal.get("external_id")
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
        "subject": safe_line(subject, 90) if subject else "",
        "deal_name": safe_line(named, 60) if named else "",
    }


def _address(*given: object) -> str | None:
    """Whom a move may write to: a contact's address or the event's, where it is one at all."""
    for one in given:
        if one:
            with suppress(UsageError):
                return parse_address(str(one))
    return None
