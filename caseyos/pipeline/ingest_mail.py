"""Mail that comes in: what we sent, replies to it, bounces, automatic answers, and ordinary mail.

A batch's rows, quarantine and cursor are one commit. No SQL, no network and no clock here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from caseyos.domain.mail import Mail, NotMail, plain_subject, read_mail
from caseyos.domain.ports.intake import (
    ImportReport,
    IngestUnit,
    IngestUnits,
    MailItem,
    Progress,
    Rejected,
    Row,
    signal_row,
)
from caseyos.domain.ports.source import Batch
from caseyos.domain.stop_requests import hits_list_unsubscribe
from caseyos.domain.suppression import entry_of
from caseyos.domain.text import safe_line
from caseyos.errors import UsageError
from caseyos.pipeline.ingest import note_rejected, silent, tally

MAIL_BATCH = 500
MAX_KEPT = 1024 * 1024  # bytes of what is no mail


@dataclass(frozen=True, slots=True)
class _Read:
    """A batch as it was read: mails, those we sent marked as ours, and what is no mail."""

    mails: tuple[Mail, ...]
    rejected: tuple[Rejected, ...]


def take_mail(
    units: IngestUnits,
    items: Iterable[MailItem | Rejected],
    *,
    source: str,
    me: frozenset[str],
    report: ImportReport,
    total: int | None = None,
    progress: Progress = silent,
) -> None:
    """Import mail from files: what was told of us is kept as the cursor's `me`."""
    cursor = {"me": min(me)} if me else {}
    waiting: list[MailItem | Rejected] = []

    def store() -> None:
        report.rows += len(waiting)
        read = _read(waiting, me, sent=False)
        _store(units, read, (source, "mail"), me, (cursor, None), report)
        waiting.clear()
        progress(report.rows, total)

    for item in items:
        waiting.append(item)
        if len(waiting) >= MAIL_BATCH:
            store()
    store()


def take_batch(
    units: IngestUnits,
    batch: Batch,
    *,
    source: str,
    me: frozenset[str],
    version: int,
    report: ImportReport,
) -> int:
    """Store a source's batch of mail and move its cursor on; the cursor's new version.

    Overtaken when somebody else moved the cursor since: then nothing of the batch is stored.
    """
    report.rows += len(batch.mails)
    read = _read(batch.mails, me, sent=batch.sent)
    rejected = (*read.rejected, *batch.rejected)
    kind = source.split(":", 1)[0]
    return _store(
        units, replace(read, rejected=rejected), (source, kind), me, (batch.cursor, version), report
    )


def _read(items: Iterable[MailItem | Rejected], me: frozenset[str], *, sent: bool) -> _Read:
    mails: list[Mail] = []
    rejected: list[Rejected] = []
    for item in items:
        if isinstance(item, Rejected):
            rejected.append(item)
            continue
        place, raw = item
        try:
            mail = read_mail(raw)
        except NotMail as error:
            rejected.append(_no_mail(place, raw[:MAX_KEPT], str(error)))
        else:
            mails.append(replace(mail, ours=sent or mail.ours or mail.sender in me))
    return _Read(tuple(mails), tuple(rejected))


def _no_mail(place: str, raw: bytes, reason: str) -> Rejected:
    """Known by its bytes: two files of one name are two, one file that moved stays one."""
    return Rejected(f"sha256:{hashlib.sha256(raw).hexdigest()}", raw, place, reason)


def _store(
    units: IngestUnits,
    read: _Read,
    source: tuple[str, str],  # and its kind
    me: frozenset[str],
    cursor: tuple[Row, int | None],  # what to merge, from which version
    report: ImportReport,
) -> int:
    name, kind = source
    with units() as unit:
        unit.intake.mail_turn()
        unit.intake.upsert_contacts(_people(read.mails, name, me))
        fresh = unit.intake.add_messages([_message(mail, name) for mail in read.mails])
        new = {mail.message_id: mail for mail in read.mails if mail.message_id in fresh}
        _mail_signals(unit, list(new.values()), name, report)
        unit.intake.quarantine(name, read.rejected)
        moved = unit.intake.advance(name, kind, seen=len(new), cursor=cursor[0], version=cursor[1])
    note_rejected(report, read.rejected)
    report.count("mails", len(read.mails))
    report.count("already known", len(read.mails) - len(new))
    return moved


def _people(mails: Sequence[Mail], source: str, me: frozenset[str]) -> list[dict[str, Any]]:
    """Whoever wrote to us or was written to, but ourselves and machines that return mail."""
    people = {mail.sender: mail for mail in mails if not mail.ours}
    for mail in mails:
        for address in mail.recipients if mail.ours else ():
            people.setdefault(address, mail)
    return [
        {
            "email": address,
            "name": (mail.sender_name or None) if mail.sender == address else None,
            "company": None,
            "account_key": None,
            "source": source,
        }
        for address, mail in people.items()
        if address and not mail.bounce and address not in me
    ]


