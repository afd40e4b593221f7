"""The program's own log: one JSON object a line, in the state folder, with secrets redacted."""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any

SHORTEST_SECRET = 6  # characters; anything shorter would blot out ordinary words
LOOK_EVERY = 256 * 1024  # characters after which a long file is noticed
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
        entry: dict[str, object] = {
            "at": f"{self._second(int(record.created))}.{int(record.msecs):03d}",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {k: v for k, v in vars(record).items() if k not in _STANDARD}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
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

    held = False  # while many lines are written, they reach the file together
    _since = 0  # characters since the file's size was looked at

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(handle, "a", encoding=self.encoding)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, which is formatted once; the file is rotated before it grows too long."""
        try:
            line = self.format(record) + "\n"
            self._since += len(line)
            if self._since > LOOK_EVERY or not self.held:
                self._since = len(line)
                self._make_room(len(line))
            if self.stream is None:
                self.stream = self._open()
            self.stream.write(line)
            if not self.held:
                self.stream.flush()
        except RecursionError:
            raise
        except Exception:  # noqa: BLE001 - a log that fails disturbs nobody
            self.handleError(record)

    def _make_room(self, needed: int) -> None:
        if self.stream is not None:
            self.stream.flush()
            if os.fstat(self.stream.fileno()).st_size + needed > self.maxBytes:
                self.doRollover()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say nothing: standard error is the person's, not the log's."""


@contextmanager
def together() -> Iterator[None]:
    """Let the lines of a `with` block reach the file at its end, not each by itself."""
    held = [one for one in logging.getLogger("caseyos").handlers if isinstance(one, PrivateFile)]
    for handler in held:
        handler.held = True
    try:
        yield
    finally:
        for handler in held:
            handler.held = False
            with suppress(OSError, ValueError):
                handler.flush()


def told(logger: logging.Logger, message: str, fields: Mapping[str, Any]) -> None:
    """`logger.info` for many records: nobody asks from which line of code they come."""
    if logger.isEnabledFor(logging.INFO):
        logger.handle(
            logger.makeRecord(logger.name, logging.INFO, "", 0, message, (), None, extra=fields)
        )


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
