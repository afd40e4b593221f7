"""Local tasks: rows that are effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.store.sql import named_sql

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named_sql("executions")


class Tasks:
    """The repository of `tasks`, in one transaction."""

    def __init__(self, connection: Connection[dict[str, Any]]) -> None:
        self._connection = connection

    def add(self, marker: str, task: Mapping[str, Any]) -> tuple[UUID, int]:
        """Store a task once per marker; its id and version."""
        row = self._connection.execute(
            _SQL["add_task"],
            {
                "marker": marker,
                "title": task["title"],
                "notes": task.get("notes"),
                "due_by": task.get("due_by"),
                "execution_id": task.get("execution_id"),
            },
        ).fetchone()
        return _pair(row or {})

    def by_marker(self, marker: str) -> tuple[UUID, int] | None:
        """The task of a marker."""
        return self._one("task_by_marker", marker=marker)

    def complete(self, task_id: UUID, marker: str) -> tuple[UUID, int] | None:
        """Complete an open task; None when there is none."""
        return self._one("complete_task", id=task_id, marker=marker)

    def completed_by(self, marker: str) -> tuple[UUID, int] | None:
        """The task that an execution with this marker completed."""
        return self._one("completed_by", marker=marker)

    def remove(self, task_id: UUID, version: int) -> bool | None:
        """Delete a task of this version; None when it is gone, False when it changed."""
        return self._if_unchanged("remove_task", task_id, version)

    def reopen(self, task_id: UUID, version: int) -> bool | None:
        """Open a completed task again; None when it is gone, False when it changed."""
        return self._if_unchanged("reopen_task", task_id, version)

    def _if_unchanged(self, query: str, task_id: UUID, version: int) -> bool | None:
        values = {"id": task_id, "version": version}
        if self._connection.execute(_SQL[query], values).fetchone():
            return True
        there = self._connection.execute(_SQL["task_exists"], values).fetchone()
        return False if there else None

    def _one(self, query: str, **values: Any) -> tuple[UUID, int] | None:
        row = self._connection.execute(_SQL[query], values).fetchone()
        return None if row is None else _pair(row)


def _pair(row: Mapping[str, Any]) -> tuple[UUID, int]:
    return row["id"], int(row["version"])
