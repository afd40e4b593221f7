"""What every request passes before a route sees it, and what every answer carries.

Order (SPEC section 11): Host allow-list (421), method (405, by the router), size (413). Pure ASGI,
so that it holds for unknown paths and errors too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 1024 * 1024  # bytes

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


def allowed_hosts(host: str, port: int) -> frozenset[bytes]:
    """The Host values that are ours for a listener: the address itself and its loopback names."""
    names = {host, "127.0.0.1", "localhost", "[::1]"}
    bracketed = {
        f"[{name}]" if ":" in name and not name.startswith("[") else name for name in names
    }
    return frozenset(f"{name}:{port}".encode() for name in bracketed)


class Gate:
    """ASGI middleware: refuse foreign Hosts and oversized bodies, add the security headers."""

    def __init__(self, app: ASGIApp, *, hosts: frozenset[bytes]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _ in SECURITY_HEADERS}
                kept = [pair for pair in message["headers"] if pair[0].lower() not in names]
                message["headers"] = [*kept, *SECURITY_HEADERS]
            await send(message)

        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            await problem(guarded, 421, "Misdirected request", "This Host is not served here.")
        elif _declared_length(scope) > MAX_BODY:
            await problem(guarded, 413, "Too large", "A body may have at most 1 MiB.")
        else:
            await self._app(scope, receive, guarded)


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else MAX_BODY + 1
    return 0


async def problem(send: Send, status: int, title: str, detail: str) -> None:
    """Send an `application/problem+json` answer (RFC 9457)."""
    import json

    body = json.dumps({"status": status, "title": title, "detail": detail}).encode()
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"application/problem+json"),
                (b"content-length", str(len(body)).encode()),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
