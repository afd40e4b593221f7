"""Stage one: what sources hand in becomes rows and signals, each outside event exactly once.

Rows, quarantine and cursor of a batch commit together; mail has its own file, `ingest_mail.py`.
No SQL, no files and no clock here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from caseyos.domain.ports.intake import (
    AccountRow,
    DealRow,
    ImportReport,
    IngestUnits,
    ProductRow,
    Progress,
    Rejected,
    Row,
    StageWords,
    signal_row,
)
from caseyos.domain.ports.source import Batch
from caseyos.domain.text import safe_line

BATCH = 5_000


def silent(_done: int, _total: int | None) -> None:
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
    progress: Progress = silent,
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


def _sorted(rows: Iterable[Any], report: ImportReport) -> tuple[list[Any], list[Rejected]]:
    taken: list[Any] = []
    rejected: list[Rejected] = []
    for row in rows:
        report.rows += 1
        (rejected if isinstance(row, Rejected) else taken).append(row)
    note_rejected(report, rejected)
    return taken, rejected


def note_rejected(report: ImportReport, rejected: Sequence[Rejected]) -> None:
    """Count what went to quarantine, and keep the first few reasons."""
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
            kinds = tally(signals)
            unit.events.emit("signal_received", source=source, count=made, kinds=kinds)
    note_rejected(report, rejected)
    _count_deals(report, rows.values(), words)
    for kind, number in tally(signals).items() if made else ():
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


def take_signals(
    units: IngestUnits, batch: Batch, *, source: str, version: int, report: ImportReport
) -> int:
    """Store signals as a source made them, with the people they name; the cursor's new version."""
    people = [dict(person) for person in batch.people]
    people += [
        {"email": signal["contact"], "name": signal["data"].get("from_name")}
        for signal in batch.signals
        if signal["contact"]
    ]
    with units() as unit:
        unit.intake.upsert_contacts(people)
        new = unit.intake.add_signals(batch.signals)
        unit.intake.quarantine(source, batch.rejected)
        kind = source.split(":", 1)[0]
        moved = unit.intake.advance(source, kind, seen=new, cursor=batch.cursor, version=version)
        if new:
            kinds = tally(batch.signals)
            unit.events.emit("signal_received", source=source, count=new, kinds=kinds)
    note_rejected(report, batch.rejected)
    report.rows += len(batch.signals)
    report.signals["signals"] = report.signals.get("signals", 0) + new
    return moved


def tally(signals: Sequence[Row]) -> dict[str, int]:
    """How many signals there are of each type."""
    kinds: dict[str, int] = {}
    for signal in signals:
        kinds[signal["signal_type"]] = kinds.get(signal["signal_type"], 0) + 1
    return kinds
