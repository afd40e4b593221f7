"""Everything on standard output: tables drawn by hand, JSON with a versioned schema, plain lines.

Every text that may come from outside passes `safe_text` here, at the sink.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from caseyos.cli.drawing import to_ascii
from caseyos.cli.flags import Flags, aimed
from caseyos.domain.text import safe_line, safe_text
from caseyos.errors import UsageError

Row = Mapping[str, Any]


class Output:
    """The one writer of data; `note` is for stderr and silent with --quiet."""

    def __init__(self, flags: Flags) -> None:
        self.flags = flags
        self.color = flags.color == "always" or (flags.color == "auto" and sys.stdout.isatty())
        self.warnings: list[str] = []

    def emit(
        self,
        schema: str,
        data: Any,
        *,
        human: Callable[[], Iterable[str]],
        plain: Callable[[], Iterable[Sequence[Any]]] | None = None,
        mode: str = "safe",
    ) -> None:
        """Print `data` the way the person asked: JSON, tab-separated, or for people."""
        if self.flags.output == "json":
            self._json(schema, data, mode)
        elif self.flags.output == "plain" and plain is not None:
            for row in plain():
                self.line("\t".join(_cell(value) for value in row))
        else:
            for line in human():
                self.line(line)

    def line(self, text: str = "") -> None:
        """One line of output; its controls are made visible unless they are our own colours."""
        told = aimed(text, self.flags) if text.startswith(("Undo: ", "Next: ")) else text
        sys.stdout.write(f"{self._fit(told)}\n")

    def note(self, text: str) -> None:
        """Narration, on stderr."""
        if not self.flags.quiet:
            sys.stderr.write(f"{self._fit(safe_text(text))}\n")

    def ask(self, question: str) -> None:
        """A question, on stderr, with the cursor left behind it."""
        sys.stderr.write(safe_text(question))
        sys.stderr.flush()

    def warn(self, text: str) -> None:
        """A warning: on stderr for people, in the envelope for programs."""
        self.warnings.append(text)
        if self.flags.output != "json":
            self.note(f"warning: {text}")

    def bold(self, text: str) -> str:
        """Weight, where colour is wanted."""
        return f"\x1b[1m{text}\x1b[0m" if self.color else text

    def _fit(self, text: str) -> str:
        return to_ascii(text) if self.flags.ascii else text

    def _json(self, schema: str, data: Any, mode: str) -> None:
        wanted = self.flags.fields
        if wanted == ("?",):
            first = data[0] if isinstance(data, list) and data else data
            for name in first if isinstance(first, Mapping) else ():
                self.line(str(name))
            return
        if wanted:
            data = _narrow(data, wanted)
        envelope = {
            "schema": f"caseyos.{schema}/1",
            "generated_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "mode": mode,
            "data": data,
            "warnings": self.warnings,
        }
        sys.stdout.write(json.dumps(envelope, default=jsonable, ensure_ascii=True) + "\n")


def jsonable(value: Any) -> Any:
    """A value as JSON: times in ISO 8601 UTC, amounts as numbers, ids as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date | Decimal | Enum | UUID):
        return str(jsonable(value))
    return safe_line(value)


def _narrow(data: Any, fields: Sequence[str]) -> Any:
    if isinstance(data, list):
        return [_narrow(one, fields) for one in data]
    if isinstance(data, Mapping):
        unknown = [name for name in fields if name not in data]
        if unknown:
            raise UsageError(
                f"There is no field {unknown[0]!r}.", hint="name the fields with --json=?"
            )
        return {name: data[name] for name in fields}
    return data
