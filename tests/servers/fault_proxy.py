"""A TCP proxy that spoils a connection at a chosen moment, with the words of toxiproxy.

`toxic` and `trigger` may be changed between connections. A toxic begins at the first moment that
what the client has sent contains `trigger`; an empty one begins at once.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from dataclasses import dataclass
from typing import Any

from tests.servers.place import HOST, free_ports

TOXICS = ("latency", "bandwidth", "slicer", "slow_close", "reset_peer", "limit_data", "timeout")


@dataclass
class Toxic:
    """What goes wrong. `seconds` for latency and slow_close; `size` in bytes for the others.

    latency: every answer comes late. bandwidth: `size` bytes a tenth of a second. slicer: in pieces
    of `size` bytes. slow_close: the end of the connection is passed on late. reset_peer: RST to the
    client. limit_data: cut after `size` bytes more of the client's. timeout: nothing passes any
    more, either way, and nobody is told.
    """

    kind: str = ""
    trigger: bytes = b""
    seconds: float = 0.3
    size: int = 64


class FaultProxy:
    """A running proxy in front of a port of this computer. `stop` ends it and its connections."""

    def __init__(self, target: int) -> None:
        self.target, self.port = target, free_ports(1)[0]
        self.toxic = Toxic()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait(10)

    def stop(self) -> None:
        """Listen no more and drop what is open."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._accept, HOST, self.port, limit=2**20)
        )
        self._ready.set()
        self._loop.run_forever()
        server.close()
        open_ones = asyncio.all_tasks(self._loop)
        for task in open_ones:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*open_ones, return_exceptions=True))
        self._loop.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection(HOST, self.target)
        except OSError:
            writer.close()
            return
        spoiled = _Spoiled(self.toxic, writer)
        halves = [
            asyncio.ensure_future(spoiled.forth(reader, there[1])),
            asyncio.ensure_future(spoiled.back(there[0], writer)),
        ]
        try:
            await asyncio.wait(halves, return_when=asyncio.FIRST_COMPLETED)
            if spoiled.begun and self.toxic.kind == "slow_close":
                await asyncio.sleep(self.toxic.seconds)
            # What one side has said before it ended still reaches the other.
            await asyncio.wait(halves, timeout=0.05)
        except asyncio.CancelledError:
            pass  # the proxy is stopped; asyncio's own callback would complain of it
        finally:
            for half in halves:
                half.cancel()
            await asyncio.gather(*halves, return_exceptions=True)
            for one in (writer, there[1]):
                one.close()


class _Spoiled:
    """One connection, and whether its toxic has begun."""

    def __init__(self, toxic: Toxic, client: asyncio.StreamWriter) -> None:
        self.toxic, self.begun = toxic, bool(toxic.kind) and not toxic.trigger
        self._client = client
        self._seen = b""
        self._left = toxic.size

    async def forth(self, reader: asyncio.StreamReader, there: asyncio.StreamWriter) -> None:
        """Client to server; what comes before the trigger passes untouched."""
        while data := await reader.read(65536):
            clean, spoiled = self._split(data)
            if clean:
                there.write(clean)
                await there.drain()
            if self.begun and self.toxic.kind == "reset_peer":
                await self._reset()
                return
            if spoiled and not await self._pass(spoiled, there):
                return

    async def back(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Server to client."""
        while data := await there.read(65536):
            if not self.begun:
                writer.write(data)
            elif self.toxic.kind == "timeout":
                await asyncio.sleep(3600)
            elif self.toxic.kind in ("latency", "slow_close"):
                await asyncio.sleep(self.toxic.seconds if self.toxic.kind == "latency" else 0)
                writer.write(data)
            elif self.toxic.kind in ("bandwidth", "slicer"):
                await self._pieces(data, writer)
            else:
                writer.write(data)
            await writer.drain()

    def _split(self, data: bytes) -> tuple[bytes, bytes]:
        """What passes untouched and what does not."""
        if self.begun or not self.toxic.kind:
            return (b"", data) if self.begun else (data, b"")
        before = len(self._seen)
        self._seen += data
        at = self._seen.find(self.toxic.trigger)
        if at < 0:
            return data, b""
        self.begun = True
        cut = at + len(self.toxic.trigger) - before
        return data[:cut], data[cut:]

    async def _pass(self, data: bytes, there: asyncio.StreamWriter) -> bool:
        """Pass on what a toxic lets through; False when the connection is over."""
        kind = self.toxic.kind
        if kind == "timeout":
            await asyncio.sleep(3600)
        if kind == "limit_data":
            there.write(data[: self._left])
            await there.drain()
            self._left -= len(data)
            return self._left > 0
        if kind in ("bandwidth", "slicer"):
            await self._pieces(data, there)
            return True
        there.write(data)
        await there.drain()
        return True

    async def _pieces(self, data: bytes, to: asyncio.StreamWriter) -> None:
        for first in range(0, len(data), self.toxic.size):
            to.write(data[first : first + self.toxic.size])
            await to.drain()
            await asyncio.sleep(0.1 if self.toxic.kind == "bandwidth" else 0.001)

    async def _reset(self) -> None:
        """RST instead of FIN: what was on its way is lost."""
        connection: Any = self._client.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._client.transport.abort()
