"""What tests of generation put into the database and ask of it."""

import json
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import caseyos
from caseyos.app.generation import new_id
from caseyos.domain.icp import Criterion
from caseyos.domain.plays import Play, compile_plays
from caseyos.domain.ports.recommend import UnitFactory
from caseyos.domain.scoring import Rules
from caseyos.pipeline.recommend import GenerationReport, generate
from caseyos.pipeline.rulebook import Rulebook
from caseyos.store.database import Database
from caseyos.store.unit_of_work import unit_of_work

NOW = datetime(2026, 11, 24, 14, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHIPPED = tomllib.loads((Path(caseyos.__file__).parent / "plays" / "default.toml").read_text())[
    "play"
]


def book(*own: Mapping[str, Any]) -> Rulebook:
    plays: dict[str, tuple[Play, ...]] = {}
    for play in compile_plays([*own, *SHIPPED]):
        plays[play.on] = (*plays.get(play.on, ()), play)
    return Rulebook(
        plays=plays,
        rules=Rules(),
        criteria=(Criterion("sector", "sector", values=("retail",)),),
        recontact_after=3 * DAY,
        expire_after=30 * DAY,
        zone=UTC,
        new_id=new_id,
    )


BOOK = book()


class World:
    """What tests put into the database and ask of it; inserts name only the fields they mean."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.units: UnitFactory = lambda: unit_of_work(database)

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        with self.database.transaction() as connection:
            return connection.execute(query, values).fetchall()

    def do(self, statement: str, *values: Any) -> None:
        with self.database.transaction() as connection:
            connection.execute(statement, values)

    def add(self, table: str, **fields: Any) -> UUID:
        given = {
            name: json.dumps(value) if isinstance(value, dict | list) else value
            for name, value in fields.items()
        }
        columns, places = ", ".join(given), ", ".join(["%s"] * len(given))
        query = f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING id"
        return UUID(str(self.rows(query, *given.values())[0]["id"]))

    def account(self, name: str = "Northwind", **fields: Any) -> UUID:
        return self.add("accounts", name=name, name_key=name.lower(), source="t", **fields)

    def contact(self, email: str = "dana@x.example", **fields: Any) -> UUID:
        return self.add("contacts", email=email, name="Dana Whitfield", source="t", **fields)

    def deal(self, stage_kind: str = "open", **fields: Any) -> UUID:
        given = {"source": "t", "external_id": str(new_id()), "stage": "Engaging", "name": "Yards"}
        return self.add("deals", stage_kind=stage_kind, **(given | fields))

    def signal(self, kind: str = "manual", **fields: Any) -> UUID:
        given: dict[str, Any] = {"source": "t", "occurred_at": NOW - HOUR, "evidence": kind}
        return self.add("signals", signal_type=kind, **(given | fields))

    def reply(self, thread: str = "<a@x>", number: int = 1, **fields: Any) -> UUID:
        data = {"from": "dana@x.example", "thread_key": thread, "message_id": f"<{number}@x>"}
        data |= {"subject": f"mail {number}", "references": [thread]}
        return self.signal("email_replied", data=data, **fields)

    def generate(self, now: datetime = NOW, rules: Rulebook = BOOK) -> GenerationReport:
        return generate(self.units, rules, now)

    def moves(self) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM command_queue_items ORDER BY created_at, id")

    def move(self) -> dict[str, Any]:
        (only,) = self.moves()
        return only

    def outcome(self, signal: UUID) -> tuple[bool | None, str | None]:
        query = "SELECT recommendation_generated, note, error, processed FROM signals WHERE id = %s"
        (row,) = self.rows(query, signal)
        assert row["processed"]
        return row["recommendation_generated"], row["error"] or row["note"]

    def everything(self) -> list[Any]:
        tables = ("signals", "command_queue_items", "action_recommendations", "audit_log", "events")
        return [self.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables]
