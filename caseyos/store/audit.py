"""The receipts: append, and verify the chain. Personal values go in as salted commitments."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from caseyos.store.rows import as_json
from caseyos.store.sql import named_sql

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named_sql("events")


class Audit:
    """The repository of `audit_log`, in one transaction."""

    def __init__(self, connection: Connection[dict[str, Any]]) -> None:
        self._connection = connection

    def append(
        self,
        *,
        actor: str,
        action: str,
        subject: str | None = None,
        from_state: str | None = None,
        to_state: str | None = None,
        reason: str | None = None,
        key: str | None = None,
        result: str | None = None,
        detail: Mapping[str, Any] | None = None,
        personal: Mapping[str, str] | None = None,
    ) -> int:
        """Append one receipt; its number in the chain.

        `personal` values never enter the chain: their SHA-256 with a random salt does, and value
        and salt lie in `audit_values`, which may be erased.
        """
        entry = dict(detail or {})
        for name, value in (personal or {}).items():
            salt = os.urandom(16)
            commitment = hashlib.sha256(salt + value.encode()).digest()
            self._connection.execute(
                _SQL["keep_value"], {"commitment": commitment, "salt": salt, "value": value}
            )
            entry[name] = f"sha256:{commitment.hex()}"
        row = self._connection.execute(
            _SQL["audit"],
            {
                "actor": actor,
                "action": action,
                "subject": subject,
                "from_state": from_state,
                "to_state": to_state,
                "reason": reason,
                "key": key,
                "result": result,
                "detail": as_json(entry),
            },
        ).fetchone()
        return 0 if row is None else int(row["seq"])

    def verify(self) -> tuple[int, int | None]:
        """How many entries there are, and the first that is not what the chain makes it."""
        row = self._connection.execute(_SQL["verify"]).fetchone() or {}
        return int(row["entries"]), row["first_bad"]

    def head(self) -> tuple[int, str] | None:
        """Number and hash (hex) of the last entry."""
        row = self._connection.execute(_SQL["head"]).fetchone()
        return None if row is None else (int(row["seq"]), row["hash"].hex())

    def hash_of(self, seq: int) -> str | None:
        """The hash (hex) of one entry."""
        row = self._connection.execute(_SQL["entry_hash"], {"seq": seq}).fetchone()
        return None if row is None else row["hash"].hex()
