"""The read side of the queue: ranked reads, one move in full, search. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.domain.model import Driver, Move
from caseyos.domain.views import Found, Page, PageKey, QueueFilter
from caseyos.store.sql import named_sql

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named_sql("moves")
RANK = "m.priority_score DESC, m.due_by, m.created_at, m.id"
# The same order behind the score, as a tuple to compare; undated moves come last.
_TIE = "(coalesce(m.due_by, 'infinity'), m.created_at, m.id)"
_TIE_KEY = "(coalesce(%(key_due)s::timestamptz, 'infinity'), %(key_at)s, %(key_id)s)"
DAY = timedelta(hours=24)
Row = Mapping[str, Any]


class Moves:
    """The repository of the queue's reads, in one transaction."""

    def __init__(self, connection: Connection[dict[str, Any]]) -> None:
        self._connection = connection

    def today(self, now: datetime, limit: int, chosen: QueueFilter) -> tuple[Move, ...]:
        """Pending moves due within 24 hours or overdue, ranked: the one rule of Today's Moves."""
        if chosen == QueueFilter():
            window = {"horizon": now + DAY, "limit": limit}
            found = self._connection.execute(_SQL["due_near"], window).fetchall()
            if len(found) < limit:
                found = self._connection.execute(_SQL["due_far"], window).fetchall()
            ids = [row["id"] for row in found]
            return self._ranked(["m.id = ANY (%(ids)b)"], {"ids": ids}, limit)
        where, values = _conditions(chosen, now)
        where.append("m.due_by <= %(horizon)s")
        values |= {"horizon": now + DAY}
        return self._ranked(where, values, limit)

    def page(
        self,
        chosen: QueueFilter,
        now: datetime,
        after: PageKey | None,
        limit: int,
        skip: int = 0,
    ) -> Page:
        """A page of ranked moves, continued by key so that its cost does not grow with depth.

        `skip` passes over so many moves first: what a jump into the middle of a list costs.
        """
        where, values = _conditions(chosen, now)
        if after is not None:
            where.append(
                f"m.priority_score <= %(key_aps)s AND (m.priority_score < %(key_aps)s"
                f" OR {_TIE} > {_TIE_KEY})"
            )
            values |= _key_values(after)
        moves = self._ranked(where, values, limit, skip)
        last = moves[-1] if len(moves) == limit else None
        key = PageKey(last.aps, last.due_by, last.created_at, last.id) if last else None
        return Page(moves, key)

    def count(self, chosen: QueueFilter, now: datetime, *, due: bool = False) -> int:
        """How many moves a filter leaves; with `due` only those of today."""
        where, values = _conditions(chosen, now)
        if due:
            where.append("m.due_by <= %(horizon)s")
            values |= {"horizon": now + DAY}
        return self._tally(where, values)

    def ahead_of(self, chosen: QueueFilter, now: datetime, key: PageKey) -> int:
        """How many moves of a filter rank before `key`."""
        where, values = _conditions(chosen, now)
        where.append(
            f"m.priority_score >= %(key_aps)s AND (m.priority_score > %(key_aps)s"
            f" OR {_TIE} < {_TIE_KEY})"
        )
        return self._tally(where, values | _key_values(key))

    def get(self, move_id: UUID) -> Move | None:
        """One move."""
        found = self._ranked(["m.id = %(id)s"], {"id": move_id}, 1)
        return found[0] if found else None

    def by_ids(self, ids: Sequence[UUID]) -> dict[UUID, Row]:
        """Code, title, version and status of moves."""
        rows = self._connection.execute(_SQL["by_ids"], {"ids": list(ids)})
        return {row["id"]: row for row in rows}

    def by_code(self, prefix: str) -> list[Row]:
        """The moves whose code begins with `prefix`, an exact one first."""
        return list(self._connection.execute(_SQL["by_code"], {"prefix": prefix}))

    def near_codes(self, code: str) -> list[str]:
        """Live codes that a mistyped one may have meant."""
        rows = self._connection.execute(_SQL["near_codes"], {"code": code})
        return [row["code"] for row in rows]

    def recommendations_of(self, move_id: UUID) -> list[Row]:
        """The reasoning of a move over time, newest first."""
        return self._of("recommendations_of", move_id)

    def signals_of(self, move_id: UUID) -> list[Row]:
        """The signals that led to a move."""
        return self._of("signals_of", move_id)

    def executions_of(self, move_id: UUID) -> list[Row]:
        """What was done for a move."""
        return self._of("executions_of", move_id)

    def history_of(self, move_id: UUID) -> list[Row]:
        """The receipts of a move."""
        return self._of("history_of", move_id)

    def answers_of(self, move_id: UUID) -> list[Row]:
        """What was written in answer to what a move sent."""
        return self._of("answers_of", move_id)

    def find(self, text: str, limit: int) -> tuple[Found, ...]:
        """People, companies and moves that hold `text`, taken literally."""
        literal = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        rows = self._connection.execute(_SQL["find"], {"like": f"%{literal}%", "limit": limit})
        return tuple(Found(**row) for row in rows)

    def _tally(self, where: list[str], values: dict[str, Any]) -> int:
        query = _SQL["tally"].format(where=" AND ".join(where) or "true")
        row = self._connection.execute(query, values).fetchone()
        return 0 if row is None else int(row["count"])

    def _ranked(
        self, where: list[str], values: dict[str, Any], limit: int, skip: int = 0
    ) -> tuple[Move, ...]:
        query = _SQL["ranked"].format(where=" AND ".join(where) or "true", order=RANK)
        rows = self._connection.execute(query, values | {"limit": limit, "skip": skip})
        return tuple(_move(row) for row in rows)

    def _of(self, query: str, move_id: UUID) -> list[Row]:
        return list(self._connection.execute(_SQL[query], {"id": move_id}))


