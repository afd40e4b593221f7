"""The proxy does what its toxics say, from the trigger on and not before."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.servers.fault_proxy import TOXICS, FaultProxy, Toxic
from tests.servers.place import HOST


class Echo:
    """A server that keeps what it is told and says it back."""

    def __init__(self) -> None:
        self.heard = bytearray()
        self._door = socket.create_server((HOST, 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                there, _ = self._door.accept()
            except OSError:
                return
            with there:
                try:
                    while data := there.recv(65536):
                        self.heard += data
                        there.sendall(data)
                except OSError:
                    pass

    def stop(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    running = Echo()
    yield running
    running.stop()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[FaultProxy]:
    running = FaultProxy(echo.port)
    yield running
    running.stop()


def say(proxy: FaultProxy, *words: bytes, patience: float = 1.0) -> tuple[bytes, float]:
    """Say words, each after the answer to the last; what came back, and after how long."""
    begun, heard = time.monotonic(), b""
    with socket.create_connection((HOST, proxy.port), timeout=patience) as here:
        for word in words:
            here.sendall(word)
            wanted = len(heard) + len(word)
            while len(heard) < wanted:
                data = here.recv(65536)
                if not data:
                    return heard, time.monotonic() - begun
                heard += data
    return heard, time.monotonic() - begun


def test_without_a_toxic_everything_passes(proxy: FaultProxy, echo: Echo) -> None:
    assert say(proxy, b"one", b"two")[0] == b"onetwo"
    assert echo.heard == b"onetwo"


@pytest.mark.parametrize("kind", ["latency", "bandwidth", "slicer", "slow_close"])
def test_some_only_take_their_time(proxy: FaultProxy, echo: Echo, kind: str) -> None:
    proxy.toxic = Toxic(kind, trigger=b"GO", seconds=0.2, size=4)
    heard, took = say(proxy, b"before GO", b"twelve bytes")
    assert heard == bytes(echo.heard) == b"before GOtwelve bytes"
    if kind in ("latency", "bandwidth"):
        assert took >= 0.2


def test_a_reset_tells_the_client_and_comes_from_the_trigger_on(
    proxy: FaultProxy, echo: Echo
) -> None:
    proxy.toxic = Toxic("reset_peer", trigger=b"GO")
    with pytest.raises(ConnectionResetError):
        say(proxy, b"before", b"GO", b"after")
    assert b"after" not in echo.heard


def test_data_is_cut_after_so_many_bytes(proxy: FaultProxy, echo: Echo) -> None:
    proxy.toxic = Toxic("limit_data", trigger=b"GO", size=5)
    heard, _ = say(proxy, b"before GO", b"123456789")
    assert heard in (b"before GO", b"before GO12345")
    assert echo.heard == b"before GO12345"


def test_in_a_black_hole_nobody_is_told_anything(proxy: FaultProxy, echo: Echo) -> None:
    proxy.toxic = Toxic("timeout", trigger=b"GO")
    with pytest.raises(TimeoutError):
        say(proxy, b"before", b"GO", b"lost", patience=0.3)
    assert echo.heard in (b"before", b"beforeGO")


def test_the_toxics_are_those_that_are_tested() -> None:
    assert set(TOXICS) == {
        *("latency", "bandwidth", "slicer", "slow_close"),
        *("reset_peer", "limit_data", "timeout"),
    }
