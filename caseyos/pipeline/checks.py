"""The checks of a preview, in the order a person reads them: pass, warn or block, each a sentence.

What guardrails say of an execution they say here before it: a block stops it, a warning that ends
by itself says when it would go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from caseyos.domain.guardrails import (
    REACHES_PEOPLE,
    WRITES_TO_PEOPLE,
    Attempt,
    Policy,
    examine,
)
from caseyos.domain.model import EMAIL_ACTIONS, ActionType, Check, Payload, Verdict
from caseyos.domain.ports.channel import Channel
from caseyos.domain.ports.execution import ExecuteUnit, Workshop
from caseyos.domain.rendering import content_hash, placeholders_left

Row = Mapping[str, Any]
_MONEY = re.compile(r"(?:[$€£]\s?|\b(?:USD|EUR|GBP)\s)(\d[\d,. ]*\d|\d)\s?([kKmM])?\b")


def checks(
    unit: ExecuteUnit,
    shop: Workshop,
    move: Row,
    payload: Payload,
    channel: Channel,
    problem: str | None,
) -> tuple[Check, ...]:
    """Every check of a preview; `problem` is what the channel itself says is in the way."""
    policy = shop.policy()
    recipient = payload.recipients[0] if payload.recipients else None
    attempt = Attempt(
        action_type=payload.action_type,
        channel=channel.name,
        outside=channel.outside,
        recipient=recipient,
        request_hash=content_hash(payload),
        accepted_hash=move["accepted_hash"] if move["status"] == "accepted" else None,
        not_after=None,
    )
    facts = unit.executions.guard_facts(
        action_type=payload.action_type,
        recipient=recipient,
        account_id=move["account_id"],
        channel=channel.name,
        limit=policy.limits.get(payload.action_type),
    )
    said = dict(examine(attempt, policy, unit.switches.read(), facts))
    found = [_mode(attempt, said["mode"])]
    if problem:
        found.append(Check("possible", "block", problem))
    if payload.action_type in WRITES_TO_PEOPLE:
        found += _person(payload, said["suppression"], facts, policy)
    if not said["acceptance"].allowed:
        found.append(Check("acceptance", "block", said["acceptance"].reason))
    found.append(_limit(attempt, said["limit"], facts, policy))
    if payload.action_type in EMAIL_ACTIONS:
        found.append(_placeholders(payload))
        found += _thread(unit, payload)
    if attempt.outside:
        found.append(_quiet(said["quiet_hours"], policy))
    if payload.action_type in EMAIL_ACTIONS:
        found += _text(payload, move)
    if payload.action_type in REACHES_PEOPLE:
        found += _recent(facts, policy)
    if attempt.outside:
        found.append(_line(attempt, said["breaker"], policy))
    return tuple(found)


def _mode(attempt: Attempt, verdict: Verdict) -> Check:
    if not verdict.allowed:
        return Check(verdict.rule, "block", verdict.reason)
    where = "LIVE: it may go outside" if attempt.outside else "it stays on this computer"
    return Check("mode", "pass", where)


def _person(payload: Payload, verdict: Verdict, facts: Row, policy: Policy) -> Iterator[Check]:
    if not payload.recipients:
        if payload.action_type in (ActionType.SEND_EMAIL, ActionType.FOLLOW_UP):
            yield Check("recipient", "block", "there is nobody to write to")
        return
    if verdict.allowed:
        yield Check("suppression", "pass", "not on the do-not-contact list")
    else:
        yield Check("suppression", "block", verdict.reason)
    if facts["bounced_at"] is not None:
        told = f"mail to them came back on {_moment(facts['bounced_at'], policy)}"
        yield Check("recipient", "block", told)
    else:
        yield Check("recipient", "pass", f"to {', '.join(payload.recipients)}")


def _limit(attempt: Attempt, verdict: Verdict, facts: Row, policy: Policy) -> Check:
    if not verdict.allowed:
        return Check("limit", "warn", _later(verdict, policy))
    limit = policy.limits.get(attempt.action_type)
    if limit is None or limit.per_day is None:
        return Check("limit", "pass", "inside every limit")
    return Check("limit", "pass", f"{facts['day']} of {limit.per_day} a day used")


def _placeholders(payload: Payload) -> Check:
    left = (*payload.missing, *placeholders_left(f"{payload.subject}\n{payload.body}"))
    if left:
        return Check("placeholders", "block", f"not filled in: {', '.join(left)}")
    return Check("placeholders", "pass", "no placeholder left")


def _thread(unit: ExecuteUnit, payload: Payload) -> Iterator[Check]:
    """A text that is older than the last message it would answer."""
    references = list(payload.fields.get("references") or ())
    if not references or not payload.recipients:
        return
    newer = unit.executions.wrote_again(references, payload.recipients[0])
    if newer is not None:
        yield Check("thread", "block", f"they wrote again: {newer}")
    else:
        yield Check("thread", "pass", "it answers their last message")


def _quiet(verdict: Verdict, policy: Policy) -> Check:
    if verdict.allowed:
        return Check("quiet_hours", "pass", "inside send hours")
    return Check("quiet_hours", "warn", _later(verdict, policy))


def _text(payload: Payload, move: Row) -> Iterator[Check]:
    text = payload.body.lower()
    if "attach" in text:
        yield Check("attachment", "warn", "it speaks of an attachment and has none")
    if not payload.subject:
        yield Check("subject", "warn", "the subject is empty")
    if "//localhost" in text or "//127.0.0.1" in text:
        yield Check("links", "warn", "it links to this computer")
    known = _amounts(" ".join(str(value) for value in _values(move["context"] or {})))
    strange = [one for one, amount in _prices(payload.body) if amount not in known]
    if strange:
        yield Check("price", "warn", f"{', '.join(strange)} is not in what we know of the deal")


def _recent(facts: Row, policy: Policy) -> Iterator[Check]:
    last = facts["contacted_last"]
    if last is not None and facts["now"] - last < policy.recontact_after:
        answered = facts["replied_last"] is not None and facts["replied_last"] > last
        level = "pass" if answered else "warn"
        told = f"last written to on {_moment(last, policy)}{', and they answered' * answered}"
        yield Check("recent", level, told)


def _line(attempt: Attempt, verdict: Verdict, policy: Policy) -> Check:
    if verdict.allowed:
        return Check("breaker", "pass", f"{attempt.channel} works as far as we know")
    return Check("breaker", "warn", _later(verdict, policy))


def _later(verdict: Verdict, policy: Policy) -> str:
    if verdict.until is None:
        return verdict.reason
    return f"{verdict.reason} It would go {_moment(verdict.until, policy)}.".replace(".. ", ". ")


def _moment(moment: datetime, policy: Policy) -> str:
    return f"{moment.astimezone(policy.zone):%a %d %b %H:%M}"


def _prices(text: str) -> list[tuple[str, float]]:
    found = []
    for match in _MONEY.finditer(text):
        figure = match.group(1).replace(",", "").replace(" ", "").rstrip(".")
        try:
            amount = float(figure)
        except ValueError:
            continue
        factor = {"k": 1_000.0, "m": 1_000_000.0}.get((match.group(2) or "").lower(), 1.0)
        found.append((match.group(0).strip(), amount * factor))
    return found


def _amounts(text: str) -> set[float]:
    known = {amount for _, amount in _prices(text)}
    return known | {float(one) for one in re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))}


def _values(context: Mapping[str, Any]) -> Iterator[Any]:
    for value in context.values():
        if isinstance(value, Mapping):
            yield from _values(value)
        else:
            yield value
