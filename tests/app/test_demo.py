"""The demo: what it promises is in it, it leaves nothing behind, and nothing real is touched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.conftest import Run

EVERY_TYPE = {
    *("send_email", "create_draft", "follow_up"),
    *("create_task", "complete_task", "schedule_meeting"),
}


def data(caseyos: Run, *arguments: str) -> Any:
    """What a command prints as JSON of the demo profile."""
    done = caseyos("--profile", "demo", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["data"]


def test_the_demo_holds_what_it_promises(caseyos: Run, home: dict[str, str]) -> None:
    unreachable = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    made = caseyos("demo", "start", "--open", **unreachable)
    assert made.returncode == 0, made.stderr
    assert "Made the demo profile" in made.stdout and "Today's moves" in made.stdout
    assert "\x1b" not in made.stdout

    pending = data(caseyos, "queue", "--limit", "100")
    assert 12 <= len(pending) <= 15
    assert {move["action_type"] for move in pending} == EVERY_TYPE
    signals = data(caseyos, "signals", "list", "--limit", "200")
    assert len(signals) >= 38
    notes = {signal["note"] for signal in signals}
    assert "the contact is on the do-not-contact list" in notes
    assert any(signal["signal_type"] == "email_bounced" for signal in signals)
    assert any("[@click=app.quit]" in move["title"] for move in pending)

    stats = data(caseyos, "stats")
    assert stats["executions"]["failed"] == 1 and stats["executions"]["succeeded"] >= 5
    assert sum(stats["outcomes"].values()) >= 3
    states = dict(stats["sources"])
    assert "silent for 2 days" in states["maildir:old-laptop"]
    assert "intact" in caseyos("--profile", "demo", "audit", "verify").stdout

    codes = [move["id"] for move in pending]
    assert caseyos("-P", "demo", "db", "downgrade", "0004", "--yes").returncode == 0
    found = caseyos("demo", "start", "--open")
    assert "The demo profile, as you left it" in found.stdout, found.stderr
    assert [move["id"] for move in data(caseyos, "queue", "--limit", "100")] == codes


def test_stopping_the_demo_removes_every_file_of_it(caseyos: Run, home: dict[str, str]) -> None:
    assert caseyos("demo", "start").returncode == 0
    assert "Removed" in caseyos("demo", "stop").stdout
    assert not [path for path in Path(home["HOME"]).rglob("*demo*") if path.is_file()]
    again = caseyos("demo", "stop")
    assert again.returncode == 0 and "There was no demo profile" in again.stdout
