"""A real listener: starts at once, refuses a taken port, ends cleanly."""

from __future__ import annotations

import http.client
import socket

import pytest

from caseyos.domain.reports import Readiness
from caseyos.errors import ConfigError, TryLater
from caseyos.http.shim import Shim, parse_listen


def ready() -> Readiness:
    return Readiness(True, {})


def test_it_serves_and_ends() -> None:
    shim = Shim(ready, host="127.0.0.1", port=0)
    shim.start()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", shim.port, timeout=5)
        connection.request("GET", "/health")
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b'{"status":"ok"}')
        assert answer.getheader("server") is None
        connection.close()
        with pytest.raises(TryLater, match=str(shim.port)):
            Shim(ready, host="127.0.0.1", port=shim.port).start()
    finally:
        shim.stop()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", shim.port), timeout=1).close()


def test_it_listens_on_loopback_only() -> None:
    shim = Shim(ready, host="127.0.0.1", port=0)
    shim.start()
    try:
        assert shim.address == f"127.0.0.1:{shim.port}"
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.2", shim.port), timeout=1).close()
    finally:
        shim.stop()


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("127.0.0.1:8787", ("127.0.0.1", 8787)),
        ("[::1]:8787", ("::1", 8787)),
        ("localhost:0", ("localhost", 0)),
    ],
)
def test_listen_is_host_and_port(text: str, parsed: tuple[str, int]) -> None:
    assert parse_listen(text) == parsed


@pytest.mark.parametrize("text", ["", "8787", ":8787", "localhost", "localhost:x", "a:70000"])
def test_anything_else_is_said(text: str) -> None:
    with pytest.raises(ConfigError, match=r"http\.listen"):
        parse_listen(text)
