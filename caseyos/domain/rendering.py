"""From a move to the exact action it stands for: mail text, task, meeting. Deterministic: no clock.

Templates run in `sandbox`, with bounds on source and output. What a template asks for and nobody
knows is named in `missing`, never silently left out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError, Undefined

from caseyos.domain.addresses import header_text, parse_address
from caseyos.domain.model import EMAIL_ACTIONS, ActionType, Payload
from caseyos.domain.sandbox import Sandbox
from caseyos.domain.text import safe_line, storable
from caseyos.errors import ConfigError

MAX_SOURCE = 20_000  # characters
MAX_OUTPUT = 100_000
_PLACEHOLDER = re.compile(r"{{[^{}]{0,60}}}|\[(?:NAME|FIRST[ _]NAME|COMPANY|DATE|TODO|XXX)\]", re.I)

LoadTemplate = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: name, address and the lines under the text."""

    name: str
    address: str
    signature: str


@dataclass(frozen=True, slots=True)
class Draftable:
    """The parts of a move that rendering reads."""

    action_type: str
    title: str
    context: Mapping[str, Any]
    draft: Mapping[str, Any] | None
    due: str | None  # ISO 8601
    note: str | None = None
    due_is_start: bool = True  # of a meeting that a person asked for; a play's due is a deadline


def render(
    move: Draftable, sender: Sender, load: LoadTemplate, *, channel: str = "local"
) -> Payload:
    """The payload of a move; ConfigError names a template that cannot be used."""
    if move.action_type in EMAIL_ACTIONS:
        return _mail(move, sender, load, channel)
    if move.action_type == ActionType.SCHEDULE_MEETING:
        return _meeting(move, sender, channel)
    return _task(move, channel)


def content_hash(payload: Payload) -> str:
    """SHA-256 (hex) of the payload as canonical JSON: what an acceptance is bound to."""
    return hashlib.sha256(canonical(payload).encode()).hexdigest()


