"""Mail that came back: whom it did not reach, whether for good, and which mail it was.

Reports of RFC 3464 first; else what servers that know none write. A mere warning is no bounce.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from caseyos.domain.text import safe_line, storable

MAX_PARTS = 50
MAX_TEXT = 100_000  # characters of a part that are looked at
_DAEMONS = ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "mdaemon")
_ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]]{1,64}@[A-Za-z0-9.-]{1,253}")
_MESSAGE_ID = re.compile(r"(?im)^[\s>]{0,8}message-id:\s*(<[^<>\s]{1,400}>)")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_RETURNED = re.compile(
    r"^(undeliver|undelivered|delivery (status notification \(failure\)|failure|has failed)"
    r"|mail (delivery (failed|failure)|system error)|returned mail|failure notice|non-?remis"
    r"|nicht zustellbar|unzustellbar|mail not delivered|message not delivered)",
    re.IGNORECASE,
)
_WARNING = re.compile(r"delay|warning: |verzögert|retard|still being retried", re.IGNORECASE)
_FOR_NOW = re.compile(
    r"mailbox (is )?full|over ?quota|quota (is )?exceeded|insufficient (system )?storage"
    r"|too (large|big)|temporar|try again|greylist|timed? ?out|connection refused|rate limit"
    r"|spam|blocked|blacklist|policy|reputation",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"(user|recipient|address|mailbox|account)[^.\n]{0,40}"
    r"(unknown|not found|does not exist|doesn't exist|disabled|unavailable|invalid)"
    r"|no such (user|recipient|address|mailbox|person)|unknown (user|recipient|address)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A returned mail; `hard` is an address that will never work, `returned` its Message-IDs."""

    recipients: tuple[str, ...]
    hard: bool
    returned: tuple[str, ...]
    reason: str


def bounce_of(message: Message, sender: str, subject: str) -> Bounce | None:
    """The bounce that a mail is, or None."""
    report = is_report(message, "delivery-status")
    parts = list(itertools.islice(message.walk(), MAX_PARTS))
    blocks = [block for part in parts for block in _blocks(part)] if report else []
    actions = {str(block.get("Action", "")).split("(")[0].strip().lower() for block in blocks}
    if report and actions - {""} and "failed" not in actions:
        return None  # delivered, relayed, or delayed: it is still on its way
    if not report and not _from_a_daemon(message, sender, subject):
        return None
    failed = [one for one in blocks if str(one.get("Action", "failed")).lower().startswith("fail")]
    text = "\n".join(_texts(parts))
    reason = _reason(failed) or _said(text)
    return Bounce(
        recipients=_recipients(message, failed, text),
        hard=_for_good(failed, f"{reason}\n{text[:4_000]}"),
        returned=tuple(dict.fromkeys(_returned(parts, text))),
        reason=reason,
    )


def is_report(message: Message, kind: str) -> bool:
    """Whether a mail is a report of RFC 6522 of this kind."""
    return (
        message.get_content_type() == "multipart/report"
        and str(message.get_param("report-type", "")).lower() == kind
    )


def _from_a_daemon(message: Message, sender: str, subject: str) -> bool:
    """Whether no person, but a server that returns mail, wrote this."""
    named = sender.split("@", 1)[0] in _DAEMONS
    nobody = str(message.get("Return-Path", "")).strip() == "<>"
    returned = _RETURNED.match(subject) or message.get("X-Failed-Recipients")
    if _WARNING.search(subject) and not _RETURNED.match(subject):
        return False
    return named or (nobody and bool(returned))


def _blocks(part: Message) -> Iterator[Message]:
    """The per-recipient fields of a delivery-status part."""
    if part.get_content_type() == "message/delivery-status":
        payload = part.get_payload()
        for block in payload if isinstance(payload, list) else ():
            if isinstance(block, Message) and block.get("Final-Recipient"):
                yield block


def _recipients(message: Message, failed: list[Message], text: str) -> tuple[str, ...]:
    named = [str(block.get("Final-Recipient")).partition(";")[2] for block in failed]
    named += [str(block.get("Original-Recipient", "")).partition(";")[2] for block in failed[:1]]
    found = [match[0].lower() for one in named if (match := _ADDRESS.search(one))]
    if failed and found:
        return tuple(dict.fromkeys(found[: len(failed)]))[:50]
    header = " ".join(str(one) for one in message.get_all("X-Failed-Recipients", []))
    found = [one.lower() for one in _ADDRESS.findall(header)]
    # qmail, Exim and their like: the address stands in a line of its own.
    alone = re.findall(rf"(?m)^[ \t]*<?({_ADDRESS.pattern})>?:?[ \t]*$", text[:4_000])
    return tuple(dict.fromkeys(found or [one.lower() for one in alone]))[:50]


def _for_good(failed: list[Message], text: str) -> bool:
    """Whether the address is to blame: its status says so, or the words do."""
    for block in failed:
        status = _STATUS.search(str(block.get("Status", "")))
        if status is None:
            continue
        kind, subject, detail = status.groups()
        if kind == "4" or (subject, detail) in (("2", "2"), ("2", "3"), ("3", "4")):
            return False  # for now, a full mailbox, or a mail that is too large
        if subject == "1" or (subject == "2" and detail in ("0", "1")):
            return True
        break  # 5.7 and such: a policy, unless the words name the address
    if _NOBODY.search(text):
        return True
    return not (_FOR_NOW.search(text) or re.search(r"\b4\.\d\.\d\b|\b5\.7\.\d+\b", text))


def _reason(failed: list[Message]) -> str:
    for block in failed:
        told = str(block.get("Diagnostic-Code", "")).partition(";")[2] or str(
            block.get("Status", "")
        )
        if told.strip():
            return safe_line(storable(told), 160)
    return ""


def _said(text: str) -> str:
    """The line of a plain text that tells why."""
    lines = [line.strip() for line in text[:4_000].splitlines()]
    for pattern in (_NOBODY, _FOR_NOW, _STATUS):
        for line in lines:
            if pattern.search(line):
                return safe_line(storable(line), 160)
    return ""


def _texts(parts: list[Message]) -> Iterator[str]:
    for part in parts:
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield payload[:MAX_TEXT].decode("utf-8", "replace").replace("\r\n", "\n")


def _returned(parts: list[Message], text: str) -> Iterator[str]:
    """The Message-IDs of what came back: in the attached mail, its headers, or the text."""
    for part in parts[1:]:
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                head = payload[:MAX_TEXT].decode("ascii", "replace")
                yield from (storable(one) for one in _MESSAGE_ID.findall(head)[:5])
        elif kind == "message/rfc822":
            inner = part.get_payload()
            for one in inner[:1] if isinstance(inner, list) else ():
                if isinstance(one, Message):
                    named = f"Message-ID: {one.get('Message-ID', '')}"
                    yield from (storable(found) for found in _MESSAGE_ID.findall(named)[:1])
    yield from (storable(one) for one in _MESSAGE_ID.findall(text)[:5])
