"""Rows as one JSON parameter: how a batch reaches `jsonb_to_recordset`, and how JSON comes back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

if TYPE_CHECKING:
    from psycopg.types.json import Jsonb


def _unknown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot go into a batch")


_PLAIN = frozenset({str, int, bool, type(None), UUID, datetime, date})
_encode = msgspec.json.Encoder(enc_hook=_unknown, decimal_format="number").encode
_decode = msgspec.json.Decoder().decode


def as_json(value: Any) -> Jsonb:
    """A value as a jsonb parameter: times as ISO 8601, ids as text.

    ValueError refuses what is no JSON: not a number, infinity.
    """
    from psycopg.types.json import Jsonb

    _refuse(value)
    return Jsonb(value, dumps=_encode)


def json_text(value: Any) -> str:
    """A value as the text of a jsonb column, for COPY."""
    _refuse(value)
    return _encode(value).decode()


def batch(rows: Sequence[Mapping[str, Any]]) -> Jsonb:
    """Rows as one jsonb array."""
    return as_json(list(rows))


def own_batch(rows: Sequence[Mapping[str, Any]]) -> Jsonb:
    """`batch` for rows of our own making: their figures are a score's, which is checked."""
    from psycopg.types.json import Jsonb

    return Jsonb(rows, dumps=_encode)


def own_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """The same as the text of one jsonb array, for whichever driver there is."""
    return _encode(rows).decode()


def loads(raw: str | bytes) -> Any:
    """JSON as the database hands it out."""
    try:
        return _decode(raw)
    except msgspec.DecodeError:
        # A number beyond a float's range, which a plain script may have stored.
        return json.loads(raw)


def _refuse(value: Any) -> None:
    """ValueError for a figure that the encoder would write as null."""
    kind = type(value)
    if kind in _PLAIN:
        return
    if kind is dict or isinstance(value, Mapping):
        for one in value.values():
            if type(one) not in _PLAIN:
                _refuse(one)
    elif isinstance(value, float | Decimal):
        if not math.isfinite(value):
            raise ValueError(f"Out of range float values are not JSON compliant: {value}")
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            _refuse(one)
    elif isinstance(value, bytes | bytearray | memoryview | timedelta):
        # The encoder would write base64 or an ISO duration, which nobody reads as such.
        _unknown(value)
