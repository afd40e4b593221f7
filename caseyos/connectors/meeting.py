"""The bytes of a meeting (RFC 5545, 5546), the same whichever way it goes; no file, no network.

Times are UTC: a meeting that happens once needs no time zone of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from caseyos.domain.addresses import parse_address
from caseyos.domain.model import Payload
from caseyos.domain.ports.channel import NotDone
from caseyos.errors import UsageError

OUR_PROPERTY = "X-CASEYOS-EXECUTION"
OUR_DOMAIN = "@caseyos"  # of our UIDs
MAX_MINUTES = 7 * 24 * 60
# What a server may add, drop or set anew without anybody having changed the meeting.
_NOT_CONTENT = ("DTSTAMP", "CREATED", "LAST-MODIFIED", "PRODID", "CALSCALE", "METHOD", "VERSION")


def build_meeting(
    payload: Payload,
    *,
    marker: str,
    execution_id: UUID | None,
    at: datetime,
    method: str | None = None,
    ours_to_invite: bool = False,
) -> bytes:
    """The calendar object, folded at 75 octets, CRLF line ends.

    `method` is for a message (REQUEST, CANCEL, PUBLISH); an object in a calendar has none.
    `ours_to_invite` tells a scheduling server to invite nobody by itself (RFC 6638, 7.1).
    """
    fields = payload.fields
    begins, ends = times(payload)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//CaseyOS//EN"]
    lines += [f"METHOD:{method}"] if method else []
    lines += [
        "BEGIN:VEVENT",
        f"UID:{uid_of(marker)}",
        f"DTSTAMP:{utc(at)}",
        f"DTSTART:{utc(begins)}",
        f"DTEND:{utc(ends)}",
        f"SEQUENCE:{int(fields.get('sequence') or 0)}",
        f"SUMMARY:{_escaped(payload.subject)}",
    ]
    if payload.body:
        lines.append(f"DESCRIPTION:{_escaped(payload.body)}")
    if method == "CANCEL":
        lines.append("STATUS:CANCELLED")
    if fields.get("organizer"):
        lines.append(f"ORGANIZER:mailto:{fields['organizer']}")
    told = ";SCHEDULE-AGENT=CLIENT" if ours_to_invite else ""
    lines += [f"ATTENDEE;RSVP=TRUE{told}:mailto:{address}" for address in payload.recipients]
    if execution_id is not None:
        lines.append(f"{OUR_PROPERTY}:{execution_id}")
    lines += ["END:VEVENT", "END:VCALENDAR"]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def times(payload: Payload) -> tuple[datetime, datetime]:
    """When a meeting begins and ends; NotDone where it says neither or nonsense."""
    try:
        begins = datetime.fromisoformat(str(payload.fields.get("start")))
        minutes = float(payload.fields.get("minutes") or 30)
    except (TypeError, ValueError):
        raise NotDone("The meeting has no start; give it one with caseyos edit.") from None
    if not 1 <= minutes <= MAX_MINUTES:
        raise NotDone(f"A meeting of {minutes:g} minutes cannot be meant.")
    begins = begins if begins.tzinfo else begins.replace(tzinfo=UTC)
    try:
        return begins, begins + timedelta(minutes=minutes)
    except OverflowError:
        raise NotDone("The meeting has no start that can be meant.") from None


def invited(payload: Payload) -> tuple[str, ...]:
    """The people to invite, each read once more as one address; NotDone names one that is none."""
    for address in (*payload.recipients, payload.fields.get("organizer")):
        try:
            if address and parse_address(str(address)) != address:
                raise NotDone(f"{address} is not written as it was accepted.")
        except UsageError as refusal:
            raise NotDone(refusal.message) from refusal
    return payload.recipients


def uid_of(marker: str) -> str:
    """The UID inside a marker; what follows a # tells one change of a meeting from another."""
    return marker.partition("#")[0]


def unfolded(data: bytes) -> list[str]:
    """The content lines of a calendar object, put together again (RFC 5545, 3.1)."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    return text.replace("\n ", "").replace("\n\t", "").split("\n")


def fingerprint(data: bytes) -> str:
    """SHA-256 (hex) of what a meeting says, in whatever order a server writes it."""
    lines = sorted(_content(unfolded(data)))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def value_of(data: bytes, name: str) -> str | None:
    """The value of the first property of that name that carries no parameters."""
    start = f"{name}:"
    found = (line for line in unfolded(data) if line.startswith(start))
    line = next(found, None)
    return None if line is None else line.removeprefix(start).strip()


def utc(moment: datetime) -> str:
    """A moment as RFC 5545 writes it in UTC."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _content(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if line and not line.startswith(_NOT_CONTENT):
            yield line


def _escaped(text: str) -> str:
    for character in ("\\", ";", ","):
        text = text.replace(character, f"\\{character}")
    printable = "".join(c for c in text if c == "\n" or c.isprintable())
    return printable.replace("\n", "\\n")


def _folded(line: str) -> str:
    """A content line folded so that no part is over 75 octets, never inside a character."""
    parts: list[str] = []
    part = ""
    for character in line:
        if len((part + character).encode()) > (75 if not parts else 74):
            parts.append(part)
            part = ""
        part += character
    return "\r\n ".join([*parts, part])
