"""What nobody sends: deals gone silent, renewals near, drafts and batches left lying.

Each situation is one signal for as long as it lasts: its id carries since when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from caseyos.domain.business_time import BusinessCalendar
from caseyos.domain.ports.intake import IngestUnits, signal_row
from caseyos.domain.text import safe_line

SOURCE = "internal"
RENEWAL_DAYS = 45
AT_RISK_DAYS = 14
STALE = timedelta(days=2)
STALLED = timedelta(hours=24)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SilenceRule:
    """How many business days a deal may be silent, in its first stage and later."""

    first_stage: int
    later: int
    calendar: BusinessCalendar
    zone: tzinfo | None


def observe(units: IngestUnits, rule: SilenceRule, now: datetime) -> int:
    """Look at the whole pipeline as of `now`; how many new signals that gave."""
    today = now.astimezone(rule.zone).date()
    with units() as unit:
        look = unit.intake.observe
        signals = [
            *_silent_deals(look("open_deals", today=today), rule, now, today),
            *_renewals(
                look("renewals", today=today, until=today + timedelta(days=RENEWAL_DAYS)),
                now,
                today,
            ),
            *(_stale_draft(row, now) for row in look("stale_drafts", before=now - STALE)),
            *(_stalled_batch(row, now) for row in look("stalled_batches", before=now - STALLED)),
        ]
        made = unit.intake.add_signals(signals)
        unit.intake.advance(SOURCE, "internal", seen=made, cursor={}, version=None)
        if made:
            unit.events.emit("signal_received", source=SOURCE, count=made)
    return made


def _silent_deals(
    rows: list[Row], rule: SilenceRule, now: datetime, today: date
) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for row in rows:
        last: date = row["last_activity_on"]
        allowed = rule.first_stage if row["stage_order"] == 0 else rule.later
        silent = rule.calendar.between(last, today)
        if silent < allowed:
            continue
        limit = rule.calendar.add(last, allowed)
        due = datetime.combine(limit, time(17), rule.zone or now.astimezone().tzinfo)
        what = safe_line(row["name"] or row["product"] or "the deal", 60)
        made.append(
            signal_row(
                source=SOURCE,
                signal_type="deal_silent",
                external_id=f"deal_silent:{row['id']}:{last.isoformat()}",
                occurred_at=now,
                evidence=f"nothing on {what} since {last.isoformat()}:"
                f" {silent} business days, {allowed} are the limit",
                data={
                    "since": last.isoformat(),
                    "due": due.astimezone(UTC).isoformat(),
                    "silent_days": silent,
                    "limit": allowed,
                },
                deal_id=row["id"],
                account_id=row["account_id"],
            )
        )
    return made


def _renewals(rows: list[Row], now: datetime, today: date) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for row in rows:
        renewal: date = row["renewal_date"]
        name = safe_line(row["name"], 60)
        left = (renewal - today).days
        common = {"renewal_date": renewal.isoformat(), "since": today.isoformat()}
        made.append(
            signal_row(
                source=SOURCE,
                signal_type="renewal_due",
                external_id=f"renewal_due:{row['id']}:{renewal.isoformat()}",
                occurred_at=now,
                evidence=f"{name} renews in {left} days, on {renewal.isoformat()}",
                data=common,
                account_id=row["id"],
            )
        )
        last: datetime | None = row["last_contact"]
        silent = None if last is None else (now - last).days
        if silent is not None and silent < AT_RISK_DAYS:
            continue
        told = "no contact on record" if silent is None else f"no contact for {silent} days"
        made.append(
            signal_row(
                source=SOURCE,
                signal_type="account_at_risk",
                external_id=f"account_at_risk:{row['id']}:{renewal.isoformat()}:"
                f"{last.date().isoformat() if last else 'never'}",
                occurred_at=now,
                evidence=f"{name}: {told}, renewal {renewal.isoformat()}",
                data=common | {"silent_days": AT_RISK_DAYS if silent is None else silent},
                account_id=row["id"],
            )
        )
    return made


def _stale_draft(row: Row, now: datetime) -> dict[str, Any]:
    since: datetime = row["since"]
    return signal_row(
        source=SOURCE,
        signal_type="draft_stale",
        external_id=f"draft_stale:{row['id']}:{since.isoformat()}",
        occurred_at=now,
        evidence=f"{row['code']} has waited unsent since {since.date().isoformat()}",
        data={"draft_id": str(row["id"]), "title": row["title"], "since": since.isoformat()},
        account_id=row["account_id"],
    )


def _stalled_batch(row: Row, now: datetime) -> dict[str, Any]:
    since: datetime = row["since"]
    return signal_row(
        source=SOURCE,
        signal_type="bulk_stalled",
        external_id=f"bulk_stalled:{row['batch_id']}",
        occurred_at=now,
        evidence=f"{row['untouched']} of {row['size']} moves accepted together lie untouched",
        data={
            "batch_id": str(row["batch_id"]),
            "untouched": row["untouched"],
            "size": row["size"],
            "since": since.isoformat(),
        },
    )
