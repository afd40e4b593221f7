"""A calendar on a real server: found, asked, changed, and what it says has changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from caseyos.connectors.dav_calendar import DavCalendar, open_calendar
from caseyos.connectors.http_client import HttpClient
from caseyos.errors import ConfigError, LoginRequired, TryLater
from tests.servers.http_script import answer, scripted
from tests.servers.radicale import Account

EVENT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20261124T090000Z
DTSTART:{start}
DTEND:{end}
SUMMARY:Plan & next <steps>
END:VEVENT
END:VCALENDAR"""


def event(uid: str, start: str = "20261201T140000Z", end: str = "20261201T150000Z") -> str:
    return EVENT.format(uid=uid, start=start, end=end)


def wire(uid: str) -> bytes:
    return event(uid).replace("\n", "\r\n").encode() + b"\r\n"


@pytest.fixture
def http(account: Account) -> Iterator[HttpClient]:
    with HttpClient(account.url, account.name, account.password) as client:
        yield client


@pytest.fixture
def calendar(http: HttpClient) -> DavCalendar:
    return open_calendar(http)


@pytest.mark.parametrize("where", ["work/", "work", "", "../"])
@pytest.mark.parametrize("name", ["", "Work", "work"])
def test_a_calendar_is_found_from_any_address_of_the_user(
    account: Account, where: str, name: str
) -> None:
    url = account.server.url if where == "../" else f"{account.server.url}{account.name}/{where}"
    with HttpClient(url, account.name, account.password) as http:
        assert open_calendar(http, name).path == f"/{account.name}/work/"


def test_a_calendar_that_is_not_there_is_named(account: Account) -> None:
    with HttpClient(account.server.url, account.name, account.password) as http:
        with pytest.raises(ConfigError, match=r"no calendar 'Home'.*there are Work"):
            open_calendar(http, "Home")


def test_a_wrong_password_is_a_login(account: Account) -> None:
    with HttpClient(account.url, account.name, "wrong") as http:
        with pytest.raises(LoginRequired, match="401"):
            open_calendar(http)


def test_an_event_is_written_once(calendar: DavCalendar) -> None:
    path = calendar.path_for("a b")
    assert calendar.get(path) is None
    assert calendar.create(path, wire("one")).status == 201
    assert calendar.create(path, wire("one")).status == 412
    stored = calendar.get(path)
    assert stored is not None
    assert b"UID:one" in stored.data
    found = calendar.by_uid("one")
    assert found is not None
    assert (found.path, found.etag) == (path, stored.etag)
    assert calendar.by_uid("on") is None


def test_only_the_known_version_is_changed_or_removed(
    calendar: DavCalendar, account: Account
) -> None:
    path = calendar.path_for("one")
    calendar.create(path, wire("one"))
    old = calendar.get(path)
    assert old is not None
    assert old.etag is not None
    account.put("one", event("one", end="20261201T160000Z"))
    assert calendar.replace(path, wire("one"), old.etag).status == 412
    assert calendar.delete(path, old.etag).status == 412
    new = calendar.get(path)
    assert new is not None
    assert new.etag is not None
    assert calendar.replace(path, wire("one"), new.etag).status in (201, 204)
    last = calendar.get(path)
    assert last is not None
    assert last.etag is not None
    assert calendar.delete(path, last.etag).status in (200, 204)
    assert calendar.delete(path, last.etag).status in (404, 412)


def test_a_delta_says_what_changed(calendar: DavCalendar, account: Account) -> None:
    for name in ("kept", "changed", "gone"):
        account.put(name, event(name))
    token = calendar.token()
    assert token is not None
    account.put("changed", event("changed", end="20261201T160000Z"))
    account.put("new", event("new"))
    account.delete("gone")
    delta = calendar.changes(token)
    assert delta is not None
    assert set(delta.present) == {calendar.path_for("changed"), calendar.path_for("new")}
    assert delta.gone == (calendar.path_for("gone"),)
    assert delta.token is not None
    nothing = calendar.changes(delta.token)
    assert nothing is not None
    assert (nothing.present, nothing.gone) == ((), ())
    everything = calendar.changes("")
    assert everything is not None
    assert len(everything.present) == 3


@pytest.mark.parametrize("token", ["http://radicale.org/ns/sync/" + "0" * 64, "nonsense", "<&>"])
def test_a_token_nobody_knows_is_said(calendar: DavCalendar, token: str) -> None:
    assert calendar.changes(token) is None


def test_events_are_asked_for_by_time_and_fetched(calendar: DavCalendar, account: Account) -> None:
    for number in range(60):
        account.put(f"e{number}", event(f"e{number}"))
    account.put("far", event("far", "20270601T100000Z", "20270601T110000Z"))
    found = calendar.between(datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC))
    assert len(found) == 60
    assert calendar.path_for("far") not in found
    fetched = list(calendar.fetch([*found, calendar.path_for("never")]))
    assert {one.path for one in fetched} == set(found)
    assert all(one.etag and b"SUMMARY:Plan & next <steps>" in one.data for one in fetched)


def test_the_busy_hours_are_told(calendar: DavCalendar, account: Account) -> None:
    account.put("one", event("one"))
    told = calendar.busy(datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC))
    assert told is not None
    assert b"FREEBUSY" in told


MORE = b"""<D:multistatus xmlns:D="DAV:"><D:response><D:href>/c/%s.ics</D:href><D:status>%s</D:status>
</D:response>%s<D:sync-token>%s</D:sync-token></D:multistatus>"""
CUT = b"<D:response><D:href>/c/</D:href><D:status>HTTP/1.1 507 X</D:status></D:response>"


def test_a_truncated_delta_is_asked_for_to_its_end() -> None:
    parts = [
        MORE % (b"a", b"HTTP/1.1 200 OK", CUT, b"2"),
        MORE % (b"a", b"HTTP/1.1 404 Gone", CUT, b"3"),
        MORE % (b"b", b"HTTP/1.1 200 OK", b"", b"4"),
    ]
    with scripted(*[answer("207 X", body=part) for part in parts]) as script:
        with HttpClient(script.url, "u", "p") as http:
            delta = DavCalendar(http, "/c/").changes("1")
    assert delta is not None
    assert (delta.present, delta.gone, delta.token) == (("/c/b.ics",), ("/c/a.ics",), "4")
    assert [
        request.count(b"sync-token>%d<" % n) for n, request in enumerate(script.requests, 1)
    ] == [*(1, 1, 1)]


def test_a_server_that_is_down_is_try_later(account: Account) -> None:
    with scripted() as script:
        url = script.url
    with HttpClient(url, account.name, account.password) as http:
        with pytest.raises(TryLater):
            open_calendar(http)
