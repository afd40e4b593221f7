"""All rows, in order, each script in a process of its own; writes docs/PERFORMANCE.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "PERFORMANCE.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
SCRIPTS = ("today", "commands", "completion", "start", "queue_read")


def main() -> int:
    """Run the scripts named (all, if none); 0 whatever the figures are, 1 when a script failed."""
    wanted = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    wanted.add_argument("--full", action="store_true", help="10 million rows, ten idle minutes")
    options = wanted.parse_args()
    begun, rows, failed = time.monotonic(), [], 0
    for script in SCRIPTS:
        print(f"== {script}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{script}", "--json"]
        ended = subprocess.run(
            command + ["--full"] * options.full, stdout=subprocess.PIPE, text=True, check=False
        )
        found = [json.loads(line) for line in ended.stdout.splitlines()]
        failed += not found
        rows += found
        for row in found:
            print(f"   {row['row']}: {row['ratio']:.2f} ({'met' if row['met'] else 'MISSED'})")
    _write(rows, time.monotonic() - begun, full=options.full)
    return 1 if failed else 0


def _write(rows: list[dict[str, Any]], seconds: float, *, full: bool) -> None:
    table = ["| row | ours | reference | ratio | goal | |", "| --- | --- | --- | --- | --- | --- |"]
    walls = []
    for row in rows:
        goal = "-" if row["goal"] is None else f"{'≥' if row['at_least'] else '≤'} {row['goal']:g}"
        verdict = "" if row["goal"] is None else "met" if row["met"] else "**missed**"
        ours, theirs = (_figure(row[side], row["unit"]) for side in ("ours", "theirs"))
        table.append(
            f"| {row['row']} | {ours} | {theirs}: {row['reference']} | {row['ratio']:.2f}"
            f" | {goal} | {verdict} |"
        )
        if row["wall"]:
            walls.append(f"- **{row['row']}**: {row['wall']}")
    made = (
        f"`make bench{'-full' * full}` on {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores,"
        f" {platform.system()} {platform.machine()}, Python {platform.python_version()},"
        f" {seconds / 60:.0f} minutes."
    )
    text = "\n".join(
        [made, "", *table, *(["", "What was missed, and why:", "", *walls] * bool(walls))]
    )
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}")


def _figure(values: list[float], unit: str) -> str:
    values = sorted(values)
    middle = values[len(values) // 2]
    return f"{middle:,.0f} {unit}" if middle >= 100 else f"{middle:.3g} {unit}"


if __name__ == "__main__":
    sys.exit(main())
