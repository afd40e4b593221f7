"""A door before a server that can be slammed: at once, or after so many bytes of its answers."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self

from tests.servers.place import HOST


class Proxy:
    """Forwards to a port of this computer; `cut` ends every connection there is."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listening = socket.create_server((HOST, 0))
        self.port: int = self._listening.getsockname()[1]
        self.budgets: list[int] = []  # bytes that each next connection's answers may be long
        self._open: list[socket.socket] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone wakes nobody from accept.
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()
        self._accepting.join(5)

    def cut(self) -> None:
        """End all that is connected now."""
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
                server = socket.create_connection((HOST, self._port))
            except OSError:
                return
            self._open += [client, server]
            budget = self.budgets.pop(0) if self.budgets else None
            for source, sink, limit in ((client, server, None), (server, client, budget)):
                threading.Thread(target=self._pump, args=(source, sink, limit), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, limit: int | None) -> None:
        left = limit
        with contextlib.suppress(OSError):
            while part := source.recv(65_536):
                if left is not None and len(part) >= left:
                    sink.sendall(part[:left])
                    break
                sink.sendall(part)
                left = None if left is None else left - len(part)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
