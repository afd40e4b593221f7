"""The program's own log: one JSON object a line, in the state folder, with secrets redacted."""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import time
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Any

SHORTEST_SECRET = 6  # characters; anything shorter would blot out ordinary words
_SECRETS: set[str] = set()
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def redact(value: str) -> None:
    """Never write `value` to the log from now on, nor any line of it."""
    for line in (value, *value.splitlines()):
        if len(line) >= SHORTEST_SECRET:
            _SECRETS.update((line, repr(line)[1:-1], json.dumps(line)[1:-1]))


class JsonLines(logging.Formatter):
    """A record as one line of JSON: time (UTC), level, logger, message, and its extra fields."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """The line, with every known secret replaced."""
        entry: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {k: v for k, v in vars(record).items() if k not in _STANDARD}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(_without_secrets(entry))


class PrivateFile(logging.handlers.RotatingFileHandler):
    """A log file for its owner alone, whose disk may be full: a line is lost, nobody disturbed."""

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(handle, "a", encoding=self.encoding)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say nothing: standard error is the person's, not the log's."""


def _without_secrets(value: Any) -> Any:
    """A value as plain JSON, each known secret replaced wherever it stands in a text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {_without_secrets(str(k)): _without_secrets(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_without_secrets(one) for one in value]
    text = str(value)
    for secret in sorted(_SECRETS, key=len, reverse=True):  # one may hold another
        text = text.replace(secret, "[secret]")
    return text


def configure_logging(path: Path, level: str = "INFO") -> None:
    """Send the program's records to `path`, 0600, rotated at 2 MiB; a full disk is survived."""
    logger = logging.getLogger("caseyos")
    logger.setLevel(level)
    logger.propagate = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler: logging.Handler = PrivateFile(
            path, maxBytes=2 * 1024 * 1024, backupCount=3, encoding="utf-8"
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(JsonLines())
    logger.handlers[:] = [handler]
