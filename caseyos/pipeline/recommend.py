"""Stage two: signals become scored, explained moves.

A batch is one transaction: lock signals with their facts, match plays, gate, score, write. Running
it twice changes nothing. No SQL and no clock here.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from caseyos.domain import scoring
from caseyos.domain.lifecycle import ASK_AGAIN
from caseyos.domain.model import OWNERS
from caseyos.domain.ports.recommend import RecommendUnit, Row, UnitFactory
from caseyos.domain.text import safe_line
from caseyos.errors import CaseyError
from caseyos.pipeline.consider import Proposal, consider, happened
from caseyos.pipeline.reasoning import context_of, evidence_with, recommendation, score_inputs
from caseyos.pipeline.rescore import rescore
from caseyos.pipeline.rulebook import Rulebook

BATCH = 1_000
_UNUSABLE = (CaseyError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError)


@dataclass(slots=True)
class GenerationReport:
    """What one run of generation did."""

    signals: int = 0
    created: int = 0
    refreshed: int = 0
    rescored: int = 0
    gated: int = 0
    too_old: int = 0
    unmatched: int = 0
    failed: int = 0
    expired: int = 0
    woken: int = 0
    seconds: float = 0.0
    gates: dict[str, int] = field(default_factory=dict)

    def add(self, other: GenerationReport) -> None:
        """Count what another did of the same run."""
        for name in ("signals", "created", "refreshed", "gated", "too_old", "unmatched", "failed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for gate, number in other.gates.items():
            self.gates[gate] = self.gates.get(gate, 0) + number


@dataclass(slots=True)
class _Batch:
    """The rows of one batch as they grow."""

    made: dict[str, dict[str, Any]] = field(default_factory=dict)  # by dedupe key
    refreshed: dict[str, dict[str, Any]] = field(default_factory=dict)
    recommendations: dict[str, dict[str, Any]] = field(default_factory=dict)
    marks: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[UUID, str] = field(default_factory=dict)  # signal -> dedupe key


def generate(units: UnitFactory, book: Rulebook, now: datetime) -> GenerationReport:
    """Process every waiting signal, then let time do its work on the live moves."""
    begun = time.monotonic()
    report = GenerationReport()
    with units() as unit:
        report.woken = unit.recommendations.wake(now, ASK_AGAIN)
        report.expired += unit.recommendations.close_settled()
        report.expired += unit.recommendations.expire_untouched(book.expire_after)
    process(units, book, now, report)
    report.rescored = rescore(units, book, now)
    report.seconds = time.monotonic() - begun
    return report


def process(units: UnitFactory, book: Rulebook, now: datetime, report: GenerationReport) -> None:
    """Process every waiting signal; `report` counts what was done.

    A long backlog is worked on by two threads: while one waits for the database, the other judges.
    """
    if _drain(units, book, now, report, batches=1):
        return
    beside = GenerationReport()
    with ThreadPoolExecutor(1, "generate") as pool:
        helper = pool.submit(_drain, units, book, now, beside)
        _drain(units, book, now, report)
        helper.result()
    report.add(beside)
    # What both had candidates for was left by one of them.
    _drain(units, book, now, report)


def _drain(
    units: UnitFactory,
    book: Rulebook,
    now: datetime,
    report: GenerationReport,
    batches: int | None = None,
) -> bool:
    """Process batches until nothing waits, or so many; whether nothing waits."""
    done = 0
    while batches is None or done < batches:
        with units() as unit:
            taken, settled = process_batch(unit, book, now, report)
        done += 1
        if taken < BATCH or settled == 0:
            return True
    return False


def process_batch(
    unit: RecommendUnit, book: Rulebook, now: datetime, report: GenerationReport
) -> tuple[int, int]:
    """Process one batch of waiting signals; how many were taken, and how many are settled."""
    begun = time.monotonic()
    rows = unit.recommendations.unprocessed(BATCH)
    work = _Batch()
    proposals = _proposals(rows, book, now, work, report)
    live = unit.recommendations.live_moves(sorted({one.made.dedupe_key for one in proposals}))
    for proposal in proposals:
        with _kept_apart(proposal.row, work, report):
            _add(work, proposal, live=live.get(proposal.made.dedupe_key), book=book, now=now)
    # In the order of their keys, so that two batches which share situations wait for each other
    # and never in a circle.
    inserted = unit.recommendations.insert_moves([work.made[key] for key in sorted(work.made)])
    lost = {key for key, move in work.made.items() if move["id"] not in inserted}
    kept = {key: row for key, row in work.recommendations.items() if key not in lost}
    with unit.together():
        unit.recommendations.refresh_moves(list(work.refreshed.values()))
        unit.recommendations.insert_recommendations(list(kept.values()))
        for signal_id, key in work.keys.items():
            if key not in lost:
                work.marks.append(_mark(signal_id, made=True, move_id=kept[key]["move_id"]))
        unit.recommendations.mark_processed(work.marks)
        _tell(unit, work, kept, (time.monotonic() - begun) * 1000)
    report.signals += len(work.marks)
    report.created += len(inserted)
    report.refreshed += len(work.refreshed)
    return len(rows), len(work.marks)


def _proposals(
    rows: Iterable[Row], book: Rulebook, now: datetime, work: _Batch, report: GenerationReport
) -> list[Proposal]:
    """The candidates of the signals, in the order of their events; the others are marked."""
    proposals: list[Proposal] = []
    for row in sorted(rows, key=happened):
        with _kept_apart(row, work, report):
            answer = consider(row, book, now)
            if isinstance(answer, Proposal):
                proposals.append(answer)
                continue
            setattr(report, answer.kind, getattr(report, answer.kind) + 1)
            if answer.kind == "gated":
                report.gates[answer.note] = report.gates.get(answer.note, 0) + 1
            work.marks.append(_mark(row["signal_id"], note=answer.note))
    return proposals


class _kept_apart:  # noqa: N801 - used like a function
    """A signal whose data nobody can use is marked with the reason and holds up no other."""

    __slots__ = ("_report", "_row", "_work")

    def __init__(self, row: Row, work: _Batch, report: GenerationReport) -> None:
        self._row, self._work, self._report = row, work, report

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, _UNUSABLE):
            return False
        self._report.failed += 1
        self._work.marks.append(_mark(self._row["signal_id"], error=safe_line(error, 300)))
        return True


def _add(
    work: _Batch, proposal: Proposal, *, live: Row | None, book: Rulebook, now: datetime
) -> None:
    """Add a proposal: a new move, a fresher live one, or one more piece of evidence."""
    row, key = proposal.row, proposal.made.dedupe_key
    earlier = work.made.get(key) or work.refreshed.get(key) or live
    before = dict(earlier.get("context") or earlier.get("action_context") or {}) if earlier else {}
    evidence = evidence_with(before.get("evidence", ()), row["evidence"])
    context = context_of(proposal, evidence)
    if live is not None and live["latest"] and happened(row) < live["latest"]:
        # An older event that was met late: evidence, but not the last word.
        kept = {name: live[name] for name in ("title", "action_type", "due_by")}
        proposal = replace(proposal, made=replace(proposal.made, **kept))
        context = before | {"evidence": list(evidence)}
    made = proposal.made
    inputs, details = score_inputs(proposal, evidence, book, now)
    scored = scoring.score(inputs, book.rules)
    move_id = earlier["id"] if earlier else book.new_id()
    reason = recommendation(
        book,
        move_id=move_id,
        signal_id=row["signal_id"],
        play=made.play,
        inputs=inputs,
        scored=scored,
        details=details,
        now=now,
    )
    move: dict[str, Any] = {
        "id": move_id,
        "aps": scored.aps,
        "action_type": made.action_type,
        "context": context,
        "title": made.title,
        "due_by": made.due_by,
        "recommendation_id": reason["id"],
    }
    work.recommendations[key] = reason
    work.keys[row["signal_id"]] = key
    if live is not None:
        work.refreshed[key] = move
        return
    work.made[key] = move | {
        "owner": made.owner if made.owner in OWNERS else "casey",
        "effort": None if made.effort is None else round(made.effort),
        "dedupe_key": key,
        "play": made.play,
        "source": row["source"],
        "account_id": row["account_id"],
        "contact_id": row["recipient_id"],
        "deal_id": row["deal_id"],
    }


def _mark(
    signal_id: UUID,
    *,
    made: bool = False,
    note: str | None = None,
    error: str | None = None,
    move_id: UUID | None = None,
) -> dict[str, Any]:
    return {"id": signal_id, "made": made, "note": note, "error": error, "move_id": move_id}


def _tell(unit: RecommendUnit, work: _Batch, kept: Mapping[str, Row], latency_ms: float) -> None:
    share = round(latency_ms / max(len(work.marks), 1), 3)
    unit.events.emit_many(
        "signal_processed",
        [(mark["id"], {"made": mark["made"], "latency_ms": share}) for mark in work.marks],
    )
    each = round(latency_ms / max(len(kept), 1), 3)
    unit.events.emit_many(
        "recommendation_generated",
        [
            (
                row["move_id"],
                {
                    "aps": row["aps"],
                    "drivers": {driver.factor: driver.points for driver in row["drivers"]},
                    "latency_ms": each,
                },
            )
            for row in kept.values()
        ],
    )
