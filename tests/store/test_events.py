"""Telemetry: a row and, once it is durable, one line."""

import json
import logging
from uuid import UUID

import pytest

from caseyos.log import JsonLines
from tests.store.conftest import Unit

ID = UUID(int=7)


def test_a_row_and_a_line(unit: Unit, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "caseyos.events")
    with unit() as uow:
        uow.events.emit("recommendation_viewed", item_id=ID, aps=87.5)
        uow.events.emit_many("signal_processed", [(None, {"made": True}), (ID, {"made": False})])
        uow.events.emit_many("signal_processed", [])
    with unit() as uow:
        rows = uow.connection.execute("SELECT name, item_id, actor, data FROM events").fetchall()
    assert {row["name"] for row in rows} == {"recommendation_viewed", "signal_processed"}
    assert len(rows) == 3
    first = next(row for row in rows if row["name"] == "recommendation_viewed")
    assert first == {
        "name": "recommendation_viewed",
        "item_id": ID,
        "actor": "casey",
        "data": {"aps": 87.5},
    }
    told = [json.loads(JsonLines().format(record)) for record in caplog.records]
    assert [line["message"] for line in told] == [
        "recommendation_viewed",
        "signal_processed",
        "signal_processed",
    ]
    assert (told[0]["item_id"], told[0]["aps"]) == (str(ID), 87.5)
