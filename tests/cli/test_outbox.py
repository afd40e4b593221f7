"""outbox, mode, pause, resume."""

from __future__ import annotations

import json

from tests.cli.reading import data, said
from tests.conftest import Run


def test_live_always_ends_and_safe_is_the_default(demo: Run) -> None:
    assert said(demo, "mode").startswith("SAFE")
    assert "LIVE until" in said(demo, "mode", "live", "--for", "30m")
    assert json.loads(demo("today", "--json").stdout)["mode"] == "live"
    assert "LIVE" in said(demo, "status")
    said(demo, "mode", "safe")
    assert json.loads(demo("today", "--json").stdout)["mode"] == "safe"
    assert "12 hours" in said(demo, "mode", "live", "--for", "13h", code=2)
    assert "'fast'" in said(demo, "mode", "fast", code=2)


def test_pause_is_shown_everywhere_until_resumed(demo: Run) -> None:
    said(demo, "pause", "create_task")
    assert "stopped: create_task" in said(demo, "status")
    assert "create_task" in said(demo, "resume")
    assert "Nothing was stopped" in said(demo, "resume")
    assert "'everything'" in said(demo, "pause", "everything", code=2)


def test_the_outbox_of_a_quiet_day_is_empty(demo: Run) -> None:
    assert data(demo, "outbox", "list") == []
    code = data(demo, "queue")[0]["id"]
    assert "not in the outbox" in said(demo, "outbox", "recall", code, code=12)


def test_over_a_limit_it_says_when_and_is_in_your_hands(caseyos: Run, dsn: str) -> None:
    """The same move: shown with its time everywhere, held, released, recalled."""
    nothing = {"CASEYOS_LIMITS__CREATE_TASK__PER_DAY": "0", "DATABASE_URL": dsn}
    made = json.loads(caseyos("add", "Wait your turn", "--json", **nothing).stdout)["data"]
    code = made["id"]
    done = caseyos("execute", code, "--yes", **nothing)
    assert done.returncode == 0 and "It will run at" in done.stdout, done.stderr
    for told in (
        said(caseyos, "queue", "--status", "accepted", **nothing),
        said(caseyos, "show", code, **nothing),
    ):
        assert "Goes " in told and "The limit is 0 a day" in told
    (row,) = (one for one in data(caseyos, "outbox", "list", **nothing) if one["code"] == code)
    assert row["blocked_rule"] == "limit" and row["not_before"]
    assert "held back by" in said(caseyos, "outbox", "hold", code, **nothing)
    assert "Waits for you: held back by" in said(caseyos, "show", code, **nothing)
    assert "waiting" not in said(caseyos, "outbox", "flush", **nothing)
    assert "In the outbox" in said(caseyos, "outbox", "release", code, **nothing)
    assert "Recalled" in said(caseyos, "outbox", "recall", code, **nothing)
    assert "not held back" in said(caseyos, "outbox", "release", code, code=5, **nothing)


def test_a_pause_with_an_end_says_so(demo: Run) -> None:
    assert "ends by itself at" in said(demo, "pause", "local", "--for", "2h")
    assert "local" in said(demo, "resume", "local")
    assert "lasts some time" in said(demo, "pause", "local", "--for", "0s", code=2)
