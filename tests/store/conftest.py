"""Units of work on a fresh database, and rows to act on."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import pytest

from caseyos.store.database import Database
from caseyos.store.unit_of_work import UnitOfWork, unit_of_work

Unit = Callable[[], AbstractContextManager[UnitOfWork]]
Insert = Callable[..., UUID]


@pytest.fixture
def unit(database: Database) -> Unit:
    """`with unit() as uow:` is one transaction."""
    return lambda: unit_of_work(database)


@pytest.fixture
def insert(unit: Unit) -> Insert:
    """Insert a row with the fields named: `insert("accounts", name="Acme")`; its id."""

    def make(table: str, **fields: Any) -> UUID:
        if table == "executions":
            fields = {"channel": "local"} | fields
        given = {
            name: json.dumps(value) if isinstance(value, dict) else value
            for name, value in fields.items()
        }
        columns, places = ", ".join(given), ", ".join(["%s"] * len(given))
        query = f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING id"
        with unit() as uow:
            row = uow.connection.execute(query, list(given.values())).fetchone()
        assert row is not None
        return UUID(str(row["id"]))

    return make


@pytest.fixture
def move(insert: Insert) -> Callable[..., UUID]:
    """Insert a pending task move, with other fields where a test names them."""

    def make(**fields: Any) -> UUID:
        return insert(
            "command_queue_items", **({"action_type": "create_task", "title": "T"} | fields)
        )

    return make
