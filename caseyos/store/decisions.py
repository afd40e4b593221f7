"""Decisions and their journal: what a person did, and what it takes to undo it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.store.rows import as_json
from caseyos.store.sql import named_sql

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named_sql("decisions")
Row = Mapping[str, Any]
FIELDS = (
    *("status", "snoozed_until", "snoozed_for_reply", "closed_reason", "accepted_hash"),
    *("accepted_at", "batch_id", "draft", "note"),
)


class Decisions:
    """The repository of `decisions`, in one transaction."""

    def __init__(self, connection: Connection[dict[str, Any]]) -> None:
        self._connection = connection

    def lock(self, ids: Sequence[UUID]) -> dict[UUID, Row]:
        """Moves as a decision reads them, locked."""
        rows = self._connection.execute(_SQL["lock_moves"], {"ids": list(ids)})
        return {row["id"]: row for row in rows}

    def change(self, move_id: UUID, present: Row, fields: Row) -> bool:
        """Put fields on a move whose status is still `present`'s; False when it is not."""
        values = {name: present[name] for name in FIELDS} | dict(fields)
        if values["draft"] is not None:
            values["draft"] = as_json(values["draft"])
        values |= {"id": move_id, "from_status": present["status"]}
        return self._connection.execute(_SQL["change_move"], values).fetchone() is not None

    def journal(
        self,
        *,
        kind: str,
        move_id: UUID | None,
        actor: str,
        before: Row,
        after: Row,
        batch_id: UUID | None = None,
        reason: str | None = None,
        note: str | None = None,
        execution_id: UUID | None = None,
    ) -> UUID:
        """Write down what was done."""
        row = self._connection.execute(
            _SQL["journal"],
            {
                "batch_id": batch_id,
                "move_id": move_id,
                "kind": kind,
                "actor": actor,
                "reason": reason,
                "note": note,
                "before": as_json(dict(before)),
                "after": as_json(dict(after)),
                "execution_id": execution_id,
            },
        ).fetchone()
        return UUID(str((row or {})["id"]))

    def last_done(self, actor: str) -> list[Row]:
        """The latest step of `actor` not yet undone; a batch is one step."""
        return list(self._connection.execute(_SQL["last_done"], {"actor": actor}))

    def last_undone(self, actor: str) -> list[Row]:
        """The step `actor` undid last, if he decided nothing since."""
        return list(self._connection.execute(_SQL["last_undone"], {"actor": actor}))

    def mark(self, ids: Sequence[UUID], *, undone: bool) -> None:
        """Mark steps as undone or done again."""
        query = _SQL["mark_undone" if undone else "mark_redone"]
        self._connection.execute(query, {"ids": list(ids)})

    def pass_over(self, ids: Sequence[UUID]) -> None:
        """Leave steps out of what `last_done` offers; they stay in the journal."""
        self._connection.execute(_SQL["pass_over"], {"ids": list(ids)})

    def listed(self, actor: str, limit: int = 20) -> list[Row]:
        """What can be undone, newest first."""
        return list(
            self._connection.execute(_SQL["journal_list"], {"actor": actor, "limit": limit})
        )

    def made_by_hand(self, external_id: str) -> UUID | None:
        """The move that a hand-made signal became."""
        row = self._connection.execute(
            _SQL["move_in_hand"], {"external_id": external_id}
        ).fetchone()
        return row["id"] if row else None
