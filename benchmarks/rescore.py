"""Live moves whose urgency moved, brought up to now: beside a loop over an ORM's objects."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import create_engine
from sqlmodel import Session, select

from benchmarks.machine import Home
from benchmarks.measure import Result, in_turn, main
from benchmarks.processing import fill_signals
from benchmarks.world import business
from caseyos.app import App
from caseyos.domain import scoring
from caseyos.pipeline.reasoning import recommendation, stored_inputs
from caseyos.pipeline.rescore import WORTH_RESCORING, rescore
from caseyos.store.tables import QueueItem, Recommendation

LOOPED = 500  # moves an ORM loop is given: its rate does not depend on the number


def rows(full: bool) -> Iterator[Result]:
    """100,000 live moves (20,000 without `full`), then a day or two passes at each round."""
    count = 140_000 if full else 28_000
    with business() as (place, app):
        fill_signals(app, count)
        app.generation.process()
        passed = [app.clock.now()]

        def ours() -> float:
            passed[0] += timedelta(hours=9)
            live = _live(app)
            begun = time.perf_counter()
            rescore(app.unit_of_work, app.generation.book, passed[0])
            return live / (time.perf_counter() - begun)

        def theirs() -> float:
            begun = time.perf_counter()
            return _loop(place, app, passed[0]) / (time.perf_counter() - begun)

        fast, slow = in_turn(ours, theirs, rounds=3)
        row = f"rescore {_live(app):,} live moves, only those that changed"
    yield Result(row, "a loop over ORM objects", fast, slow, 20, at_least=True, unit="moves/s")


def _live(app: App) -> int:
    with app.unit_of_work() as unit:
        row = unit.connection.execute(
            "SELECT count(*) AS n FROM command_queue_items WHERE status = 'pending'"
        ).fetchone()
    return int(row["n"]) if row else 0


def _loop(place: Home, app: App, now: datetime) -> int:
    """What one writes at first: each object with its reasoning, changed and saved by itself."""
    where = dict(part.split("=", 1) for part in place.dsn.split())
    url = f"postgresql+psycopg://{where['user']}@/{where['dbname']}?host={where['host']}"
    engine, book = create_engine(url), app.generation.book
    with Session(engine) as session:
        ids = session.exec(
            select(QueueItem.id).where(QueueItem.status == "pending").limit(LOOPED)
        ).all()
        for one in ids:
            move = session.get_one(QueueItem, one)
            kept = session.get_one(Recommendation, move.recommendation_id)
            inputs = stored_inputs({"facts": kept.facts, "due_by": move.due_by}, now)
            scored = scoring.score(inputs, book.rules)
            if abs(scored.aps - float(move.priority_score)) >= WORTH_RESCORING:
                made = recommendation(
                    book,
                    move_id=move.id,
                    signal_id=kept.signal_id,
                    play=kept.play,
                    inputs=inputs,
                    scored=scored,
                    details=kept.facts,
                    now=now,
                )
                session.add(
                    Recommendation(
                        id=made["id"],
                        signal_id=kept.signal_id,
                        move_id=move.id,
                        play=kept.play,
                        aps_score=made["aps"],
                        reasoning=made["reasoning"],
                        drivers=[_plain(driver) for driver in scored.drivers],
                        revenue_impact=made["revenue"],
                        urgency_score=made["urgency"],
                        effort_score=made["effort"],
                        strategic_score=made["strategic"],
                        confidence=made["confidence"],
                        facts=kept.facts,
                        generated_at=now,
                    )
                )
                session.flush()
                move.priority_score = made["aps"]
                move.recommendation_id = made["id"]
                session.add(move)
            session.commit()
    engine.dispose()
    return len(ids)


def _plain(driver: object) -> dict[str, object]:
    return {name: getattr(driver, name) for name in ("factor", "points", "maximum", "sentence")}


if __name__ == "__main__":
    sys.exit(main(rows))
