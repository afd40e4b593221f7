"""The preview: render a move, build the exact bytes, run every check, and keep it as a plan.

A dry run is the same path as a real one with the effect left out; it uses no key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from caseyos.domain.guardrails import Attempt
from caseyos.domain.model import EMAIL_ACTIONS, ActionType, Payload, Plan
from caseyos.domain.ports.channel import Channel, NotDone
from caseyos.domain.ports.execution import Workshop
from caseyos.domain.rendering import (
    Draftable,
    as_plain,
    content_hash,
    from_plain,
    render,
)
from caseyos.errors import CaseyError, NotFound
from caseyos.pipeline.checks import checks
from caseyos.pipeline.seal import seal

Row = Mapping[str, Any]
CODE_SIGNS = "abcdefghjkmnpqrstvwxyz23456789"


def preview(shop: Workshop, move_id: UUID, *, as_draft: bool = False) -> Plan:
    """Render a move and store its plan; `as_draft` makes a draft of an e-mail move."""
    with shop.units() as unit:
        move = unit.executions.move(move_id)
        if move is None:
            raise NotFound("That move is gone.", hint="caseyos today")
        payload, channel = rendered(shop, move, as_draft=as_draft)
        execution_id = shop.new_id()
        marker = marker_for(payload, execution_id)
        problem, wire = None, b""
        try:
            channel.check(payload)
            wire = channel.build(payload, marker=marker, execution_id=execution_id, at=shop.now())
        except NotDone as refusal:
            problem = refusal.message
        except (CaseyError, ValueError) as refusal:
            problem = str(refusal)
        found = checks(unit, shop, move, payload, channel, problem)
        plan_id = f"pl_{short_code(execution_id)}"
        row = {
            "id": execution_id,
            "move_id": move["id"],
            "action_type": payload.action_type,
            "channel": channel.name,
            "state": "simulated",
            "dry_run": True,
            "plan_id": plan_id,
            "plan_valid": shop.plan_valid,
            "move_version": move["version"],
            "request": as_plain(payload),
            "request_hash": content_hash(payload),
            "wire": wire,
            "marker": marker,
            "recipient": payload.recipients[0] if payload.recipients else None,
            "recipient_domain": _domain(payload),
            "actor": shop.actor,
            "reversibility": channel.reversibility,
        }
        kept = unit.executions.insert(row | {"seal": seal(row)})
        return Plan(
            id=plan_id,
            move_id=move["id"],
            move_code=move["code"],
            title=move["title"],
            payload=payload,
            wire=wire,
            effects=channel.effects(payload),
            checks=found,
            expires_at=kept["plan_expires_at"],
            outside=channel.outside,
            reversibility=channel.reversibility,
            aps=move["aps"],
        )


def rendered(shop: Workshop, move: Row, *, as_draft: bool = False) -> tuple[Payload, Channel]:
    """A move's payload and the channel that would carry it out."""
    action = str(move["action_type"])
    if as_draft and action in EMAIL_ACTIONS:
        action = ActionType.CREATE_DRAFT.value
    channel = shop.channel_of(action)
    draftable = Draftable(
        action_type=action,
        title=move["title"],
        context=move["context"],
        draft=move["draft"],
        due=move["due_by"] and move["due_by"].isoformat(),
        note=move["note"],
        due_is_start=move["play"] in (None, "by_hand"),
    )
    return render(draftable, shop.sender(), shop.load_template, channel=channel.name), channel


def frozen(row: Row) -> Payload:
    """The payload that an execution froze."""
    return from_plain(row["request"])


def attempt_of(row: Row, channel: Channel, accepted_hash: str | None) -> Attempt:
    """An execution as the guardrails see it."""
    return Attempt(
        action_type=row["action_type"],
        channel=channel.name,
        outside=channel.outside,
        recipient=row["recipient"],
        request_hash=row["request_hash"],
        accepted_hash=accepted_hash,
        not_after=row.get("not_after"),
        queued_at=row.get("queued_at"),
    )


def marker_for(payload: Payload, execution_id: UUID) -> str:
    """The name by which the effect can be found: a Message-ID, or a UID."""
    if payload.action_type in EMAIL_ACTIONS:
        domain = str(payload.fields["from"]).rpartition("@")[2]
        return f"<{execution_id.hex}.caseyos@{domain}>"
    moved = payload.fields.get("uid")  # of a meeting that is there and changes its time
    return f"{moved}#{execution_id.hex}" if moved else f"{execution_id.hex}@caseyos"


def short_code(execution_id: UUID) -> str:
    """Eight signs that are easy to type, from an id's digest."""
    number = int.from_bytes(hashlib.sha256(execution_id.bytes).digest()[:8], "big")
    signs = []
    for _ in range(8):
        number, place = divmod(number, len(CODE_SIGNS))
        signs.append(CODE_SIGNS[place])
    return "".join(signs)


def _domain(payload: Payload) -> str | None:
    return payload.recipients[0].rpartition("@")[2] if payload.recipients else None