def _mail_signals(
    unit: IngestUnit, mails: Sequence[Mail], source: str, report: ImportReport
) -> None:
    ours = [mail for mail in mails if mail.ours]
    theirs = [mail for mail in mails if not mail.ours]
    known = unit.intake.sent_among(ref for mail in theirs for ref in mail.answers)
    kinds = {mail.message_id: _kind(mail, known) for mail in theirs}
    unit.intake.touch_contacts(_touches(ours, theirs, kinds))
    signals = [_mail_signal(mail, kinds[mail.message_id], source) for mail in theirs]
    unit.intake.add_signals(signals)
    promoted = unit.intake.promote_replies([mail.message_id for mail in ours])
    for mail in theirs:
        if mail.stop and (kinds[mail.message_id] == "email_replied" or _hits(mail)):
            _suppress(unit, mail.sender, mail.message_id)
    for row in promoted:
        if row["stop"]:
            _suppress(unit, row["sender"], row["message_id"])
    report.count("sent by us", len(ours))
    for kind, number in tally(signals).items():
        report.signals[kind] = report.signals.get(kind, 0) + number
    if promoted:
        report.signals["email_replied"] = report.signals.get("email_replied", 0) + len(promoted)
        # Some of them may have come with an earlier import, and were told of there.
        ordinary = report.signals.pop("email_received", 0) - len(promoted)
        if ordinary > 0:
            report.signals["email_received"] = ordinary
    if signals:
        unit.events.emit("signal_received", source=source, count=len(signals), kinds=tally(signals))


def _hits(mail: Mail) -> bool:
    """Whether it is what our List-Unsubscribe asks for: such a mail names none that it answers."""
    return hits_list_unsubscribe(mail.subject)


def _suppress(unit: IngestUnit, address: str, message_id: str) -> None:
    """Who asks to stop is on the list from the very commit that stores the wish."""
    try:
        entry = entry_of(address)
    except UsageError:
        return  # no address that could ever be written to
    if unit.suppressions.add(entry, "asked to stop", f"mail:{message_id}"):
        unit.audit.append(
            actor="mail",
            action="suppress",
            subject="suppression",
            reason="asked to stop",
            detail={"kind": entry.kind},
            personal={"value": entry.value},
        )


def _kind(mail: Mail, sent: set[str]) -> str:
    if mail.bounce:
        return "email_bounced"
    answers = not mail.automatic and any(ref in sent for ref in mail.answers)
    return "email_replied" if answers else "email_received"


def _message(mail: Mail, source: str) -> dict[str, Any]:
    return {
        "message_id": mail.message_id,
        "direction": "sent" if mail.ours else "received",
        "source": source,
        "refs": list(mail.answers),
        "thread_key": mail.thread_key,
        "subject": mail.subject,
        "contact": (mail.recipients[0] if mail.recipients else None) if mail.ours else mail.sender,
        "automatic": mail.automatic,
        "at": mail.at,
    }


def _bounce(mail: Mail) -> dict[str, Any]:
    if mail.bounce is None:
        return {}
    return {
        "bounce": "hard" if mail.bounce.hard else "soft",
        "reason": mail.bounce.reason or None,
        "returned": list(mail.bounce.returned),
        "failed": list(mail.bounce.recipients),
    }


def _mail_signal(mail: Mail, kind: str, source: str) -> dict[str, Any]:
    name = safe_line(mail.sender_name or mail.sender or "somebody", 60)
    subject = safe_line(mail.subject or "no subject", 90)
    told = {
        "email_replied": f"{name} answered: {subject}",
        "email_bounced": _returned(mail, subject),
    }.get(kind, f"{name} wrote: {subject}")
    failed = mail.failed_recipient if kind == "email_bounced" else None
    return signal_row(
        source=source,
        signal_type=kind,
        external_id=mail.message_id,
        occurred_at=mail.at,
        evidence=told,
        data={
            "from": failed or mail.sender,
            "from_name": mail.sender_name or None,
            "to": list(mail.recipients[:10]),
            "subject": plain_subject(mail.subject),
            "date": mail.at and mail.at.isoformat(),
            "message_id": mail.message_id,
            "in_reply_to": list(mail.in_reply_to),
            "references": list(mail.answers),
            "thread_key": mail.thread_key,
            "snippet": mail.snippet or None,
            "stop": mail.stop or None,
            **_bounce(mail),
        },
        contact=failed or mail.sender,
    )


def _returned(mail: Mail, subject: str) -> str:
    """A bounce in words: for good or for now, whom it did not reach, and why."""
    whom = safe_line(mail.failed_recipient or subject, 90)
    if mail.bounce is None or not mail.bounce.reason:
        return f"undeliverable: {whom}"
    for_now = "" if mail.bounce.hard else " for now"
    return f"undeliverable{for_now}: {whom} ({safe_line(mail.bounce.reason, 90)})"


def _touches(
    ours: Sequence[Mail], theirs: Sequence[Mail], kinds: dict[str, str]
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"email": address, "contacted_at": mail.at}
        for mail in ours
        for address in mail.recipients[:1]
    ]
    for mail in theirs:
        kind = kinds[mail.message_id]
        if kind == "email_replied":
            rows.append({"email": mail.sender, "replied_at": mail.at})
        elif mail.bounce is not None and mail.bounce.hard:
            rows += [{"email": one, "bounced_at": mail.at} for one in mail.bounce.recipients]
    return rows
