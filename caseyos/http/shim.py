"""The shim as an ASGI application, and a uvicorn server for it in a thread."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match

from caseyos.domain.reports import Readiness
from caseyos.errors import ConfigError, TryLater
from caseyos.http.health import health_routes
from caseyos.http.security import ASGIApp, Gate, Scope, allowed_hosts

PROBLEM = "application/problem+json"


def build(readiness: Callable[[], Readiness], *, host: str, port: int) -> ASGIApp:
    """The application with its gate; no documentation pages, no version."""
    app = FastAPI(title="CaseyOS", docs_url=None, redoc_url=None, openapi_url=None)
    routers = (health_routes(readiness),)
    for router in routers:
        app.include_router(router)

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, error: HTTPException) -> JSONResponse:
        body = {"status": error.status_code, "title": str(error.detail)}
        return JSONResponse(body, error.status_code, headers=error.headers, media_type=PROBLEM)

    @app.exception_handler(Exception)
    async def failed(_request: Request, _error: Exception) -> JSONResponse:
        body = {"status": 500, "title": "Something unexpected happened; the log has the details."}
        return JSONResponse(body, 500, media_type=PROBLEM)

    def methods(scope: Scope) -> frozenset[str]:
        found: set[str] = set()
        for route in (route for router in routers for route in router.routes):
            if route.matches(scope)[0] is not Match.NONE:
                found |= getattr(route, "methods", None) or set()
        return frozenset(found)

    return Gate(app, hosts=allowed_hosts(host, port), methods=methods)


def parse_listen(listen: str) -> tuple[str, int]:
    """Host and port of a `host:port` text; IPv6 addresses stand in brackets."""
    host, separator, port = listen.rpartition(":")
    if not separator or not host or not port.isdigit() or int(port) > 65535:
        raise ConfigError(
            f"http.listen is {listen!r}, which is not host:port.", hint="caseyos config get http"
        )
    return host.strip("[]"), int(port)


class Shim:
    """A running HTTP server; `start` returns once it listens, and `address` says where."""

    def __init__(self, readiness: Callable[[], Readiness], *, host: str, port: int) -> None:
        self._readiness = readiness
        self.host, self.port = host, port
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """`host:port`, as a URL has it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def start(self) -> None:
        """Listen and serve in a thread of its own; TryLater when the port is taken."""
        listener = self._listen()
        config = uvicorn.Config(
            build(self._readiness, host=self.host, port=self.port),
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=3,
            h11_max_incomplete_event_size=16 * 1024,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="shim", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Finish open requests and stop."""
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.host, self.port))
            listener.listen(128)  # from here on nobody is refused, even if nobody answers yet
        except OSError as error:
            listener.close()
            raise TryLater(
                f"Port {self.port} on {self.host} cannot be listened on: {error.strerror}.",
                hint="caseyos daemon run --no-http, or --port with another one",
            ) from error
        self.port = listener.getsockname()[1]
        return listener
