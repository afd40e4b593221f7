"""The program's own log: one JSON object a line, in the state folder, with secrets redacted."""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any

SHORTEST_SECRET = 6  # characters; anything shorter would blot out ordinary words
LINES_AT_ONCE = 500
MANY = 50  # records of one moment from which they are written as lines
_SECRETS: set[str] = set()
_WRITTEN: set[str] = set()  # the same as they look inside a line of JSON
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def redact(value: str) -> None:
    """Never write `value` to the log from now on, nor any line of it."""
    for line in (value, *value.splitlines()):
        if len(line) >= SHORTEST_SECRET:
            forms = (line, repr(line)[1:-1], json.dumps(line)[1:-1])
            _SECRETS.update(forms)
            _WRITTEN.update(json.dumps(form)[1:-1] for form in forms)


class JsonLines(logging.Formatter):
    """A record as one line of JSON: time (UTC), level, logger, message, and its extra fields."""

    _last: tuple[int, str] = (-1, "")

    def format(self, record: logging.LogRecord) -> str:
        """The line, with every known secret replaced."""
        entry = self._entry(record.created, record.levelname, record.name, record.getMessage())
        entry |= {k: v for k, v in vars(record).items() if k not in _STANDARD}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return self._line(entry)

    def many(self, name: str, told: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
        """The lines of many records at once: a message each, and its fields."""
        now = time.time()
        return [
            self._line(self._entry(now, "INFO", name, one) | dict(fields)) for one, fields in told
        ]

    def _entry(self, moment: float, level: str, name: str, message: str) -> dict[str, Any]:
        at = f"{self._second(int(moment))}.{int(moment % 1 * 1000):03d}"
        return {"at": at, "level": level.lower(), "logger": name, "message": message}

    @staticmethod
    def _line(entry: Mapping[str, Any]) -> str:
        try:
            line = json.dumps(entry)
        except (TypeError, ValueError):
            return json.dumps(_without_secrets(entry))
        hidden = any(written in line for written in _WRITTEN)
        return json.dumps(_without_secrets(entry)) if hidden else line

    def _second(self, moment: int) -> str:
        last = self._last
        if last[0] != moment:
            told = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
            self._last = last = (moment, told)
        return last[1]


class PrivateFile(logging.handlers.RotatingFileHandler):
    """A log file for its owner alone, whose disk may be full: a line is lost, nobody disturbed."""

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(handle, "a", encoding=self.encoding)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, which is formatted once."""
        try:
            self._write(self.format(record) + "\n")
        except RecursionError:
            raise
        except Exception:  # noqa: BLE001 - a log that fails disturbs nobody
            self.handleError(record)

    def write_lines(self, lines: Sequence[str]) -> None:
        """Write lines that are formatted already, a part of the file at a time."""
        self.acquire()
        try:
            for first in range(0, len(lines), LINES_AT_ONCE):
                with suppress(OSError, ValueError):
                    self._write("\n".join([*lines[first : first + LINES_AT_ONCE], ""]))
        finally:
            self.release()

    def _write(self, text: str) -> None:
        if self.stream is None:
            self.stream = self._open()
        if os.fstat(self.stream.fileno()).st_size + len(text) > self.maxBytes:
            self.doRollover()
        self.stream.write(text)
        self.stream.flush()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say nothing: standard error is the person's, not the log's."""


def told(logger: logging.Logger, records: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """`logger.info` for records of one moment: a message each, and its fields.

    Many of them are written to our own file as lines, and no record is made for each.
    """
    if not logger.isEnabledFor(logging.INFO):
        return
    handlers = logging.getLogger("caseyos").handlers
    if len(records) >= MANY and all(isinstance(one, PrivateFile) for one in handlers):
        for handler in handlers:
            if isinstance(handler, PrivateFile) and isinstance(handler.formatter, JsonLines):
                handler.write_lines(handler.formatter.many(logger.name, records))
        return
    for message, fields in records:
        logger.info(message, extra=fields)


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
