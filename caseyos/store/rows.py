"""Rows as one JSON parameter: how a batch reaches `jsonb_to_recordset`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot go into a batch")


def _dumps(value: Any) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False, allow_nan=False)


def as_json(value: Any) -> Jsonb:
    """A value as a jsonb parameter: times as ISO 8601, ids as text."""
    return Jsonb(value, dumps=_dumps)


def batch(rows: Sequence[Mapping[str, Any]]) -> Jsonb:
    """Rows as one jsonb array."""
    return as_json([dict(row) for row in rows])
