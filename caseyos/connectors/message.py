"""The bytes of an e-mail, the same whichever way it goes; nothing here touches a file or a network.

What is frozen can be proved against what was accepted: the bytes are built again and compared.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parsedate_to_datetime
from uuid import UUID

from caseyos.domain.addresses import parse_address
from caseyos.domain.mail import OUR_HEADER
from caseyos.domain.model import Payload
from caseyos.domain.ports.channel import NotDone
from caseyos.errors import UsageError


def build_mail(
    payload: Payload,
    *,
    marker: str,
    execution_id: UUID,
    at: datetime,
    unsubscribe: bool = False,
) -> bytes:
    """The message with CRLF line ends (RFC 5322), our marker headers and quoted-printable text.

    `unsubscribe` adds List-Unsubscribe (RFC 2369) with the sender's own address.
    """
    fields = payload.fields
    message = EmailMessage(policy=SMTP)
    message["From"] = _mailbox(fields.get("from_name", ""), fields["from"])
    message["To"] = ", ".join(payload.recipients)
    message["Subject"] = payload.subject
    message["Date"] = format_datetime(at.astimezone(UTC).replace(microsecond=0))
    message["Message-ID"] = marker
    if fields.get("in_reply_to"):
        message["In-Reply-To"] = fields["in_reply_to"]
        message["References"] = " ".join(fields.get("references", ()))
    message[OUR_HEADER] = str(execution_id)
    if unsubscribe:
        message["List-Unsubscribe"] = f"<mailto:{fields['from']}?subject=unsubscribe>"
    message.set_content(payload.body, cte="quoted-printable")
    return message.as_bytes()


def accepted_recipients(payload: Payload) -> tuple[str, ...]:
    """The recipients, each once more read as one address; NotDone names the one that is none."""
    found: list[str] = []
    for recipient in payload.recipients:
        try:
            address = parse_address(recipient)
        except UsageError as refusal:
            raise NotDone(refusal.message) from refusal
        if address != recipient or address in found:
            raise NotDone(f"{address} is not written as it was accepted.")
        found.append(address)
    return tuple(found)


def prove(payload: Payload, wire: bytes, marker: str, *, unsubscribe: bool = False) -> None:
    """NotDone unless `wire` is, byte for byte, what this payload and marker come to."""
    accepted_recipients(payload)
    try:
        message = message_from_bytes(wire)
        again = build_mail(
            payload,
            marker=marker,
            execution_id=UUID(str(message[OUR_HEADER])),
            at=parsedate_to_datetime(str(message["Date"])),
            unsubscribe=unsubscribe,
        )
    except (MessageError, ValueError, TypeError, LookupError):
        again = b""
    if again != wire:
        raise NotDone("The mail is not the one that was accepted, so it is not sent.")


def _mailbox(name: str, address: str) -> str:
    plain = re.sub(r"[^\w .-]", "", name)
    return f'"{plain}" <{address}>' if plain else address
