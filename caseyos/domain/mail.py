"""What a mail says of itself: who, when, which mail it answers, and whether a person wrote it.

Pure rules over bytes; every header is taken as hostile. Protocol: RFC 5322. What is a bounce, an
automatic answer or a wish to be left alone has a file of its own.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from caseyos.domain.automatic import is_automatic
from caseyos.domain.bounces import Bounce, bounce_of
from caseyos.domain.stop_requests import asks_to_stop, hits_list_unsubscribe
from caseyos.domain.text import storable

OUR_HEADER = "X-CaseyOS-Execution"
MAX_REFERENCES = 50
SNIPPET = 200
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,400}>")
_ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]]{1,64}@[A-Za-z0-9.-]{1,253}")
_PREFIX = re.compile(r"^\s*((re|aw|sv|fwd?)\s*(\[\d+\])?:\s*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, as far as we look at it; addresses are lower case, `at` is UTC or None."""

    message_id: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    at: datetime | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    automatic: bool
    bounce: Bounce | None
    ours: bool
    stop: bool  # it asks not to be written to any more
    snippet: str

    @property
    def answers(self) -> tuple[str, ...]:
        """Every Message-ID it names as answered or returned, oldest first, each once."""
        returned = self.bounce.returned if self.bounce else ()
        return tuple(dict.fromkeys((*self.references, *self.in_reply_to, *returned)))

    @property
    def failed_recipient(self) -> str | None:
        """The first of those whom a returned mail did not reach."""
        return self.bounce.recipients[0] if self.bounce and self.bounce.recipients else None

    @property
    def thread_key(self) -> str:
        """The first mail of its thread, as far as it says."""
        return self.answers[0] if self.answers else self.message_id


class NotMail(ValueError):
    """The bytes are no mail: the sentence says why."""


def read_mail(raw: bytes) -> Mail:
    """Read one mail; NotMail when it has neither a sender nor a Message-ID nor a date."""
    if not raw.strip():
        raise NotMail("the file is empty")
    try:
        message = message_from_bytes(raw)
        return _read(message, raw)
    except NotMail:
        raise
    except (
        MessageError,
        ValueError,
        LookupError,
        RecursionError,
        AttributeError,
        TypeError,
    ) as error:
        raise NotMail(f"it cannot be parsed ({type(error).__name__})") from error


def _read(message: Message, raw: bytes) -> Mail:
    given = {name.lower() for name in message}
    if not given & {"from", "message-id", "date", "received", "return-path"}:
        raise NotMail("it has none of the headers a mail has")
    senders = _people(message, "From")
    sender_name, sender = senders[0] if senders else ("", "")
    subject = _text(message, "Subject")
    bounce = bounce_of(message, sender, subject)
    automatic = bounce is not None or is_automatic(message, sender, subject)
    # Mail programs send what List-Unsubscribe asks for by themselves.
    stop = hits_list_unsubscribe(subject) if automatic else asks_to_stop(message, subject)
    return Mail(
        message_id=_own_id(message, raw),
        sender=sender,
        sender_name=sender_name,
        recipients=tuple(
            address for field in ("To", "Cc") for _, address in _people(message, field)
        )[:50],
        subject=subject,
        at=_date(message),
        in_reply_to=_ids(message, "In-Reply-To"),
        references=_ids(message, "References"),
        automatic=automatic,
        bounce=bounce,
        ours=message.get(OUR_HEADER) is not None,
        stop=stop,
        snippet=_snippet(message),
    )


def plain_subject(subject: str) -> str:
    """A subject without its Re: and Fwd: prefixes."""
    return _PREFIX.sub("", subject).strip()


def _own_id(message: Message, raw: bytes) -> str:
    found = _ids(message, "Message-ID")
    return found[0] if found else f"<{hashlib.sha256(raw).hexdigest()[:32]}@no-message-id.invalid>"


def _ids(message: Message, field: str) -> tuple[str, ...]:
    values = " ".join(str(value) for value in message.get_all(field, []))
    found = dict.fromkeys(storable(one) for one in _MESSAGE_ID.findall(values))
    return tuple(found)[-MAX_REFERENCES:]


def _text(message: Message, field: str) -> str:
    value = message.get(field)
    if value is None:
        return ""
    parts: list[str] = []
    try:
        for part, charset in decode_header(value):
            if isinstance(part, str):
                parts.append(part)
                continue
            try:
                parts.append(part.decode(charset or "utf-8", "replace"))
            except (LookupError, ValueError):  # no charset, or one that is no text
                parts.append(part.decode("utf-8", "replace"))
    except (MessageError, ValueError):  # an encoded word that is none, such as broken base64
        parts = [str(value)]
    return " ".join(storable("".join(parts)).split())[:500]


def _people(message: Message, field: str) -> list[tuple[str, str]]:
    values = [str(value) for value in message.get_all(field, [])]
    people: list[tuple[str, str]] = []
    for name, address in getaddresses(values)[:200]:
        match = _ADDRESS.fullmatch(address.strip())
        if match:
            people.append((" ".join(storable(_decoded(name)).split())[:120], match[0].lower()))
    if not people:
        loose = _ADDRESS.search(" ".join(values))
        return [("", loose[0].lower())] if loose else []
    return people


def _decoded(name: str) -> str:
    holder = Message()
    holder["Name"] = name.replace("\r", " ").replace("\n", " ")
    return _text(holder, "Name")


def _date(message: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(message.get("Date", "")))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _snippet(message: Message) -> str:
    for part in message.walk():
        if part.get_content_type() == "text/plain" and not part.get_filename():
            payload = part.get_payload(decode=True)
            if not isinstance(payload, bytes):
                continue
            try:
                text = payload.decode(part.get_content_charset() or "utf-8", "replace")
            except (LookupError, ValueError):
                text = payload.decode("utf-8", "replace")
            said = [
                line for line in text.splitlines() if not line.lstrip().startswith((">", "On "))
            ]
            return " ".join(storable(" ".join(said)).split())[:SNIPPET]
    return ""
