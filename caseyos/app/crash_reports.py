"""Crash reports to the person's own Sentry: off until asked for, and an allow-list even then.

What leaves is the shape of an error: types, modules, functions, lines, and names and ids of our
events. No message, no value, no path, no name of a computer. Sentry is imported when one is sent.
"""

from __future__ import annotations

import logging
import re
import time
import warnings
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from caseyos.log import redact

if TYPE_CHECKING:
    from sentry_sdk.types import Event

    from caseyos.config import Config

log = logging.getLogger(__name__)

REMEMBERED = 30  # events that lead up to an error
AGAIN_AFTER = 3600.0  # seconds until the same failure of a job is worth a second report
PATIENCE = 3.0  # seconds for sending
_WORD = re.compile(r"[A-Za-z_][\w.<>]{0,119}\Z", re.ASCII)
_ID = re.compile(r"[0-9a-f-]{4,36}\Z")
_trail: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)


class MarkedError(Exception):
    """Raised by `ops test-error`, so that everybody can tell it from a real one."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a report: its event id where it was handed over, else why not."""

    event_id: str | None = None
    why_not: str | None = None
    off: bool = False


def why_off(config: Config) -> str | None:
    """Why nothing is sent; None where reports are on."""
    told = config.settings.telemetry
    if told.crash_reports != "on":
        return 'telemetry.crash_reports is "off"'
    if not told.sentry_dsn:
        return "there is no DSN (telemetry.sentry_dsn or SENTRY_DSN)"
    return None


def follow(config: Config) -> None:
    """From now on remember our events, and report what the daemon's jobs did not foresee."""
    if config.settings.telemetry.sentry_dsn:
        _hide(config.settings.telemetry.sentry_dsn)
    if why_off(config) is not None:
        return
    _only(logging.getLogger("caseyos.events"), _Trail())
    _only(logging.getLogger("caseyos.daemon"), _Failures(config))


def send(config: Config, error: BaseException, report_id: str | None = None) -> Sent:
    """Report an error, if reports are on. Never raises: it is called when all else has failed."""
    off = why_off(config)
    if off is not None:
        return Sent(why_not=off, off=True)
    _hide(config.settings.telemetry.sentry_dsn)
    try:
        return _send(config, error, report_id)
    except Exception as failure:  # noqa: BLE001 - a report that fails must not hide the error
        log.warning("a crash report could not be made: %s", type(failure).__name__)
        return Sent(why_not=f"it could not be made ({type(failure).__name__}); is the DSN right?")


def allowed(event: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a report that may leave; everything else is dropped, whatever it is."""
    kept = {
        key: event[key]
        for key in ("event_id", "timestamp", "platform", "level", "release", "environment")
        if event.get(key)
    }
    values = (event.get("exception") or {}).get("values") or ()
    kept["exception"] = {"values": [_exception(one) for one in values]}
    tags = event.get("tags") or {}
    kept["tags"] = {key: tags[key] for key in ("report_id",) if _is(_ID, tags.get(key))}
    crumbs = event.get("breadcrumbs") or {}
    kept["breadcrumbs"] = {"values": [_crumb(one) for one in crumbs.get("values") or ()]}
    return kept


def _send(config: Config, error: BaseException, report_id: str | None) -> Sent:
    import sentry_sdk
    from sentry_sdk.transport import HttpTransport
    from sentry_sdk.utils import event_from_exception

    from caseyos import __version__

    lost: list[str] = []

    class Watched(HttpTransport):
        def record_lost_event(self, reason: str, *_more: Any, **_named: Any) -> None:
            lost.append(reason)

    with warnings.catch_warnings():
        # The library has a newer word for `send_default_pii`; this one works in all of version 2.
        warnings.simplefilter("ignore", DeprecationWarning)
        client = sentry_sdk.Client(
            dsn=config.settings.telemetry.sentry_dsn,
            environment=config.settings.telemetry.sentry_environment or "production",
            release=f"caseyos@{__version__}",
            transport=Watched,
            before_send=lambda event, _hint: cast("Event", allowed(event)),
            default_integrations=False,
            auto_enabling_integrations=False,
            auto_session_tracking=False,
            send_client_reports=False,
            send_default_pii=False,
            include_local_variables=False,
            include_source_context=False,
            max_request_body_size="never",
            server_name="",
        )
    event, hint = event_from_exception(error, client_options=client.options)
    event["breadcrumbs"] = {"values": list(_trail)}
    event["tags"] = {"report_id": report_id or ""}
    event_id = client.capture_event(event, hint)
    client.close(timeout=PATIENCE)
    if lost or event_id is None:
        return Sent(why_not="it could not be delivered")
    return Sent(event_id=event_id)


def _exception(one: Mapping[str, Any]) -> dict[str, Any]:
    frames = (one.get("stacktrace") or {}).get("frames") or ()
    named = {key: one[key] for key in ("type", "module") if _is(_WORD, one.get(key))}
    return named | {"stacktrace": {"frames": [_frame(frame) for frame in frames]}}


def _frame(frame: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: frame[key] for key in ("module", "function") if _is(_WORD, frame.get(key))}
    if isinstance(frame.get("lineno"), int):
        kept["lineno"] = frame["lineno"]
    kept["in_app"] = str(kept.get("module", "")).startswith("caseyos")
    return kept


def _crumb(one: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {"type": "default", "category": "event"}
    if isinstance(one.get("timestamp"), float):
        kept["timestamp"] = one["timestamp"]
    if _is(_WORD, one.get("message")):
        kept["message"] = one["message"]
    item = (one.get("data") or {}).get("item_id")
    if _is(_ID, item):
        kept["data"] = {"item_id": item}
    return kept


def _is(shape: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and shape.match(value) is not None


def _hide(dsn: str) -> None:
    redact(dsn)
    redact(dsn.partition("//")[2].partition("@")[0])


def _only(logger: logging.Logger, handler: logging.Handler) -> None:
    """Our one handler of this logger, in the place of an earlier one of its kind."""
    for old in [one for one in logger.handlers if type(one) is type(handler)]:
        logger.removeHandler(old)
    logger.addHandler(handler)


class _Trail(logging.Handler):
    """Remembers names and ids of events."""

    def emit(self, record: logging.LogRecord) -> None:
        item = getattr(record, "item_id", None)
        crumb = {"timestamp": record.created, "message": record.msg, "data": {"item_id": item}}
        _trail.append(_crumb(crumb))


class _Failures(logging.Handler):
    """Reports what the daemon logs with its traceback, each kind once an hour."""

    def __init__(self, config: Config) -> None:
        super().__init__(logging.ERROR)
        self._config = config
        self._last: dict[tuple[str, str], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return
        kind, now = (record.name, type(error).__name__), time.monotonic()
        if now - self._last.get(kind, -AGAIN_AFTER) >= AGAIN_AFTER:
            self._last[kind] = now
            with suppress(Exception):
                send(self._config, error)
