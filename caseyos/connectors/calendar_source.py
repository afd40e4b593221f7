"""The source `calendar:NAME`: what changed in a CalDAV calendar, and what is due of what is kept.

A sync token asks for changes (RFC 6578); where there is none, or the server forgot it, everything
in a bounded stretch of time is read again. A server that is down stops no signal that is due.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from caseyos.config.model import Source as Configured
from caseyos.connectors.busy import busy_spans
from caseyos.connectors.caldav import CalendarAccount
from caseyos.connectors.dav_calendar import DavCalendar, Delta, Stored
from caseyos.connectors.events import Event, NotAnEvent, read_event
from caseyos.connectors.meeting_news import JUST_OVER, Diary
from caseyos.domain.ports.intake import Rejected, Row
from caseyos.domain.ports.source import Batch, Surroundings
from caseyos.errors import CaseyError

AHEAD = timedelta(days=366)  # how far a full reading looks
SERIES_AHEAD = timedelta(days=15)  # how far occurrences of a series are worked out
STALE = timedelta(days=7)  # then they are worked out again
FULL_EVERY = timedelta(days=30)  # what was further off than AHEAD has come nearer
BUSY_AHEAD = timedelta(days=15)
MAX_KEPT_RAW = 64 * 1024  # bytes of what cannot be read


@dataclass(slots=True)
class _Reading:
    """What was asked for, and came."""

    present: dict[str, Event]
    rejected: list[Rejected]
    gone: list[str]
    token: str | None
    full: bool


class CalendarSource:
    """Meetings booked, near, over, moved and cancelled."""

    def __init__(self, _configured: Configured, around: Surroundings) -> None:
        self._around = around

    def batches(self, cursor: Row) -> Generator[Batch, None, None]:
        """One batch of news and what is due; where the server fails, what is due and its error."""
        now = self._around.now()
        diary = Diary(self._around.source, cursor.get("kept") or {})
        account: CalendarAccount = self._around.account()
        try:
            with account.opened() as calendar:
                reading = self._changes(calendar, cursor, diary, now)
                busy = calendar.busy(now - timedelta(days=1), now + BUSY_AHEAD)
        except CaseyError:
            due = diary.due(now)
            if due:
                yield Batch({"kept": diary.plain()}, signals=due, people=_people(diary))
            raise
        news = diary.take(reading.present, reading.gone, now)
        signals = [*news, *diary.due(now)]
        moved: dict[str, Any] = {"kept": diary.plain(), "token": reading.token}
        moved |= {"path": calendar.path, "busy": _plain(busy), "busy_at": now.isoformat()}
        if reading.full:
            moved["full_at"] = now.isoformat()
        if reading.full or _older(cursor, "worked_out_at", now, STALE):
            moved["worked_out_at"] = now.isoformat()
        yield Batch(moved, signals=signals, rejected=reading.rejected, people=_people(diary))

    def _changes(self, calendar: DavCalendar, cursor: Row, diary: Diary, now: datetime) -> _Reading:
        token = cursor.get("token")
        same = cursor.get("path") == calendar.path and not _older(
            cursor, "full_at", now, FULL_EVERY
        )
        delta = calendar.changes(str(token)) if token and same else None
        full = delta is None
        if delta is None:
            delta = self._everything(calendar, diary, now)
        paths = dict.fromkeys(delta.present)
        if not full and _older(cursor, "worked_out_at", now, STALE):
            paths |= dict.fromkeys(diary.series())
        present, rejected = self._read(calendar.fetch(list(paths)), now)
        # What changed and is no event any more is as good as gone.
        unread = {one.place for one in rejected}
        lost = [path for path in paths if path not in present and path not in unread]
        gone = [*delta.gone, *lost]
        return _Reading(present, rejected, gone, delta.token, full)

    @staticmethod
    def _everything(calendar: DavCalendar, diary: Diary, now: datetime) -> Delta:
        """A bounded full reading; its token is asked for first, so that nothing falls between."""
        token = calendar.token()
        present = calendar.between(now - JUST_OVER, now + AHEAD)
        gone = set(diary.paths(now, now + AHEAD)) - set(present)
        return Delta(present, tuple(sorted(gone)), token)

    def _read(
        self, stored: Iterable[Stored], now: datetime
    ) -> tuple[dict[str, Event], list[Rejected]]:
        around = self._around
        present: dict[str, Event] = {}
        rejected: list[Rejected] = []
        for one in stored:
            try:
                event = read_event(
                    one.data,
                    start=now - JUST_OVER,
                    end=now + SERIES_AHEAD,
                    zone=around.zone,
                    me=around.me,
                )
            except NotAnEvent as error:
                name = hashlib.sha256(one.data).hexdigest()
                raw = one.data[:MAX_KEPT_RAW]
                rejected.append(Rejected(f"sha256:{name}", raw, one.path, str(error)))
            else:
                if event is not None:
                    present[one.path] = event
        return present, rejected


def _people(diary: Diary) -> list[Row]:
    return [{"email": one.email, "name": one.name or None} for one in diary.people().values()]


def _older(cursor: Row, name: str, now: datetime, than: timedelta) -> bool:
    """Whether what the cursor says of `name` is older; so is what it does not say."""
    kept = cursor.get(name)
    return kept is None or now - datetime.fromisoformat(str(kept)) > than


def _plain(busy: bytes | None) -> list[list[str]] | None:
    """The busy spans as the cursor keeps them; None where the server cannot say."""
    if busy is None:
        return None
    return [[begins.isoformat(), ends.isoformat()] for begins, ends in busy_spans(busy)]
