"""The program's own log: one JSON object a line, in the state folder, with secrets redacted."""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
from pathlib import Path

_SECRETS: set[str] = set()
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def redact(value: str) -> None:
    """Never write `value` to the log from now on."""
    if len(value) >= 6:
        _SECRETS.add(value)


class JsonLines(logging.Formatter):
    """A record as one line of JSON: time (UTC), level, logger, message, and its extra fields."""

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
        line = json.dumps(entry, default=str)
        for secret in _SECRETS:
            line = line.replace(secret, "[secret]")
        return line


def configure_logging(path: Path, level: str = "INFO") -> None:
    """Send the program's records to `path`, 0600, rotated at 2 MiB; a full disk is survived."""
    logger = logging.getLogger("caseyos")
    logger.setLevel(level)
    logger.propagate = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=2 * 1024 * 1024, backupCount=3, encoding="utf-8"
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(JsonLines())
    logger.handlers[:] = [handler]
