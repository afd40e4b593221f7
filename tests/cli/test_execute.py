"""preview, execute, undo, redo: exactly the previewed bytes, at most once, and back again."""

from __future__ import annotations

from pathlib import Path

from tests.cli.reading import best, data, said
from tests.conftest import Run


def files(home: dict[str, str]) -> dict[str, bytes]:
    """Everything the local channels wrote."""
    root = Path(home["XDG_DATA_HOME"], "caseyos/profiles/demo")
    found = [*root.joinpath("mail").rglob("*.eml"), *root.joinpath("calendar").rglob("*.ics")]
    return {str(path): path.read_bytes() for path in found}


def test_a_dry_run_writes_nothing_and_the_plan_writes_exactly_it(
    demo: Run, demo_home: dict[str, str]
) -> None:
    for action in ("send_email", "create_draft", "schedule_meeting"):
        code = best(demo, action)
        if action == "schedule_meeting" and data(demo, "preview", code)["blocked"]:
            continue
        before = files(demo_home)
        plan = data(demo, "execute", code, "--dry-run")
        assert files(demo_home) == before
        result = data(demo, "execute", "--plan", plan["plan"], "--yes")
        assert result["state"] == "succeeded" and not result["replayed"]
        new = {p: raw for p, raw in files(demo_home).items() if p not in before}
        assert list(new.values()) == [plan["wire"].encode()]
        again = data(demo, "execute", "--plan", plan["plan"], "--yes")
        assert again["replayed"] and again["rollback_token"] == result["rollback_token"]
        said(demo, "undo")
        assert files(demo_home) == before


def test_executing_a_pending_move_records_its_acceptance(demo: Run) -> None:
    code = best(demo, "create_task")
    told = said(demo, "execute", code, "--yes")
    assert "Done" in told
    history = {row["action"] for row in data(demo, "show", code)[0]["history"]}
    assert {"accept", "enqueue", "claim", "dispatch", "execute"} <= history
    assert "Already done" in said(demo, "execute", code, "--yes")
    said(demo, "undo")
    assert data(demo, "show", code)[0]["status"] == "rolled_back"


def test_the_kill_switch_stops_local_channels_too(demo: Run) -> None:
    code = best(demo, "create_task")
    said(demo, "pause", "--reason", "lunch")
    refused = said(demo, "execute", code, "--yes", code=5)
    assert "Everything is stopped" in refused and "caseyos -P demo resume" in refused
    said(demo, "resume")
    assert data(demo, "show", code)[0]["execution"] is None
    assert "Done" in said(demo, "execute", code, "--yes")
    said(demo, "undo")


def test_a_plan_that_nobody_made(demo: Run) -> None:
    assert "pl_nothing" in said(demo, "execute", "--plan", "pl_nothing", "--yes", code=12)
