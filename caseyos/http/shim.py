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

from caseyos.domain.reports import Readiness
from caseyos.errors import ConfigError, TryLater
from caseyos.http.health import health_routes
from caseyos.http.security import ASGIApp, Gate, allowed_hosts


def build(readiness: Callable[[], Readiness], *, host: str, port: int) -> ASGIApp:
    """The application with its gate; no documentation pages, no version."""
    app = FastAPI(title="CaseyOS", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(health_routes(readiness))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse(
            {"status": error.status_code, "title": str(error.detail)},
            status_code=error.status_code,
            headers=error.headers,
            media_type="application/problem+json",
        )

    return Gate(app, hosts=allowed_hosts(host, port))


def parse_listen(listen: str) -> tuple[str, int]:
    """Host and port of a `host:port` text; IPv6 addresses stand in brackets."""
    host, separator, port = listen.rpartition(":")
    if not separator or not port.isdigit() or int(port) > 65535:
        raise ConfigError(
            f"http.listen is {listen!r}, which is not host:port.", hint="caseyos config get http"
        )
    return host.strip("[]"), int(port)


class Shim:
    """A running HTTP server; `start` returns once it listens."""

    def __init__(self, readiness: Callable[[], Readiness], *, host: str, port: int) -> None:
        self._readiness = readiness
        self.host, self.port = host, port
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen and serve in a thread of its own; TryLater when the port is taken."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.host, self.port))
        except OSError as error:
            listener.close()
            raise TryLater(
                f"Port {self.port} on {self.host} cannot be listened on: {error.strerror}.",
                hint="caseyos daemon run --no-http, or another http.listen",
            ) from error
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            build(self._readiness, host=self.host, port=self.port),
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            lifespan="off",
            timeout_keep_alive=5,
            h11_max_incomplete_event_size=16 * 1024,
            limit_concurrency=64,
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
