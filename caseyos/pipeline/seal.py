"""The seal of an execution: one digest over all that decides what happens, made at the preview.

A plan is enqueued, and an execution claimed, only while its seal holds: between the preview and the
effect no byte may change, whoever or whatever would change it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]
_PLAIN = ("action_type", "channel", "request_hash", "marker", "recipient", "recipient_domain")


def seal(values: Row) -> str:
    """SHA-256 (hex) of an execution's request, exact bytes, marker, recipient and channel."""
    parts = [json.dumps(values["request"], sort_keys=True, separators=(",", ":"))]
    parts += [str(values[name] or "") for name in _PLAIN]
    digest = hashlib.sha256()
    for part in (*(text.encode("utf-8", "surrogatepass") for text in parts), bytes(values["wire"])):
        digest.update(len(part).to_bytes(8, "big") + part)  # lengths: no byte moves unseen
    return digest.hexdigest()


def sealed(row: Row) -> bool:
    """Whether an execution is still what it was made as."""
    return bool((row["result"] or {}).get("seal") == seal(row))
