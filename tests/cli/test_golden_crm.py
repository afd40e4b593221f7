"""The golden transcript of a CRM export: one newcomer's day, as real processes on a fresh home."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

from tests.cli.reading import data, said
from tests.conftest import Run

DAY = "2017-12-20"
LATER_STAGE = {"Prospecting": "Engaging", "Engaging": "Won"}


def with_changed_stages(export: Path, to: Path, count: int) -> set[str]:
    """A later export of the same deals, `count` of them one stage further; which they are."""
    with export.open(newline="") as file:
        rows = list(csv.DictReader(file))
    moved: set[str] = set()
    for row in rows:
        if row["deal_stage"] in LATER_STAGE and len(moved) < count:
            row["deal_stage"] = LATER_STAGE[row["deal_stage"]]
            moved.add(row["opportunity_id"])
    with to.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return moved


def test_a_crm_export_from_import_to_the_next_export(
    caseyos: Run, shared_data: Path, tmp_path: Path
) -> None:
    crm = shared_data / "crm"
    export = crm / "sales_pipeline.csv"
    assert "SAFE mode" in said(caseyos, "init", "--no-input")

    told = said(
        caseyos,
        "import",
        str(export),
        *("--accounts", str(crm / "accounts.csv"), "--products", str(crm / "products.csv")),
        *("--date-format", "%d-%m-%Y"),
    )
    for count, what in (
        ("8,800", "deals"),
        ("85", "accounts"),
        ("4,238", "stage Won"),
        ("2,473", "stage Lost"),
        ("1,589", "stage Engaging"),
        ("500", "stage Prospecting"),
        ("1,425", "without account"),
        ("500", "without engage date"),
        ("2,089", "without value"),
    ):
        assert re.search(rf"^ +{count}  {what}$", told, re.MULTILINE), (count, what, told)

    said(caseyos, "tick", "--as-of", DAY, "--no-send")
    today = data(caseyos, "today", "--as-of", DAY)
    assert len(today) == 10
    assert [move["aps"] for move in today] == sorted((m["aps"] for m in today), reverse=True)
    assert {move["action_type"] for move in today} == {"create_task"}
    for move in today:
        assert "address" in move["title"]
        assert move["context"]["missing"]
        assert "list price of" in json.dumps(move["drivers"])

    # The second generation of the same day changes nothing.
    said(caseyos, "tick", "--as-of", DAY, "--no-send")
    again = data(caseyos, "today", "--as-of", DAY)
    assert [(m["id"], m["uuid"], m["aps"], m["version"]) for m in again] == [
        (m["id"], m["uuid"], m["aps"], m["version"]) for m in today
    ]

    first = today[0]
    why = data(caseyos, "why", "1")
    assert why["id"] == first["id"]
    assert round(sum(d["points"] for d in why["drivers"]), 1) == why["aps"] == first["aps"]
    assert "because" in said(caseyos, "why", "1")

    accepted = said(caseyos, "accept", "1")
    assert first["title"] in accepted
    assert data(caseyos, "outbox", "list") == []

    planned = said(caseyos, "execute", "1", "--dry-run")
    plan = re.search(r"pl_[a-z0-9]+", planned)
    assert plan is not None and "Nothing was done" in planned

    assert "Done" in said(caseyos, "execute", "--plan", plan[0], "--yes")
    assert "Already done" in said(caseyos, "execute", "--plan", plan[0], "--yes")
    assert tasks(caseyos) == 1
    said(caseyos, "undo")
    assert tasks(caseyos) == 0
    assert data(caseyos, "show", first["id"])[0]["status"] == "rolled_back"

    changed = tmp_path / "later.csv"
    moved = with_changed_stages(export, changed, 10)
    told = said(caseyos, "import", str(changed), "--date-format", "%d-%m-%Y")
    assert re.search(r"^ +10  new signals: deal_stage_changed$", told, re.MULTILINE), told
    assert "10 signals → 10 new moves" in said(caseyos, "tick", "--as-of", DAY, "--no-send")
    signals = data(caseyos, "signals", "list", "--kind", "deal_stage_changed", "--limit", "100")
    assert {signal["data"]["deal"] for signal in signals} == moved


def tasks(caseyos: Run) -> int:
    """How many tasks are on the local list, as the database itself says."""
    done = caseyos("db", "shell", "-c", "SELECT 'n=' || count(*) FROM tasks")
    return int(re.findall(r"n=(\d+)", done.stdout)[0])
