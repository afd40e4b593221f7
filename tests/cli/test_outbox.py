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
