"""An HTTP server that answers by script: each connection gets the bytes it was told, then its end."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence

HANG = b"\x00hang"  # keep the connection open and say nothing
RESET = b"\x00reset"  # close it with a reset


class Script:
    """A listening socket; `requests` holds what was asked, head and body."""

    def __init__(self, answers: Sequence[bytes], trust: ssl.SSLContext | None = None) -> None:
        self._answers = list(answers)
        self._trust = trust
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self.requests: list[bytes] = []
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{'https' if self._trust else 'http'}://127.0.0.1:{self.port}/"

    def close(self) -> None:
        """Stop listening and wait for the thread."""
        self._over.set()
        self._listener.close()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=0.2).close()
        self._thread.join(10)

    def _serve(self) -> None:
        while self._answers:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), plain:
                connection = (
                    self._trust.wrap_socket(plain, server_side=True) if self._trust else plain
                )
                self._one(connection, self._answers.pop(0))

    def _one(self, connection: socket.socket, answer: bytes) -> None:
        with connection:
            self.requests.append(_request(connection))
            if answer == HANG:
                self._over.wait(30)
                return
            if answer == RESET:
                reset = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                return
            connection.sendall(answer)


def _request(connection: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        part = connection.recv(65536)
        if not part:
            return got
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    wanted = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            wanted = int(line.split(b":")[1])
    while len(body) < wanted:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(status: str, *headers: str, body: bytes = b"") -> bytes:
    """A whole answer that ends its connection."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextlib.contextmanager
def scripted(*answers: bytes, trust: ssl.SSLContext | None = None) -> Iterator[Script]:
    """A running script."""
    script = Script(answers, trust)
    try:
        yield script
    finally:
        script.close()
