"""The queue's reads: Today's Moves, a page, one move, why, and search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from caseyos.app.references import resolve
from caseyos.domain.model import Move, Score
from caseyos.domain.story import Chapter, story
from caseyos.domain.views import (
    Delta,
    Found,
    MoveDetail,
    Page,
    PageKey,
    QueueFilter,
    TodayList,
    Why,
)
from caseyos.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from caseyos.app.core import App


class QueueReads:
    """What is to be done, ranked and explained."""

    def __init__(self, app: App) -> None:
        self._app = app

    def today(self, limit: int = 10, *, chosen: QueueFilter | None = None) -> TodayList:
        """Pending moves due within 24 hours or overdue, best first; records that they were seen."""
        now = self._now()
        chosen = chosen or QueueFilter()
        with self._app.reading() as uow:
            moves = uow.moves.today(now, limit, chosen)
            counts = uow.overview.counts(now + timedelta(hours=24))
            uow.events.emit_many(
                "recommendation_viewed", [(move.id, {"aps": move.aps}) for move in moves]
            )
        return TodayList(moves, counts["pending"], counts["due"], counts["accepted"], now)

    def page(
        self,
        chosen: QueueFilter,
        *,
        after: PageKey | None = None,
        limit: int = 200,
        skip: int = 0,
    ) -> Page:
        """A page of the queue, ranked; `skip` passes over so many moves first."""
        with self._app.reading() as uow:
            return uow.moves.page(chosen, self._now(), after, limit, skip)

    def ahead_of(self, chosen: QueueFilter, key: PageKey) -> int:
        """How many moves of a filter rank before `key`: the row a move would have."""
        with self._app.reading() as uow:
            return uow.moves.ahead_of(chosen, self._now(), key)

    def count(self, chosen: QueueFilter, *, due: bool = False) -> int:
        """How many moves a filter leaves."""
        with self._app.reading() as uow:
            return uow.moves.count(chosen, self._now(), due=due)

    def get(self, move_id: UUID) -> Move:
        """One move by id."""
        with self._app.reading() as uow:
            move = uow.moves.get(move_id)
        if move is None:
            raise NotFound(f"There is no move {move_id}.", hint="caseyos today")
        return move

    def detail(self, ref: str) -> MoveDetail:
        """One move in full: what led to it and what was done with it."""
        target = resolve(self._app, ref)
        with self._app.reading() as uow:
            move = uow.moves.get(target.move_id)
            if move is None:
                raise NotFound(f"There is no move {ref}.", hint="caseyos today")
            return MoveDetail(
                move,
                signals=tuple(uow.moves.signals_of(move.id)),
                executions=tuple(uow.moves.executions_of(move.id)),
                history=tuple(uow.moves.history_of(move.id)),
            )

    def story(self, ref: str) -> tuple[Chapter, ...]:
        """A move from the signal that led to it to what was answered, oldest first."""
        detail = self.detail(ref)
        with self._app.unit_of_work() as uow:
            answers = uow.moves.answers_of(detail.move.id)
        return story(detail, answers)

    def why(self, ref: str) -> Why:
        """A move's score: drivers, evidence, and what changed since yesterday."""
        target = resolve(self._app, ref)
        with self._app.reading() as uow:
            move = uow.moves.get(target.move_id)
            past = uow.moves.recommendations_of(target.move_id)
        if move is None:
            raise NotFound(f"There is no move {ref}.", hint="caseyos today")
        evidence = tuple(str(line) for line in move.context.get("evidence", ()))
        if not past:
            return Why(move, None, None, None, (), evidence)
        present = past[0]
        limit = self._now() - timedelta(days=1)
        before = next((row for row in past if row["generated_at"] <= limit), None)
        deltas: tuple[Delta, ...] = ()
        change = None
        if before is not None:
            deltas = _deltas(before["drivers"], present["drivers"])
            change = round(present["aps"] - before["aps"], 1)
        return Why(
            move, present["weights_version"], present["generated_at"], change, deltas, evidence
        )

    def find(self, text: str, limit: int = 20) -> tuple[Found, ...]:
        """People, companies and moves that hold `text`."""
        with self._app.reading() as uow:
            return uow.moves.find(text, limit)

    def simulate(
        self,
        *,
        revenue: float | None,
        days: float | None,
        minutes: float | None,
        icp: float | None,
        unblocks: int = 0,
    ) -> Score:
        """Score given facts by the configured weights; needs no database."""
        from caseyos.app.generation import scoring_rules
        from caseyos.domain import scoring

        facts = scoring.Facts(revenue, days, minutes, icp, unblocks)
        return scoring.score(facts, scoring_rules(self._app.config))

    def _now(self) -> datetime:
        return self._app.clock.now()


Rows = Sequence[Mapping[str, Any]]


def _deltas(before: Rows, after: Rows) -> tuple[Delta, ...]:
    """The change of each factor in tenths, so that they re-add to the change of the score."""

    def by_factor(rows: Rows) -> dict[str, tuple[int, str]]:
        return {
            str(row["factor"]): (round(row["points"] * 10), str(row["sentence"])) for row in rows
        }

    old, new = by_factor(before), by_factor(after)
    changes: list[Delta] = []
    for factor in dict.fromkeys([*new, *old]):
        points = new.get(factor, (0, ""))[0] - old.get(factor, (0, ""))[0]
        if points:
            told = f"{old.get(factor, (0, 'nothing'))[1]} → {new.get(factor, (0, 'nothing'))[1]}"
            changes.append(Delta(factor, points / 10, told))
    return tuple(changes)
