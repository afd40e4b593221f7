"""Stage one: what sources hand in becomes rows and signals, each outside event exactly once.

Rows, quarantine and cursor of a batch commit together. No SQL, no files and no clock here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from caseyos.domain.mail import Mail, NotMail, plain_subject, read_mail
from caseyos.domain.ports.intake import (
    AccountRow,
    DealRow,
    ImportReport,
    IngestUnit,
    IngestUnits,
    MailItem,
    ProductRow,
    Progress,
    ReadMail,
    Rejected,
    Row,
    StageWords,
    signal_row,
)
from caseyos.domain.text import safe_line

BATCH = 5_000
MAIL_BATCH = 500
MAX_KEPT = 1024 * 1024  # bytes of what is no mail


def _silent(_done: int, _total: int | None) -> None:
    """Nobody watches."""


def take_accounts(
    units: IngestUnits, rows: Iterable[AccountRow | Rejected], source: str, report: ImportReport
) -> None:
    """Store companies."""
    taken, rejected = _sorted(rows, report)
    with units() as unit:
        unit.intake.upsert_accounts([row for row in taken if isinstance(row, AccountRow)], source)
        unit.intake.quarantine(source, rejected)
    report.count("accounts", len(taken))


def take_products(
    units: IngestUnits, rows: Iterable[ProductRow | Rejected], source: str, report: ImportReport
) -> None:
    """Store products."""
    taken, rejected = _sorted(rows, report)
    with units() as unit:
        unit.intake.upsert_products([row for row in taken if isinstance(row, ProductRow)], source)
        unit.intake.quarantine(source, rejected)
    report.count("products", len(taken))


def take_deals(
    units: IngestUnits,
    rows: Iterable[DealRow | Rejected],
    *,
    source: str,
    words: StageWords,
    now: datetime,
    report: ImportReport,
    total: int | None = None,
    progress: Progress = _silent,
) -> None:
    """Store an export of deals: new open deals and changed stages become signals."""
    batch: list[DealRow] = []
    rejected: list[Rejected] = []
    seen: dict[str, int] = {}
    for row in rows:
        report.rows += 1
        if isinstance(row, Rejected):
            rejected.append(row)
        else:
            seen[row.external_id] = seen.get(row.external_id, 0) + 1
            batch.append(row)
        if len(batch) + len(rejected) >= BATCH:
            _deal_batch(units, batch, rejected, source=source, words=words, now=now, report=report)
            batch, rejected = [], []
            progress(report.rows, total)
    _deal_batch(units, batch, rejected, source=source, words=words, now=now, report=report)
    progress(report.rows, report.rows)
    twice = [key for key, count in seen.items() if count > 1]
    if twice:
        report.notes.append(
            f"{len(twice)} ids stand in the file more than once, the last row counts:"
            f" {', '.join(safe_line(key, 30) for key in twice[:3])}"
        )


def take_mail(
    units: IngestUnits,
    items: Iterable[MailItem | Rejected],
    *,
    source: str,
    me: frozenset[str],
    report: ImportReport,
    total: int | None = None,
    progress: Progress = _silent,
) -> None:
    """Store mail ids and signals: what we sent, replies to it, bounces, and ordinary mail."""
    read: list[ReadMail] = []
    rejected: list[Rejected] = []
    for item in items:
        report.rows += 1
        if isinstance(item, Rejected):
            rejected.append(item)
        else:
            place, raw = item
            try:
                read.append(ReadMail(place, read_mail(raw)))
            except NotMail as error:
                rejected.append(_no_mail(place, raw[:MAX_KEPT], str(error)))
        if len(read) + len(rejected) >= MAIL_BATCH:
            _mail_batch(units, read, rejected, source=source, me=me, report=report)
            read, rejected = [], []
            progress(report.rows, total)
    _mail_batch(units, read, rejected, source=source, me=me, report=report)
    progress(report.rows, report.rows)


def _no_mail(place: str, raw: bytes, reason: str) -> Rejected:
    """Known by its bytes: two files of one name are two, one file that moved stays one."""
    return Rejected(f"sha256:{hashlib.sha256(raw).hexdigest()}", raw, place, reason)


def _sorted(rows: Iterable[Any], report: ImportReport) -> tuple[list[Any], list[Rejected]]:
    taken: list[Any] = []
    rejected: list[Rejected] = []
    for row in rows:
        report.rows += 1
        (rejected if isinstance(row, Rejected) else taken).append(row)
    _note_rejected(report, rejected)
    return taken, rejected


def _note_rejected(report: ImportReport, rejected: Sequence[Rejected]) -> None:
    report.quarantined += len(rejected)
    for row in rejected[: max(0, 5 - len(report.reasons))]:
        report.reasons.append(f"{row.place}: {row.reason}")


def _deal_batch(
    units: IngestUnits,
    batch: Sequence[DealRow],
    rejected: Sequence[Rejected],
    *,
    source: str,
    words: StageWords,
    now: datetime,
    report: ImportReport,
) -> None:
    rows = {row.external_id: row for row in batch}
    with units() as unit:
        known = unit.intake.known_deals(source, list(rows))
        stored: list[dict[str, Any]] = []
        signals: list[dict[str, Any]] = []
        for row in rows.values():
            before = known.get(row.external_id)
            stored.append(_deal(row, before, source, words, now.date()))
            signal = _deal_signal(row, before, stored[-1], source, now)
            if signal is not None:
                signals.append(signal)
        if stored:
            unit.intake.upsert_deals(stored)
        unit.intake.quarantine(source, rejected)
        made = unit.intake.add_signals(signals)
        unit.intake.advance(source, "csv", seen=len(rows), cursor={}, version=None)
        if made:
            kinds = _tally(signals)
            unit.events.emit("signal_received", source=source, count=made, kinds=kinds)
    _note_rejected(report, rejected)
    _count_deals(report, rows.values(), words)
    for kind, number in _tally(signals).items() if made else ():
        report.signals[kind] = report.signals.get(kind, 0) + number


def _deal(
    row: DealRow, before: Row | None, source: str, words: StageWords, today: date
) -> dict[str, Any]:
    """A deal as it is stored; a change of stage is activity on the day it is seen."""
    changed = before is not None and before["stage"] != row.stage
    return {
        "source": source,
        "external_id": row.external_id,
        "name": row.name,
        "account": row.account,
        "contact_email": row.contact_email,
        "contact_name": row.contact_name,
        "stage": row.stage,
        "stage_kind": words.kind(row.stage),
        "stage_order": words.order(row.stage),
        # A lost deal's value is what came of it, not what was at stake.
        "amount": row.amount,
        "currency": row.currency,
        "product": row.product,
        "owner": row.owner,
        "engaged_on": row.engaged_on,
        "close_on": row.close_on,
        "last_activity_on": today if changed else row.engaged_on,
    }


def _deal_signal(
    row: DealRow, before: Row | None, deal: Row, source: str, now: datetime
) -> dict[str, Any] | None:
    """The signal of a new open deal or a changed stage, if there is one."""
    what = safe_line(row.name or row.product or row.external_id, 60)
    whom = safe_line(row.account or "no account", 60)
    if before is None:
        if deal["stage_kind"] != "open":
            return None
        begun = datetime.combine(row.engaged_on, time(), UTC) if row.engaged_on else None
        return signal_row(
            source=source,
            signal_type="deal_created",
            external_id=f"deal:{row.external_id}:created",
            occurred_at=begun,
            evidence=f"{what} for {whom} in {safe_line(row.stage or 'no stage', 30)}",
            data={"stage": row.stage, "deal": row.external_id},
            deal=(source, row.external_id),
            contact=row.contact_email,
        )
    if before["stage"] == row.stage:
        return None
    return signal_row(
        source=source,
        signal_type="deal_stage_changed",
        external_id=f"deal:{row.external_id}:stage:{before['changes'] + 1}",
        occurred_at=now,
        evidence=f"{what} for {whom}: {safe_line(before['stage'] or 'no stage', 30)}"
        f" → {safe_line(row.stage or 'no stage', 30)}",
        data={
            "from": before["stage"],
            "to": row.stage,
            "direction": _direction(before, deal),
            "deal": row.external_id,
        },
        deal=(source, row.external_id),
        contact=row.contact_email,
    )


def _direction(before: Row, deal: Row) -> str:
    if deal["stage_kind"] != "open":
        return str(deal["stage_kind"])
    if before["stage_kind"] != "open":
        return "back"  # a closed deal that is open again
    old, new = before["stage_order"], deal["stage_order"]
    if old is None or new is None:
        return "forward"  # an unlisted stage: somebody moved it, which is rarely backwards
    return "forward" if new > old else "back"


def _count_deals(report: ImportReport, rows: Iterable[DealRow], words: StageWords) -> None:
    for row in rows:
        report.count("deals")
        report.count(f"stage {safe_line(row.stage or 'none', 40)}")
        if not row.account:
            report.count("without account")
        if row.engaged_on is None:
            report.count("without engage date")
        if row.amount is None:
            report.count("without value")
        if words.kind(row.stage) == "open" and words.order(row.stage) is None:
            report.count("in a stage that deals.stages does not list")


def _mail_batch(
    units: IngestUnits,
    read: Sequence[ReadMail],
    rejected: Sequence[Rejected],
    *,
    source: str,
    me: frozenset[str],
    report: ImportReport,
) -> None:
    with units() as unit:
        unit.intake.mail_turn()
        people = {one.mail.sender: one.mail for one in read if one.mail.sender not in me}
        for one in read:
            if one.mail.sender in me:
                for address in one.mail.recipients:
                    people.setdefault(address, one.mail)
        unit.intake.upsert_contacts(
            [
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
        )
        fresh = unit.intake.add_messages([_message(one.mail, source, me) for one in read])
        new = {one.mail.message_id: one.mail for one in read if one.mail.message_id in fresh}
        _mail_signals(unit, list(new.values()), source, me, report)
        unit.intake.quarantine(source, rejected)
        cursor = {"me": min(me)} if me else {}
        unit.intake.advance(source, "mail", seen=len(new), cursor=cursor, version=None)
    _note_rejected(report, rejected)
    report.count("mails", len(read))
    report.count("already known", len(read) - len(new))


def _mail_signals(
    unit: IngestUnit, mails: Sequence[Mail], source: str, me: frozenset[str], report: ImportReport
) -> None:
    ours = [mail for mail in mails if mail.sender in me or mail.ours]
    theirs = [mail for mail in mails if mail.sender not in me and not mail.ours]
    known = unit.intake.sent_among(ref for mail in theirs for ref in mail.answers)
    kinds = {mail.message_id: _kind(mail, known) for mail in theirs}
    unit.intake.touch_contacts(_touches(ours, theirs, kinds))
    signals = [_mail_signal(mail, kinds[mail.message_id], source) for mail in theirs]
    unit.intake.add_signals(signals)
    promoted = unit.intake.promote_replies([mail.message_id for mail in ours])
    report.count("sent by us", len(ours))
    for kind, number in _tally(signals).items():
        report.signals[kind] = report.signals.get(kind, 0) + number
    if promoted:
        report.signals["email_replied"] = report.signals.get("email_replied", 0) + promoted
        # Some of them may have come with an earlier import, and were told of there.
        ordinary = report.signals.pop("email_received", 0) - promoted
        if ordinary > 0:
            report.signals["email_received"] = ordinary
    if signals:
        unit.events.emit(
            "signal_received", source=source, count=len(signals), kinds=_tally(signals)
        )


def _kind(mail: Mail, sent: set[str]) -> str:
    if mail.bounce:
        return "email_bounced"
    answers = not mail.automatic and any(ref in sent for ref in mail.answers)
    return "email_replied" if answers else "email_received"


def _message(mail: Mail, source: str, me: frozenset[str]) -> dict[str, Any]:
    own = mail.sender in me or mail.ours
    return {
        "message_id": mail.message_id,
        "direction": "sent" if own else "received",
        "source": source,
        "refs": list(mail.answers),
        "thread_key": mail.thread_key,
        "subject": mail.subject,
        "contact": (mail.recipients[0] if mail.recipients else None) if own else mail.sender,
        "automatic": mail.automatic or mail.bounce,
        "at": mail.at,
    }


def _mail_signal(mail: Mail, kind: str, source: str) -> dict[str, Any]:
    name = safe_line(mail.sender_name or mail.sender or "somebody", 60)
    subject = safe_line(mail.subject or "no subject", 90)
    told = {
        "email_replied": f"{name} answered: {subject}",
        "email_bounced": f"undeliverable: {safe_line(mail.failed_recipient or subject, 90)}",
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
        },
        contact=failed or mail.sender,
    )


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
        elif kind == "email_bounced" and mail.failed_recipient:
            rows.append({"email": mail.failed_recipient, "bounced_at": mail.at})
    return rows


def _tally(signals: Sequence[Row]) -> dict[str, int]:
    kinds: dict[str, int] = {}
    for signal in signals:
        kinds[signal["signal_type"]] = kinds.get(signal["signal_type"], 0) + 1
    return kinds
