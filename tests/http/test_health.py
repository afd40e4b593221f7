"""/health says alive, /ready says what is true now."""

from __future__ import annotations

import json

from caseyos.domain.reports import Readiness
from caseyos.http.shim import build
from tests.http.test_security import ask


def test_health_never_asks_for_readiness() -> None:
    def touched() -> Readiness:
        raise AssertionError("health must do no I/O")

    app = build(touched, host="127.0.0.1", port=8787)
    for path in ("/health", "/healthz"):
        status, _, body = ask(path, app=app)
        assert (status, json.loads(body)) == (200, {"status": "ok"})


def test_ready_tells_the_real_error_and_remembers_nothing() -> None:
    answers = [
        Readiness(False, {"database": "connection refused", "scheduler": "ready"}),
        Readiness(True, {"database": "ready", "scheduler": "ready"}),
    ]
    app = build(lambda: answers.pop(0), host="127.0.0.1", port=8787)
    status, headers, body = ask("/ready", app=app)
    assert status == 503
    assert headers["cache-control"] == "no-store"
    assert json.loads(body) == {
        "status": "not ready",
        "checks": {"database": "connection refused", "scheduler": "ready"},
    }
    status, _, body = ask("/ready", app=app)
    assert (status, json.loads(body)["status"]) == (200, "ready")