def _conditions(chosen: QueueFilter, now: datetime) -> tuple[list[str], dict[str, Any]]:
    where: list[str] = []
    values: dict[str, Any] = {}
    if chosen.status == "pending":
        where.append("m.status = 'pending'")  # spelt out, so that the partial index matches
    elif chosen.status is not None:
        where.append("m.status = %(status)s")
        values["status"] = chosen.status
    for column in ("owner", "action_type"):
        if (wanted := getattr(chosen, column)) is not None:
            where.append(f"m.{column} = %({column})s")
            values[column] = wanted
    if chosen.source is not None:
        where.append("(m.source = %(source)s OR m.source LIKE %(source)s || ':%%')")
        values["source"] = chosen.source
    if chosen.account is not None:
        where.append("m.action_context ->> 'account' ILIKE '%%' || %(account)s || '%%'")
        values["account"] = _literal(chosen.account)
    if chosen.min_aps is not None:
        where.append("m.priority_score >= %(min_aps)s")
        values["min_aps"] = chosen.min_aps
    if chosen.due == "later":
        where.append("(m.due_by > %(horizon)s OR m.due_by IS NULL)")
        values["horizon"] = now + DAY
    elif chosen.due is not None:
        days = {"today": 1, "week": 7}.get(chosen.due, 1)
        where.append("m.due_by <= %(due)s")
        values["due"] = now + timedelta(days=days)
    if chosen.text:
        where.append(
            "(m.title ILIKE '%%' || %(text)s || '%%' OR m.code = %(code)s"
            " OR m.action_context ->> 'account' ILIKE '%%' || %(text)s || '%%')"
        )
        values |= {"text": _literal(chosen.text), "code": chosen.text.lower()}
    return where, values


def _key_values(key: PageKey) -> dict[str, Any]:
    return {
        "key_aps": key.aps,
        "key_due": key.due,
        "key_at": key.created_at,
        "key_id": key.id,
    }


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _move(row: Row) -> Move:
    values = dict(row)
    values["drivers"] = drivers(values["drivers"])
    values["facts"] = values["facts"] or {}
    return Move(**values)


def drivers(stored: Sequence[Row] | None) -> tuple[Driver, ...]:
    """Stored drivers as records; fields a newer version added are passed over."""
    return tuple(
        Driver(
            factor=str(one.get("factor", "")),
            points=float(one.get("points", 0)),
            maximum=float(one.get("maximum", 0)),
            sentence=str(one.get("sentence", "")),
            evidence=tuple(one.get("evidence", ())),
            known=bool(one.get("known", True)),
            value=one.get("value"),
        )
        for one in stored or ()
    )
