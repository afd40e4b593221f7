"""How tests read what the program prints."""

from __future__ import annotations

import json
from typing import Any

from tests.conftest import Run


def data(run: Run, *arguments: str, **extra: str) -> Any:
    """What a command prints as JSON, which must succeed and keep to the envelope."""
    done = run(*arguments, "--json", **extra)
    assert done.returncode == 0, (arguments, done.stderr)
    envelope = json.loads(done.stdout)
    assert list(envelope) == ["schema", "generated_at", "mode", "data", "warnings"]
    assert envelope["schema"].startswith("caseyos.") and envelope["schema"].endswith("/1")
    return envelope["data"]


def said(run: Run, *arguments: str, code: int = 0, **extra: str) -> str:
    """What a command prints for people on both streams, which must end with `code`."""
    done = run(*arguments, **extra)
    assert done.returncode == code, (arguments, done.stdout, done.stderr)
    assert "\x1b" not in done.stdout + done.stderr
    return done.stdout + done.stderr


def best(run: Run, action: str) -> str:
    """The code of the best pending move of an action type."""
    return str(data(run, "queue", "--kind", action)[0]["id"])
