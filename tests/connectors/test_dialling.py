"""Names, addresses and time-outs, without a protocol."""

from __future__ import annotations

import socket
import ssl

import pytest

from caseyos.connectors import dialling
from caseyos.connectors.dialling import Server, dial, step, tls_context
from caseyos.errors import TryLater
from tests.servers.place import HOST


def test_a_server_is_reached_by_any_of_its_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((HOST, 0)) as listening:
        port = listening.getsockname()[1]
        dead = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (HOST, 1))
        alive = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (HOST, port))
        monkeypatch.setattr(dialling.socket, "getaddrinfo", lambda *_a, **_k: [dead, alive])
        with dial(Server("mail.example", port, timeout=7)) as connection:
            assert connection.getpeername()[1] == port
            assert connection.gettimeout() == 7


def test_a_name_that_stands_for_nothing() -> None:
    with pytest.raises(TryLater, match=r"nowhere\.invalid cannot be looked up"):
        dial(Server("nowhere.invalid", 25))
    with pytest.raises(TryLater, match="cannot be looked up"):
        dial(Server("a" * 300, 25))


def test_a_look_up_that_never_answers_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    never = threading.Event()
    monkeypatch.setattr(dialling.socket, "getaddrinfo", lambda *_a, **_k: never.wait(30) and [])
    with pytest.raises(TryLater, match=r"no answer within 0\.05 seconds"):
        dial(Server("slow.example", 25, timeout=0.05))
    never.set()


def test_certificates_are_always_checked() -> None:
    context = tls_context(Server(HOST, 993))
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError(), r"did not answer within 30 seconds \(greeting\)"),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
        (EOFError("gone\x1b[2J"), "broke"),
    ],
)
def test_a_step_says_what_failed(error: Exception, said: str) -> None:
    with pytest.raises(TryLater, match=said) as failed:
        with step(Server(HOST, 993), "greeting"):
            raise error
    assert "\x1b" not in failed.value.message
