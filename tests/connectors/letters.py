"""Payloads and bytes of mails, as the pipeline would freeze them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from caseyos.domain.model import ActionType, Payload
from caseyos.domain.ports.channel import Channel

AT = datetime(2026, 11, 24, 9, 12, 30, 5, tzinfo=UTC)


def letter(
    sender: str, *recipients: str, action: str = ActionType.SEND_EMAIL, body: str = "Hi,\n\n.dot\n"
) -> Payload:
    """A mail of ours."""
    return Payload(
        action,
        "imap:work",
        "Pricing for three yards – résumé",
        body,
        recipients,
        {"from": sender, "from_name": "Casey Ö"},
    )


def frozen(channel: Channel, payload: Payload) -> tuple[bytes, str]:
    """The bytes and the marker of a new execution."""
    execution = uuid4()
    marker = f"<{execution.hex}.caseyos@ours.example>"
    return channel.build(payload, marker=marker, execution_id=execution, at=AT), marker
