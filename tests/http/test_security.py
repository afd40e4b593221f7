"""The gate in front of every route: order of checks, headers of every answer, bounded memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest

import caseyos
from caseyos.domain.reports import Readiness
from caseyos.http.security import BURST, MAX_PEERS, SECURITY_HEADERS, Allowance, allowed_hosts
from caseyos.http.shim import build

HOST = (b"host", b"127.0.0.1:8787")


def ask(
    path: str = "/health",
    method: str = "GET",
    headers: Iterable[tuple[bytes, bytes]] = (HOST,),
    *,
    app: Any = None,
    peer: str = "127.0.0.1",
) -> tuple[int, dict[str, str], bytes]:
    """One request straight into the application; status, headers and body."""
    app = app or build(ready, host="127.0.0.1", port=8787)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": list(headers),
        "client": (peer, 40000),
        "server": ("127.0.0.1", 8787),
    }
    with suppress(ZeroDivisionError):  # the server above logs it; the answer has been given
        asyncio.run(app(scope, receive, send))
    start = sent[0]
    named = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], named, b"".join(m.get("body", b"") for m in sent[1:])


def ready() -> Readiness:
    return Readiness(True, {"database": "ready"})


def broken() -> Readiness:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    "host",
    [b"127.0.0.1:8787", b"localhost:8787", b"LOCALHOST:8787", b"[::1]:8787"],
)
def test_our_own_names_are_served(host: bytes) -> None:
    assert ask(headers=[(b"host", host)])[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"host", b"")],
        [(b"host", b"evil.example")],
        [(b"host", b"127.0.0.1")],
        [(b"host", b"127.0.0.1:80")],
        [(b"host", b"127.0.0.1.evil.example:8787")],
        [(b"host", b"localhost.:8787")],
        [(b"host", b"localhost:8787@evil.example")],
        [HOST, HOST],
        [HOST, (b"host", b"evil.example")],
    ],
)
def test_foreign_hosts_are_421_whatever_else_is_wrong(headers: list[tuple[bytes, bytes]]) -> None:
    for path, method in (("/health", "GET"), ("/ready", "DELETE"), ("/nowhere", "POST")):
        status, _, body = ask(path, method, headers=[*headers, (b"content-length", b"9" * 12)])
        assert (status, json.loads(body)["status"]) == (421, 421)


def test_host_before_method_before_size() -> None:
    huge = (b"content-length", b"2000000")
    status, headers, _ = ask("/health", "POST", [HOST, huge])
    assert (status, headers["allow"]) == (405, "GET")
    assert ask("/health", "GET", [HOST, huge])[0] == 413
    assert ask("/nowhere", "POST", [HOST, huge])[0] == 413
    assert ask("/nowhere", "POST")[0] == 404


@pytest.mark.parametrize("length", [b"1048577", b"-1", b"abc", b"1e3", b"\xb2"])
def test_lengths_over_a_mebibyte_or_no_number_are_413(length: bytes) -> None:
    assert ask("/health", "GET", [HOST, (b"content-length", length)])[0] == 413


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "HEAD"])
@pytest.mark.parametrize("path", ["/health", "/healthz", "/ready"])
def test_probes_take_get_only(path: str, method: str) -> None:
    assert ask(path, method)[0] == 405


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/health", "GET", 200),
        ("/ready", "GET", 200),
        ("/nowhere", "GET", 404),
        ("/docs", "GET", 404),
        ("/openapi.json", "GET", 404),
        ("/health", "POST", 405),
    ],
)
def test_every_answer_carries_the_headers_and_no_cors(path: str, method: str, status: int) -> None:
    got, headers, body = ask(path, method, [HOST, (b"origin", b"https://evil.example")])
    assert got == status
    assert_guarded(headers, body)


def test_a_failing_route_is_500_with_headers_and_without_a_trace() -> None:
    status, headers, body = ask("/ready", app=build(broken, host="127.0.0.1", port=8787))
    assert status == 500
    assert headers["content-type"] == "application/problem+json"
    assert b"ZeroDivision" not in body
    assert_guarded(headers, body)


def assert_guarded(headers: dict[str, str], body: bytes) -> None:
    for name, value in SECURITY_HEADERS:
        assert headers[name.decode()] == value.decode()
    assert not [name for name in headers if name.startswith("access-control")]
    assert "server" not in headers
    assert caseyos.__version__.encode() not in body


def test_a_peer_that_asks_too_much_is_429_until_time_has_passed() -> None:
    now = [0.0]
    allowance = Allowance(clock=lambda: now[0])
    granted = sum(allowance.spend("127.0.0.1") for _ in range(1000))
    assert granted == BURST
    assert allowance.spend("127.0.0.2")
    now[0] = 0.1
    assert sum(allowance.spend("127.0.0.1") for _ in range(1000)) == 5


def test_the_gate_answers_429_with_retry_after() -> None:
    app = build(ready, host="127.0.0.1", port=8787)
    answers = [ask(app=app) for _ in range(int(BURST) + 20)]
    refused = [headers for status, headers, _ in answers if status == 429]
    assert refused
    assert refused[0]["retry-after"] == "1"
    assert ask(app=app, peer="127.0.0.9")[0] == 200


def test_the_memory_of_peers_is_bounded() -> None:
    allowance = Allowance(clock=lambda: 0.0)
    for number in range(MAX_PEERS * 3):
        allowance.spend(f"10.0.{number // 256}.{number % 256}")
    assert len(allowance._peers) == MAX_PEERS


def test_names_of_a_listener() -> None:
    assert allowed_hosts("::1", 8787) == allowed_hosts("127.0.0.1", 8787)
    assert b"localhost" in allowed_hosts("127.0.0.1", 80)
    assert b"localhost" not in allowed_hosts("127.0.0.1", 8787)
