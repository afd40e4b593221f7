"""WebDAV's XML: what a hostile or broken server may send, and what the questions say."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseyos.connectors import dav_xml
from caseyos.connectors.dav_xml import CAL, DAV, BadXml, parse

ANSWER = b"""<?xml version="1.0"?>
<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
 <D:response><D:href>/u/work/a%20b.ics</D:href>
  <D:propstat><D:prop><D:getetag>"1"</D:getetag><C:calendar-data>BEGIN</C:calendar-data></D:prop>
   <D:status>HTTP/1.1 200 OK</D:status></D:propstat>
  <D:propstat><D:prop><D:displayname/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status>
  </D:propstat></D:response>
 <D:response><D:href>https://dav.example/u/work/gone.ics</D:href>
  <D:status>HTTP/1.1 404 Not Found</D:status></D:response>
 <D:response><D:href>/u/work/</D:href><D:status>HTTP/1.1 507 Insufficient</D:status></D:response>
 <D:sync-token>http://x/ns/7</D:sync-token>
</D:multistatus>"""


def test_an_answer_is_read() -> None:
    found = parse(ANSWER)
    assert (found.token, found.truncated) == ("http://x/ns/7", True)
    first, gone, _ = found.items
    assert first.path == "/u/work/a b.ics"
    assert first.text(f"{DAV}getetag") == '"1"'
    assert first.text(f"{CAL}calendar-data") == "BEGIN"
    assert f"{DAV}displayname" not in first.found
    assert (gone.path, gone.status) == ("/u/work/gone.ics", 404)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<D:multistatus xmlns:D="DAV:">&b;</D:multistatus>"""
OUTSIDE = b"""<!DOCTYPE x SYSTEM "file:///etc/passwd"><D:multistatus xmlns:D="DAV:"/>"""


@pytest.mark.parametrize("body", [BOMB, OUTSIDE])
def test_a_document_type_is_refused(body: bytes) -> None:
    with pytest.raises(BadXml, match="document type"):
        parse(body)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"<html></html>", b"\xff\xfe\x00", ANSWER[:-20], b"<a>&undefined;</a>"],
)
def test_what_is_no_multistatus_is_refused(body: bytes) -> None:
    with pytest.raises(BadXml):
        parse(body)


def test_depth_and_size_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadXml, match="too deep"):
        parse(b"<a>" * 100_000)
    monkeypatch.setattr(dav_xml, "MAX_XML", 10)
    with pytest.raises(BadXml, match="too large"):
        parse(ANSWER)


@given(st.binary(max_size=300))
def test_any_bytes_are_an_answer_or_a_sentence(body: bytes) -> None:
    with contextlib.suppress(BadXml):
        parse(body)


def test_a_question_cannot_be_broken_out_of() -> None:
    asked = dav_xml.by_uid('x</C:text-match><evil a="&">')
    assert dav_xml.tree(asked).find(f".//{CAL}text-match").text == 'x</C:text-match><evil a="&">'  # type: ignore[union-attr]
    hrefs = dav_xml.tree(dav_xml.fetch(["/a&b.ics", "/<c>.ics"])).findall(f"{DAV}href")
    assert [one.text for one in hrefs] == ["/a&b.ics", "/<c>.ics"]


def test_times_are_asked_for_in_utc() -> None:
    start = datetime(2026, 3, 8, 1, tzinfo=timezone(timedelta(hours=-5)))
    for ask in (dav_xml.between, dav_xml.busy_between):
        ranged = dav_xml.tree(ask(start, datetime(2026, 3, 9, tzinfo=UTC))).find(
            f".//{CAL}time-range"
        )
        assert ranged is not None
        assert ranged.attrib == {"start": "20260308T060000Z", "end": "20260309T000000Z"}


def test_a_sync_names_its_token() -> None:
    assert dav_xml.tree(dav_xml.changes_since("t1")).findtext(f"{DAV}sync-token") == "t1"
