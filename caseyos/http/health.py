"""/health, /healthz and /ready: alive without I/O, ready without a lie."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from caseyos.domain.reports import Readiness


def health_routes(readiness: Callable[[], Readiness]) -> APIRouter:
    """The probes; `readiness` is asked anew at every request."""
    router = APIRouter()

    @router.get("/health")
    @router.get("/healthz")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/ready")
    def ready() -> JSONResponse:
        found = readiness()
        return JSONResponse(
            {"status": "ready" if found.ready else "not ready", "checks": dict(found.checks)},
            status_code=200 if found.ready else 503,
        )

    return router
