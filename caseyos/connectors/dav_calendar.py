"""One calendar on a CalDAV server: found from an address, asked, and changed an event at a time.

Knows the protocol (RFC 4791, 6578); what an event says is read elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from caseyos.connectors import dav_xml
from caseyos.connectors.dav_xml import CAL, DAV, Item
from caseyos.connectors.http_client import Answer, HttpClient, Unwilling
from caseyos.connectors.meeting import unfolded
from caseyos.domain.text import safe_line
from caseyos.errors import ConfigError

XML = {"Content-Type": "application/xml; charset=utf-8"}
EVENT = {"Content-Type": "text/calendar; charset=utf-8"}
FETCHED_AT_ONCE = 50
MAX_ROUNDS = 200  # of a truncated delta

_KIND = f"{CAL}calendar"
_PRINCIPAL = f"{DAV}current-user-principal"
_HOME = f"{CAL}calendar-home-set"
_TYPE, _NAME, _TOKEN = f"{DAV}resourcetype", f"{DAV}displayname", f"{DAV}sync-token"
_COMPONENTS = f"{CAL}supported-calendar-component-set"


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as the server has it."""

    path: str
    etag: str | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed since a token: paths that are there, paths that are gone, the next token."""

    present: tuple[str, ...]
    gone: tuple[str, ...]
    token: str | None


class DavCalendar:
    """A calendar collection over an open connection."""

    def __init__(self, http: HttpClient, path: str) -> None:
        self._http = http
        self.path = path if path.endswith("/") else f"{path}/"

    def path_for(self, name: str) -> str:
        """The path of an event we name ourselves."""
        return f"{self.path}{name}.ics"

    def get(self, path: str) -> Stored | None:
        """One event; None where there is none."""
        answer = self._http.read("GET", quote(path))
        return None if answer.status == 404 else Stored(path, answer.etag, answer.body)

    def by_uid(self, uid: str) -> Stored | None:
        """The event of a UID, wherever it lies in this calendar."""
        for item in self._report(dav_xml.by_uid(uid)):
            data = item.text(f"{CAL}calendar-data")
            # A server matches any part of a UID (RFC 4791, 9.7.5).
            if data and f"UID:{uid}" in unfolded(data.encode()):
                return Stored(item.path, item.text(f"{DAV}getetag"), data.encode())
        return None

    def create(self, path: str, wire: bytes) -> Answer:
        """Write an event that is not there yet; 412 where one is."""
        return self._http.change(
            "PUT", quote(path), headers=EVENT | {"If-None-Match": "*"}, body=wire
        )

    def replace(self, path: str, wire: bytes, etag: str) -> Answer:
        """Write an event over the version of this etag; 412 where it is another by now."""
        return self._http.change("PUT", quote(path), headers=EVENT | {"If-Match": etag}, body=wire)

    def delete(self, path: str, etag: str) -> Answer:
        """Remove the version of this etag; 412 where it is another by now."""
        return self._http.change("DELETE", quote(path), headers={"If-Match": etag})

    def token(self) -> str | None:
        """Where the calendar stands; None on a server without sync tokens."""
        items = _find(self._http, quote(self.path), (_TOKEN,), depth=0)
        return items[0].text(_TOKEN) if items else None

    def changes(self, token: str) -> Delta | None:
        """What changed since a token; None where the server no longer knows it."""
        present: dict[str, None] = {}
        gone: dict[str, None] = {}
        for _ in range(MAX_ROUNDS):
            try:
                answer = self._ask(dav_xml.changes_since(token), depth=0)
            except Unwilling:
                return None  # 403, 409, 412 or a precondition: each server has its own
            found = dav_xml.parse(answer.body)
            for item in found.items:
                if item.path.rstrip("/") == self.path.rstrip("/"):
                    continue
                to, other = (gone, present) if item.status == 404 else (present, gone)
                to[item.path] = None
                other.pop(item.path, None)
            if found.token is None:
                return None
            token = found.token
            if not found.truncated:
                return Delta(tuple(present), tuple(gone), token)
        return None

    def between(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """The paths of the events that touch a time range."""
        return tuple(item.path for item in self._report(dav_xml.between(start, end)))

    def fetch(self, paths: Sequence[str]) -> Iterator[Stored]:
        """The events of these paths; those that are gone are passed over."""
        for start in range(0, len(paths), FETCHED_AT_ONCE):
            some = paths[start : start + FETCHED_AT_ONCE]
            for item in self._report(dav_xml.fetch([quote(path) for path in some])):
                data = item.text(f"{CAL}calendar-data")
                if data and item.status in (None, 200):
                    yield Stored(item.path, item.text(f"{DAV}getetag"), data.encode())

    def busy(self, start: datetime, end: datetime) -> bytes | None:
        """When this calendar is taken, as a VFREEBUSY; None where the server cannot say."""
        try:
            answer = self._ask(dav_xml.busy_between(start, end), depth=1)
        except Unwilling:
            return None
        return answer.body if b"BEGIN:VCALENDAR" in answer.body[:200] else None

    def _report(self, body: bytes) -> tuple[Item, ...]:
        return dav_xml.parse(self._ask(body, depth=1).body).items

    def _ask(self, body: bytes, *, depth: int) -> Answer:
        headers = XML | {"Depth": str(depth)}
        return self._http.read("REPORT", quote(self.path), headers=headers, body=body)


def open_calendar(http: HttpClient, name: str = "") -> DavCalendar:
    """The calendar at the client's address, or the one `name`d among those of its user.

    ConfigError where the address leads to no calendar.
    """
    here = _find(http, http.url, (_TYPE, _PRINCIPAL, _HOME), depth=0)
    if here and _KIND in here[0].kinds():
        return DavCalendar(http, here[0].path)
    if not here:
        here = _find(http, "/.well-known/caldav", (_PRINCIPAL, _HOME), depth=0)
    homes = [path for item in here for path in item.paths(_HOME)]
    for principal in [path for item in here for path in item.paths(_PRINCIPAL)]:
        for item in _find(http, principal, (_HOME,), depth=0):
            homes += item.paths(_HOME)
    found: dict[str, str] = {}
    for home in homes:
        for item in _find(http, home, (_TYPE, _NAME, _COMPONENTS), depth=1):
            if _KIND in item.kinds() and _takes_events(item):
                found.setdefault(item.path, item.text(_NAME) or item.path)
    for path, title in found.items():
        if not name or title.casefold() == name.casefold():
            return DavCalendar(http, path)
    told = ", ".join(safe_line(title, 40) for title in found.values())
    raise ConfigError(
        f"There is no calendar {name!r} at {http.url}; there are {told}."
        if told
        else f"There is no calendar at {http.url}.",
        hint="set the source's url to the calendar itself",
    )


def _takes_events(item: Item) -> bool:
    element = item.found.get(_COMPONENTS)
    return element is None or any(one.get("name") == "VEVENT" for one in element)


def _find(
    http: HttpClient, url: str, names: tuple[str, ...], *, depth: int
) -> tuple[dav_xml.Item, ...]:
    headers = XML | {"Depth": str(depth)}
    try:
        answer = http.read("PROPFIND", url, headers=headers, body=dav_xml.propfind(names))
    except Unwilling:
        return ()
    return dav_xml.parse(answer.body).items if answer.status == 207 else ()
