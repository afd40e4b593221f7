"""Meetings in a CalDAV calendar: one PUT of a UID of our own, found by it, taken back by its ETag.

Nobody is invited by it: the server is told to leave that to us (RFC 6638, 7.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from caseyos.connectors.dav_calendar import DavCalendar, Stored, open_calendar
from caseyos.connectors.http_client import HttpClient, Waits, authorities
from caseyos.connectors.meeting import (
    OUR_PROPERTY,
    build_meeting,
    fingerprint,
    invited,
    times,
    uid_of,
    value_of,
)
from caseyos.domain.model import Effect, Payload, Reversibility
from caseyos.domain.ports.channel import NotDone, Receipt, Uncertain
from caseyos.domain.text import safe_line
from caseyos.errors import CaseyError, TryLater

CHANGED = "The meeting was changed in your calendar since, so it is left alone."


@dataclass(frozen=True, slots=True)
class CalendarAccount:
    """Where a calendar is and how to log in; the password is asked for when it is needed."""

    name: str  # as configured: "work"
    url: str
    user: str
    password: Callable[[], str]
    calendar: str = ""  # its display name, where the address is not the calendar's own
    ca_file: Path | None = None  # an authority of one's own
    timeout: float = 30.0  # seconds, of every step

    @contextmanager
    def opened(self) -> Iterator[DavCalendar]:
        """The calendar over a connection of its own; CaseyError where it cannot be reached."""
        step = self.timeout
        waits = Waits(connect=step, write=step, read=step, body=2 * step)
        trust = authorities(self.ca_file)
        with HttpClient(self.url, self.user, self.password(), trust=trust, waits=waits) as http:
            yield open_calendar(http, self.calendar)


class CalDavMeetings:
    """The channel `calendar:NAME`."""

    outside = True
    reversibility = Reversibility.REVERSIBLE.value

    def __init__(self, account: CalendarAccount) -> None:
        self._account = account
        self.name = f"calendar:{account.name}"

    def build(self, payload: Payload, *, marker: str, execution_id: UUID, at: datetime) -> bytes:
        """The event as it is PUT, in UTC."""
        return build_meeting(
            payload, marker=marker, execution_id=execution_id, at=at, ours_to_invite=True
        )

    def effects(self, payload: Payload) -> tuple[Effect, ...]:
        """One event; inviting is a mail of its own."""
        verb = "move" if payload.fields.get("uid") else "put"
        where = f"your calendar {safe_line(self._account.name, 40)}"
        return (
            Effect("calendar", f"{verb} 1 meeting in {where} (it invites nobody)", "yes"),
            Effect("caseyos", "mark done", "yes"),
        )

    def check(self, payload: Payload) -> None:
        """A start, a length, and people who have addresses."""
        times(payload)
        invited(payload)

    def prepare(self, payload: Payload, wire: bytes, marker: str) -> _Ready:
        """Log in, find the calendar, and for a move the version that is to be replaced."""
        self.check(payload)
        ready = _Ready(self._account, wire, marker)
        try:
            ready.connect(int(payload.fields.get("sequence") or 0))
        except BaseException:
            ready.__exit__()
            raise
        return ready

    def find(self, marker: str) -> Receipt | None:
        """The event of this marker, wherever the server keeps it."""
        with _asking(self._account) as calendar:
            found = _ours(calendar, marker)
        return None if found is None else _receipt(found, marker, None)

    def undo(self, instructions: Mapping[str, Any]) -> str:
        """Remove the event, or put the earlier version back, unless somebody changed it since."""
        with _asking(self._account) as calendar:
            path = str(instructions["path"])
            stored = calendar.get(path)
            before = instructions.get("before")
            if stored is None and before is None:
                return "It was gone already."
            if stored is None or stored.etag is None or not _same(stored, instructions):
                raise NotDone(CHANGED)
            if before is None:
                status = calendar.delete(path, stored.etag).status
            else:
                status = calendar.replace(path, str(before).encode(), stored.etag).status
            if status == 412 or (status in (404, 410) and before is not None):
                raise NotDone(CHANGED)
        return "Removed the meeting." if before is None else "Moved the meeting back."


class _Ready:
    """A calendar logged in to, and the version that a move replaces; nothing has happened yet."""

    def __init__(self, account: CalendarAccount, wire: bytes, marker: str) -> None:
        self.refused: tuple[str, ...] = ()
        self._account, self._wire, self._marker = account, wire, marker
        self._opened = account.opened()
        self._calendar: DavCalendar | None = None
        self._replaced: Stored | None = None

    def connect(self, sequence: int) -> None:
        """Everything that can fail without an effect."""
        try:
            self._calendar = self._opened.__enter__()
            if "#" in self._marker and _ours(self._calendar, self._marker) is None:
                self._replaced = _to_replace(self._calendar, uid_of(self._marker), sequence)
        except CaseyError as error:
            raise NotDone(error.message, temporary=isinstance(error, TryLater)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._calendar is not None:
            self._calendar = None
            self._opened.__exit__(None, None, None)

    def perform(self) -> Receipt:
        """The PUT: of a new name only if nothing is there, of a move only over the version seen."""
        calendar, old = self._calendar, self._replaced
        if calendar is None:
            raise NotDone("The calendar is not open.")
        if old is None:
            path = calendar.path_for(_file_name(self._marker))
            answer = calendar.create(path, self._wire)
        else:
            path = old.path
            answer = calendar.replace(path, self._wire, str(old.etag))
        if answer.status == 412:
            # An earlier try of this very marker may have got this far.
            found = _looked_up(calendar, self._marker)
            if found is not None:
                return _receipt(found, self._marker, old)
            raise NotDone(CHANGED if old else "Another meeting has that name in your calendar.")
        if answer.status in (404, 410):
            raise NotDone("The calendar is gone from its server.")
        return _receipt(Stored(path, answer.etag, self._wire), self._marker, old)


def _to_replace(calendar: DavCalendar, uid: str, sequence: int) -> Stored:
    """The present version of one of our meetings, older than the one that is to replace it."""
    found = calendar.get(calendar.path_for(_file_name(uid))) or calendar.by_uid(uid)
    if found is None or found.etag is None:
        raise NotDone("The meeting is not in your calendar any more.")
    if value_of(found.data, OUR_PROPERTY) is None:
        raise NotDone("That meeting is not one of ours, so it is left alone.")
    present = value_of(found.data, "SEQUENCE") or "0"
    if not present.isdecimal() or int(present) >= sequence:
        raise NotDone(CHANGED)
    return found


def _ours(calendar: DavCalendar, marker: str) -> Stored | None:
    """The event that an execution with this marker wrote, if it is there."""
    uid = uid_of(marker)
    found = calendar.get(calendar.path_for(_file_name(uid))) or calendar.by_uid(uid)
    if found is None or value_of(found.data, "UID") != uid:
        return None
    execution = (value_of(found.data, OUR_PROPERTY) or "").replace("-", "")
    return found if execution == _execution_of(marker) else None


def _looked_up(calendar: DavCalendar, marker: str) -> Stored | None:
    """What a 412 hides; Uncertain where nobody can say."""
    try:
        return _ours(calendar, marker)
    except CaseyError as error:
        raise Uncertain(error.message) from error


def _execution_of(marker: str) -> str:
    uid, _, change = marker.partition("#")
    return change or uid.partition("@")[0]


def _receipt(found: Stored, marker: str, before: Stored | None) -> Receipt:
    print_of = fingerprint(found.data)
    undo = {
        "kind": "restore_meeting" if before else "remove_meeting",
        "path": found.path,
        "etag": found.etag,
        "fingerprint": print_of,
        "uid": uid_of(marker),
    }
    if before is not None:
        undo["before"] = before.data.decode("utf-8", "replace")
    return Receipt(uid_of(marker), print_of, undo)


def _same(stored: Stored, instructions: Mapping[str, Any]) -> bool:
    """Whether the server still has what was written: by its ETag, else by what the event says."""
    if instructions.get("etag"):
        return stored.etag == str(instructions["etag"])
    return fingerprint(stored.data) == str(instructions["fingerprint"])


def _file_name(marker: str) -> str:
    return uid_of(marker).partition("@")[0]


@contextmanager
def _asking(account: CalendarAccount) -> Iterator[DavCalendar]:
    """The calendar, for what has no dispatch mark of its own: any failure is "not now"."""
    try:
        with account.opened() as calendar:
            yield calendar
    except CaseyError as error:
        raise NotDone(error.message, temporary=isinstance(error, TryLater)) from error
    except Uncertain as doubt:
        # Asking once more is harmless: what is gone stays gone, what was changed is refused.
        raise NotDone(f"{doubt} Ask once more.", temporary=True) from doubt
