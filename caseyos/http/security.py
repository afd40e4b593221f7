"""What every request passes before a route sees it, and what every answer carries.

Order (SPEC section 11): Host allow-list (421), method (405), size (413), rate (429). Pure ASGI, so
that it holds for unknown paths and errors too.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Methods = Callable[[Scope], frozenset[str]]

MAX_BODY = 1024 * 1024  # bytes
PER_SECOND = 50.0  # requests a peer may make for long
BURST = 200.0  # and at once
MAX_PEERS = 1024  # whose allowance is remembered

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


def allowed_hosts(host: str, port: int) -> frozenset[bytes]:
    """The Host values that are ours for a listener: the address itself and its loopback names."""
    names = {host.strip("[]"), "127.0.0.1", "localhost", "::1"}
    bracketed = {f"[{name}]" if ":" in name else name for name in names}
    with_port = {f"{name}:{port}" for name in bracketed}
    return frozenset(name.encode() for name in (with_port | bracketed if port == 80 else with_port))


class Allowance:
    """A token bucket for each peer address, in bounded memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._peers: dict[str, tuple[float, float]] = {}  # tokens left, and when

    def spend(self, peer: str) -> bool:
        """Take one request from a peer's allowance; False when it is used up."""
        now = self._clock()
        left, then = self._peers.pop(peer, (BURST, now))
        left = min(BURST, left + (now - then) * PER_SECOND)
        granted = left >= 1
        self._peers[peer] = (left - 1 if granted else left, now)
        if len(self._peers) > MAX_PEERS:
            del self._peers[next(iter(self._peers))]  # whoever was silent longest
        return granted


class Gate:
    """ASGI middleware: the checks before any route, and the headers of every answer.

    `methods` gives what a path may be asked with; nothing for a path that is not there.
    """

    def __init__(self, app: ASGIApp, *, hosts: frozenset[bytes], methods: Methods) -> None:
        self._app = app
        self._hosts = hosts
        self._methods = methods
        self._allowance = Allowance()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            return  # nothing else is served: a WebSocket is refused by the server

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = {name for name, _ in SECURITY_HEADERS}
                kept = [pair for pair in message["headers"] if pair[0].lower() not in ours]
                message["headers"] = [*kept, *SECURITY_HEADERS]
            await send(message)

        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, guarded)
        else:
            await problem(guarded, *refusal)

    def _refusal(self, scope: Scope) -> tuple[int, str, str, Mapping[str, str]] | None:
        """Status, title, detail and headers of the first check that says no."""
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return 421, "Misdirected request", "This Host is not served here.", {}
        methods = self._methods(scope)
        if methods and scope["method"] not in methods:
            allow = ", ".join(sorted(methods))
            return 405, "Method not allowed", f"This path takes {allow}.", {"allow": allow}
        if _declared_length(scope) > MAX_BODY:
            return 413, "Too large", "A body may have at most 1 MiB.", {"connection": "close"}
        peer = scope["client"][0] if scope.get("client") else ""
        if not self._allowance.spend(peer):
            return 429, "Too many requests", "Ask again in a second.", {"retry-after": "1"}
        return None


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else MAX_BODY + 1
    return 0


async def problem(
    send: Send, status: int, title: str, detail: str, headers: Mapping[str, str]
) -> None:
    """Send an `application/problem+json` answer (RFC 9457)."""
    body = json.dumps({"status": status, "title": title, "detail": detail}).encode()
    own = {"content-type": "application/problem+json", "content-length": str(len(body))}
    pairs = [(name.encode(), value.encode()) for name, value in (own | dict(headers)).items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