def canonical(payload: Payload) -> str:
    """The payload as JSON with sorted keys and no spaces."""
    return json.dumps(as_plain(payload), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def as_plain(payload: Payload) -> dict[str, Any]:
    """The payload as plain values, as it is frozen in an execution."""
    return {
        "action_type": payload.action_type,
        "channel": payload.channel,
        "subject": payload.subject,
        "body": payload.body,
        "recipients": list(payload.recipients),
        "fields": dict(payload.fields),
        "missing": list(payload.missing),
    }


def from_plain(plain: Mapping[str, Any]) -> Payload:
    """A frozen payload back as a record."""
    return Payload(
        action_type=plain["action_type"],
        channel=plain["channel"],
        subject=plain["subject"],
        body=plain["body"],
        recipients=tuple(plain["recipients"]),
        fields=plain["fields"],
        missing=tuple(plain["missing"]),
    )


def placeholders_left(text: str) -> tuple[str, ...]:
    """Placeholders a person forgot to fill: `{{ first_name }}`, `[NAME]`."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))


def _mail(move: Draftable, sender: Sender, load: LoadTemplate, channel: str) -> Payload:
    context = move.context
    thread: Mapping[str, Any] = context.get("thread") or {}
    missing: list[str] = []
    if move.draft:
        subject, body = str(move.draft.get("subject", "")), str(move.draft.get("body", ""))
    else:
        subject = _subject(move)
        body = _from_template(move, load, missing)
        # Only under the template: what a person edited already ends as they want it to.
        if sender.signature or sender.name:
            body = f"{body.rstrip()}\n\n{sender.signature or sender.name}\n"
    recipients = (parse_address(str(context["recipient"])),) if context.get("recipient") else ()
    fields: dict[str, Any] = {
        "from": parse_address(sender.address),
        "from_name": header_text(sender.name, 100),
        "recipient_name": header_text(str(context.get("recipient_name") or ""), 100),
    }
    if thread.get("in_reply_to"):
        fields["in_reply_to"] = _one_id(thread["in_reply_to"])
        fields["references"] = [_one_id(one) for one in thread.get("references", ())]
    return Payload(
        action_type=move.action_type,
        channel=channel,
        subject=header_text(subject),
        body=storable(body.replace("\r\n", "\n").replace("\r", "\n")),
        recipients=recipients,
        fields=fields,
        missing=tuple(missing),
    )


def _subject(move: Draftable) -> str:
    context = move.context
    subject = str(context.get("subject") or "")
    if context.get("thread") and subject:
        return f"Re: {subject}"
    about = subject or context.get("deal") or context.get("account")
    if move.action_type == ActionType.FOLLOW_UP and about:
        return f"Following up: {about}"
    return str(about or "A question")


def _from_template(move: Draftable, load: LoadTemplate, missing: list[str]) -> str:
    name = str(move.context.get("template") or "plain")
    source = load(name)
    if source is None:
        source = load("plain") or ""
    hint = "templates are plain text with {{ fields }} and simple conditions"
    if len(source) > MAX_SOURCE:
        raise ConfigError(f"Template {name!r} is longer than {MAX_SOURCE} characters.", hint=hint)

    class Noted(Undefined):
        """An unknown field: written down as missing and shown as its own placeholder."""

        def __str__(self) -> str:
            missing.append(str(self._undefined_name))
            return f"{{{{ {self._undefined_name} }}}}"

    sandbox = Sandbox(Noted)
    try:
        sandbox.check(source)
        text = sandbox.from_string(source).render(_fields(move))
    except (TemplateError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise ConfigError(
            f"Template {name!r} cannot be used: {safe_line(error)}.", hint=hint
        ) from error
    if len(text) > MAX_OUTPUT:
        raise ConfigError(f"Template {name!r} makes more than {MAX_OUTPUT} characters.", hint=hint)
    return text


def _fields(move: Draftable) -> dict[str, str]:
    """What a template may use: only what is known, so that the rest counts as missing."""
    context = move.context
    first = str(context.get("recipient_name") or "").split(" ")[0]
    given = {
        "account": context.get("account"),
        "deal": context.get("deal"),
        "stage": context.get("stage"),
        "subject": context.get("subject"),
        "form": context.get("form"),
        "renewal_date": context.get("renewal_date"),
    }
    known = {name: header_text(str(value), 200) for name, value in given.items() if value}
    known["name"] = header_text(first, 60) if first and "@" not in first else "there"
    known["title"] = move.title
    return known


def _meeting(move: Draftable, sender: Sender, channel: str) -> Payload:
    context = move.context
    meeting: Mapping[str, Any] = context.get("meeting") or {}
    draft: Mapping[str, Any] = move.draft or {}
    recipients = (parse_address(str(context["recipient"])),) if context.get("recipient") else ()
    evidence = "\n".join(str(line) for line in context.get("evidence", ()))
    # Others may read what stands in a calendar: our reasons are not for them.
    body = draft.get("body", evidence if channel == "local" else "")
    due = move.due if move.due_is_start or channel == "local" else None
    return Payload(
        action_type=move.action_type,
        channel=channel,
        subject=header_text(str(draft.get("subject") or meeting.get("title") or move.title)),
        body=storable(str(body)),
        recipients=recipients,
        fields={
            "organizer": parse_address(sender.address),
            "start": draft.get("start") or meeting.get("start") or due,
            "minutes": draft.get("minutes") or meeting.get("minutes") or 30,
        },
    )


def _task(move: Draftable, channel: str) -> Payload:
    context = move.context
    lines = [str(line) for line in context.get("evidence", ())]
    lines += [f"Missing: {one}" for one in context.get("missing", ())]
    if context.get("notes"):
        lines.append(str(context["notes"]))
    if move.note:
        lines.append(move.note)
    return Payload(
        action_type=move.action_type,
        channel=channel,
        subject=header_text(move.title),
        body=storable("\n".join(lines)),
        fields={"due": move.due, "task_id": context.get("task_id")},
    )


def _one_id(text: object) -> str:
    found = re.fullmatch(r"<[!-;=?-~]{1,400}>", str(text))
    if not found:
        raise ConfigError("The thread names a Message-ID that cannot stand in a header.")
    return found[0]
