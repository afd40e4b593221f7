"""The events of the loop, as rows and as JSON lines, without a personal value in them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.reading import best, data, said
from tests.conftest import Run

NAMES = {
    *("signal_received", "signal_processed", "recommendation_generated", "recommendation_viewed"),
    *("recommendation_accepted", "recommendation_dismissed", "recommendation_snoozed"),
    *("action_executed", "action_failed", "action_rolled_back", "outcome_recorded"),
}


def test_every_event_of_the_loop_is_a_row_and_a_line(demo: Run, demo_home: dict[str, str]) -> None:
    said(demo, "today")
    code = best(demo, "create_task")
    for words in (
        ("accept", code),
        ("undo",),
        ("dismiss", code),
        ("undo",),
        ("snooze", code, "3d"),
    ):
        said(demo, *words)
    said(demo, "undo")
    said(demo, "execute", code, "--yes")
    said(demo, "undo")
    query = "SELECT jsonb_agg(jsonb_build_object('name', name, 'item', item_id, 'data', data)) FROM events"
    rows = demo("db", "shell", "-c", query).stdout
    events = json.loads(rows[rows.index("[") : rows.rindex("]") + 1])
    assert {event["name"] for event in events} >= NAMES
    of = {name: [e for e in events if e["name"] == name] for name in NAMES}
    for event in of["recommendation_generated"]:
        assert event["item"] and event["data"].keys() >= {"aps", "drivers", "latency_ms"}
    for event in of["signal_processed"]:
        assert event["item"] and event["data"]["latency_ms"] >= 0
    for event in (*of["action_executed"], *of["action_failed"], *of["action_rolled_back"]):
        assert event["data"]["target"] == "local" and event["data"]["dry_run"] is False
        assert event["data"]["latency_ms"] > 0 and 0 <= event["data"]["aps"] <= 100

    log = Path(demo_home["XDG_STATE_HOME"], "caseyos/profiles/demo/log/caseyos.jsonl")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    logged = [line for line in lines if line["logger"] == "caseyos.events"]
    assert len(logged) == len(events)
    told = json.dumps(events) + json.dumps(logged)
    assert ".example" not in told and "Dana" not in told, "an address or a name"


def test_it_can_be_switched_off(caseyos: Run) -> None:
    said(caseyos, "config", "set", "telemetry.enabled", "false")
    said(caseyos, "add", "A quiet move")
    assert data(caseyos, "queue")
    assert "0" in said(caseyos, "db", "shell", "-c", "SELECT count(*) FROM events").split()
