"""Where signals, people, companies, deals and mail ids are kept, and the quarantine."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.domain.ports.intake import AccountRow, ProductRow, Rejected, SourceHealth
from caseyos.errors import Overtaken
from caseyos.store.rows import as_json, batch, json_text
from caseyos.store.sql import named_sql

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named_sql("intake")
STAGE_FROM = 500  # signals; fewer are sooner stored by one statement
STAGED = (
    *("source", "signal_type", "external_id", "occurred_at", "evidence", "data", "deal_source"),
    *("deal_external_id", "contact", "account_id", "deal_id"),
)
Row = Mapping[str, Any]


def name_key(name: str) -> str:
    """A name as names are compared: lower case, letters and digits of any script only."""
    return re.sub(r"[\W_]", "", name.casefold()) or name.casefold().strip()


class Intake:
    """The repository of ingestion, in one transaction."""

    def __init__(self, connection: Connection[dict[str, Any]]) -> None:
        self._connection = connection

    def upsert_accounts(self, rows: Sequence[AccountRow], source: str) -> None:
        """Store companies; what a row does not say is left as it is."""
        keyed = [asdict(row) | {"name_key": name_key(row.name)} for row in rows]
        self._write("upsert_accounts", keyed, source=source)

    def upsert_products(self, rows: Sequence[ProductRow], source: str) -> None:
        """Store products."""
        keyed = [asdict(row) | {"name_key": name_key(row.name)} for row in rows]
        self._write("upsert_products", keyed, source=source)

    def known_deals(self, source: str, external_ids: Sequence[str]) -> Mapping[str, Row]:
        """The deals already there, locked, by external id."""
        rows = self._connection.execute(
            _SQL["known_deals"], {"source": source, "ids": list(external_ids)}
        )
        return {row["external_id"]: row for row in rows}

    def upsert_deals(self, rows: Sequence[Row]) -> None:
        """Store deals; their accounts and contacts are made where they are new."""
        names = {row["account"]: AccountRow(row["account"]) for row in rows if row["account"]}
        if names:
            self.upsert_accounts(list(names.values()), rows[0]["source"])
        keyed = [
            dict(row)
            | {
                "account_key": name_key(row["account"]) if row["account"] else None,
                "product_key": name_key(row["product"]) if row["product"] else None,
            }
            for row in rows
        ]
        people = [
            {
                "email": row["contact_email"],
                "name": row["contact_name"],
                "company": row["account"],
                "account_key": row["account_key"],
                "source": row["source"],
            }
            for row in keyed
            if row["contact_email"]
        ]
        self._write("upsert_contacts", people)
        self._write("upsert_deals", keyed)

    def upsert_contacts(self, rows: Sequence[Row]) -> None:
        """Store people by address."""
        self._write("upsert_contacts", rows)

    def add_signals(self, rows: Sequence[Row]) -> int:
        """Store signals, each outside event once; how many were new."""
        if not rows:
            return 0
        if len(rows) >= STAGE_FROM and self._may_stage():
            return self._add_staged(rows)
        return self._connection.execute(_SQL["add_signals"], {"rows": batch(rows)}).rowcount

    def quarantine(self, source: str, rows: Sequence[Rejected]) -> None:
        """Keep what could not be taken, with its bytes."""
        self._write(
            "quarantine",
            [
                {
                    "external_id": row.external_id,
                    "raw": base64.b64encode(row.raw).decode(),
                    "place": row.place,
                    "reason": row.reason,
                }
                for row in {one.external_id: one for one in rows}.values()
            ],
            source=source,
        )

    def mail_turn(self) -> None:
        """Wait until nobody else is storing mail, and hold that until the commit."""
        self._connection.execute(_SQL["mail_turn"])

    def add_messages(self, rows: Sequence[Row]) -> set[str]:
        """Store mail ids; the Message-IDs that were new."""
        if not rows:
            return set()
        made = self._connection.execute(_SQL["add_messages"], {"rows": batch(rows)})
        return {row["message_id"] for row in made}

    def touch_contacts(self, rows: Sequence[Row]) -> None:
        """Note when people were written to, answered or bounced."""
        self._write("touch_contacts", rows)

    def sent_among(self, message_ids: Iterable[str]) -> set[str]:
        """Which of these were sent by us."""
        rows = self._connection.execute(_SQL["sent_among"], {"ids": list(set(message_ids))})
        return {row["message_id"] for row in rows}

    def promote_replies(self, sent: Sequence[str]) -> list[Row]:
        """Mail that arrived before what it answers: make its signals replies; which."""
        if not sent:
            return []
        return list(self._connection.execute(_SQL["promote_replies"], {"sent": list(sent)}))

    def cursor(self, source: str) -> tuple[Row, int]:
        """A source's cursor and its version; empty and 0 when it is new."""
        row = self._connection.execute(_SQL["cursor"], {"source": source}).fetchone()
        return ({}, 0) if row is None else (row["cursor"], row["version"])

    def advance(
        self,
        source: str,
        kind: str,
        *,
        seen: int,
        cursor: Row,
        version: int | None,
        at: datetime | None = None,
    ) -> int:
        """Move a source's cursor and health on; its new version.

        Overtaken when somebody else moved it from `version`, 0 being a source never asked.
        `at` is when it succeeded, if that was not now.
        """
        row = self._connection.execute(
            _SQL["advance_cursor"],
            {
                "source": source,
                "kind": kind,
                "seen": seen,
                "cursor": as_json(dict(cursor)),
                "version": version,
                "at": at,
            },
        ).fetchone()
        if row is None:
            raise Overtaken(f"Another process is reading {source}; nothing was stored twice.")
        return int(row["version"])

    def fail(self, source: str, kind: str, error: str) -> None:
        """Note a source's failure; the cursor stays."""
        self._connection.execute(
            _SQL["note_failure"], {"source": source, "kind": kind, "error": error}
        )

    def tried_within(self, every: Mapping[str, timedelta]) -> set[str]:
        """Of these sources, those that were asked within their interval."""
        rows = [{"source": name, "seconds": one.total_seconds()} for name, one in every.items()]
        found = self._connection.execute(_SQL["tried_within"], {"rows": batch(rows)})
        return {row["source"] for row in found}

    def health(self) -> tuple[SourceHealth, ...]:
        """How every source stands."""
        return tuple(SourceHealth(**row) for row in self._connection.execute(_SQL["health"]))

    def mail_owners(self) -> tuple[str, ...]:
        """The addresses that imports were told are ours, the latest first."""
        return tuple(row["me"] for row in self._connection.execute(_SQL["mail_owners"]))

    def signals(
        self,
        *,
        source: str | None = None,
        kind: str | None = None,
        unmatched: bool = False,
        prefix: str | None = None,
        limit: int = 50,
    ) -> list[Row]:
        """Signals, newest first."""
        return list(
            self._connection.execute(
                _SQL["signals"],
                {
                    "source": source,
                    "kind": kind,
                    "unmatched": unmatched,
                    "id": prefix,
                    "limit": limit,
                },
            )
        )

    def quarantined(self, limit: int = 100) -> list[Row]:
        """What lies in quarantine."""
        return list(self._connection.execute(_SQL["quarantined"], {"limit": limit}))

    def quarantined_one(self, prefix: str) -> list[Row]:
        """The entries whose id begins so, with their bytes."""
        return list(self._connection.execute(_SQL["quarantined_one"], {"id": prefix}))

    def resolve(self, entry: UUID) -> None:
        """Mark a quarantined entry as taken after all."""
        self._connection.execute(_SQL["resolve"], {"id": entry})

    def observe(self, query: str, **values: Any) -> list[Row]:
        """One of the set reads that internal signals are made from, by its name."""
        return list(self._connection.execute(_SQL[query], values))

    def _may_stage(self) -> bool:
        row = self._connection.execute(_SQL["may_stage"]).fetchone()
        return row is not None and bool(row["allowed"])

    def _add_staged(self, rows: Sequence[Row]) -> int:
        """Signals by COPY into a temporary table: what a server takes in fastest."""
        self._connection.execute(_SQL["stage_signals"])
        self._connection.execute("TRUNCATE incoming_signals")
        with self._connection.cursor().copy(_SQL["copy_signals"]) as copy:
            for row in rows:
                copy.write_row(
                    [json_text(row["data"]) if one == "data" else row.get(one) for one in STAGED]
                )
        return self._connection.execute(_SQL["add_staged_signals"]).rowcount

    def _write(self, query: str, rows: Sequence[Row], **values: Any) -> None:
        if rows:
            self._connection.execute(_SQL[query], {"rows": batch(rows), **values})
