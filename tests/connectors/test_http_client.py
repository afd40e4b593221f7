"""The transport: every way a request can go wrong, classed as RELIABILITY's table says."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest
import trustme

from caseyos.connectors import http_client
from caseyos.connectors.http_client import HttpClient, Unwilling, Waits, authorities
from caseyos.domain.ports.channel import NotDone, Uncertain
from caseyos.errors import ConfigError, LoginRequired, TryLater
from tests.servers.http_script import HANG, RESET, answer, scripted

QUICK = Waits(connect=5, write=0.3, read=0.3, body=0.6)
PUT = {"If-None-Match": "*"}

UNSURE = ["408 X", "409 X", "425 X", "500 X", "502 X", "503 X", "504 X", "599 X"]
NO = ["400 X", "401 X", "403 X", "405 X", "415 X", "422 X", "501 X", "507 X", "302 Found"]


def client(url: str) -> HttpClient:
    return HttpClient(url, "casey", "secret", waits=QUICK)


@pytest.mark.parametrize("status", UNSURE)
def test_an_answer_that_proves_nothing_is_uncertain(status: str) -> None:
    with scripted(answer(status)) as script, client(script.url) as http:
        with pytest.raises(Uncertain, match="nobody can say"):
            http.change("PUT", "x.ics", headers=PUT, body=b"x")


@pytest.mark.parametrize("status", NO)
def test_a_definite_no_is_final(status: str) -> None:
    with scripted(answer(status, "Location: /elsewhere")) as script, client(script.url) as http:
        with pytest.raises(NotDone) as refused:
            http.change("PUT", "x.ics", body=b"x")
        assert not refused.value.temporary
        assert len(script.requests) == 1  # a change is never sent on


@pytest.mark.parametrize(
    "reply", [answer("429 X"), answer("429 X", "Retry-After: 9"), answer("503 X", "Retry-After: 9")]
)
def test_come_again_later_is_a_temporary_no(reply: bytes) -> None:
    with scripted(reply) as script, client(script.url) as http:
        with pytest.raises(NotDone) as refused:
            http.change("PUT", "x.ics", body=b"x")
        assert refused.value.temporary


@pytest.mark.parametrize("status", ["201 Created", "204 No Content", "404 X", "410 X", "412 X"])
def test_what_the_channel_must_read_is_an_answer(status: str) -> None:
    reply = answer(status, 'ETag: "7"')
    with scripted(reply) as script, client(script.url) as http:
        got = http.change("PUT", "x.ics", headers=PUT, body=b"BEGIN")
        assert (got.status, got.etag) == (int(status[:3]), '"7"')
        assert b"if-none-match: *" in script.requests[0].lower()
        assert script.requests[0].endswith(b"\r\n\r\nBEGIN")


def test_nobody_there_is_not_sent_and_tried_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with client(url) as http:
            with pytest.raises(NotDone, match="cannot be reached") as refused:
                http.change("PUT", "x.ics", body=b"x")
            assert refused.value.temporary
            with pytest.raises(TryLater, match="cannot be asked"):
                http.read("GET", "x.ics")


@pytest.mark.parametrize(
    "reply", [HANG, RESET, b"", b"HTTP/1.1 201 Crea", b"nonsense\r\n\r\n", answer("200 X")[:-2]]
)
def test_silence_after_the_request_is_uncertain(reply: bytes) -> None:
    with scripted(reply) as script, client(script.url) as http:
        with pytest.raises(Uncertain, match="did not answer"):
            http.change("PUT", "x.ics", body=b"x")


def test_an_answer_cut_short_is_uncertain() -> None:
    cut = answer("201 Created", body=b"x" * 100)[:-50]
    with scripted(cut) as script, client(script.url) as http:
        with pytest.raises(Uncertain):
            http.change("PUT", "x.ics", body=b"x")


def test_an_answer_without_end_is_not_read_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "MAX_ANSWER", 1000)
    with scripted(answer("207 X", body=b"x" * 2000)) as script, client(script.url) as http:
        with pytest.raises(TryLater, match="an answer over"):
            http.read("REPORT", "")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("401 X", LoginRequired),
        ("403 X", Unwilling),
        ("429 X", TryLater),
        ("500 X", TryLater),
        ("400 X", Unwilling),
        ("409 X", Unwilling),
    ],
)
def test_a_question_refused_is_a_sentence(status: str, error: type[Exception]) -> None:
    with scripted(answer(status, "Retry-After: 7")) as script, client(script.url) as http:
        with pytest.raises(error, match=f"answered {status[:3]}") as told:
            http.read("PROPFIND", "")
    if isinstance(told.value, TryLater):
        assert told.value.retry_after == 7


def test_a_question_is_sent_on_within_the_server_only() -> None:
    replies = answer("301 X", "Location: /cal/"), answer("207 X", body=b"there")
    with scripted(*replies) as script, client(script.url) as http:
        assert http.read("PROPFIND", "").body == b"there"
        assert script.requests[1].startswith(b"PROPFIND /cal/ ")
    with scripted(answer("301 X", "Location: http://elsewhere.example/")) as script:
        with client(script.url) as http, pytest.raises(ConfigError, match="sends us on to"):
            http.read("PROPFIND", "")


def test_a_loop_of_redirects_ends() -> None:
    with scripted(*[answer("302 X", "Location: /x")] * 9) as script, client(script.url) as http:
        with pytest.raises(Unwilling, match="302"):
            http.read("PROPFIND", "")
        assert len(script.requests) == 4


@pytest.mark.parametrize(
    "url", ["http://dav.example/", "ftp://127.0.0.1/", "dav.example", "https://", ""]
)
def test_a_password_goes_over_tls_or_stays_here(url: str) -> None:
    with pytest.raises(ConfigError, match="https"):
        HttpClient(url, "casey", "secret")


def test_tls_is_checked() -> None:
    authority = trustme.CA()
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(serving)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    with scripted(answer("200 X", body=b"ok"), trust=serving) as script:
        with HttpClient(script.url, "casey", "secret", trust=trusted) as http:
            assert http.read("GET", "").body == b"ok"
    with scripted(answer("200 X"), trust=serving) as script, client(script.url) as http:
        with pytest.raises(NotDone, match="not trusted") as refused:
            http.change("PUT", "x.ics", body=b"x")
        assert not refused.value.temporary
        assert script.requests == []


def test_an_authority_of_ones_own(tmp_path: Path) -> None:
    authority = trustme.CA()
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(serving)
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(file)
    with scripted(answer("200 X", body=b"ok"), trust=serving) as script:
        with HttpClient(script.url, "casey", "secret", trust=authorities(file)) as http:
            assert http.read("GET", "").body == b"ok"
    file.write_text("no certificate")
    for path in (file, tmp_path / "none.pem"):
        with pytest.raises(ConfigError, match="holds no certificate"):
            authorities(path)


def test_a_proxy_of_the_environment_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(answer("200 X")) as proxy, scripted(answer("200 X")) as script:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        with client(script.url) as http:
            http.read("GET", "")
        assert proxy.requests == []
