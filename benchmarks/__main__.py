"""All rows, in order, each script in a process of its own; writes docs/PERFORMANCE.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "PERFORMANCE.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
SCRIPTS = (
    *("today", "taskwarrior", "commands", "completion", "start", "queue_read"),
    *("ingest", "processing", "jobs", "visible", "rescore"),
    *("tui", "idle"),
)


def main() -> int:
    """Run the scripts named (all, if none); 0 whatever the figures are, 1 when a script failed."""
    wanted = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    wanted.add_argument("--full", action="store_true", help="10 million rows, ten idle minutes")
    options = wanted.parse_args()
    begun, rows = time.monotonic(), list[dict[str, Any]]()
    failed: list[tuple[str, str]] = []
    for script in SCRIPTS:
        print(f"== {script}", flush=True)
        found, trouble = _run(script, full=options.full)
        rows += found
        for row in found:
            print(f"   {row['row']}: {_verdict(row, 'not measured')} ({_ratio(row)})", flush=True)
        if trouble:
            failed.append((script, trouble))
            print(f"   FAILED: {trouble}", flush=True)
    _write(rows, failed, time.monotonic() - begun, full=options.full)
    return 1 if failed else 0


def _run(script: str, *, full: bool) -> tuple[list[dict[str, Any]], str]:
    """The rows that a script gave, and what went wrong, if anything: the others go on."""
    command = [sys.executable, "-m", f"benchmarks.{script}", "--json"] + ["--full"] * full
    # The last line of its complaints goes onto the page.
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    sys.stderr.write(ended.stderr)
    found = []
    for line in ended.stdout.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    if ended.returncode not in (0, 1) or "Traceback" in ended.stderr or not found:
        said = ended.stderr.strip().splitlines()
        return found, said[-1] if said else f"it ended with {ended.returncode}"
    return found, ""


def _write(
    rows: list[dict[str, Any]], failed: list[tuple[str, str]], seconds: float, *, full: bool
) -> None:
    table = ["| row | ours | reference | ratio | goal | |", "| --- | --- | --- | --- | --- | --- |"]
    table += [_line(row) for row in rows]
    table += [f"| `benchmarks/{script}.py` | - | - | - | - | **failed** |" for script, _ in failed]
    walls = [
        f"- **{row['row']}** missed its goal: {_plain(row['wall'])}."
        for row in rows
        if row["wall"] and not row["met"] and row["ratio"] is not None
    ]
    walls += [f"- **{row['row']}** was not measured: {_why(row)}." for row in rows if _why(row)]
    walls += [f"- `benchmarks/{script}.py` failed: {_plain(said)}" for script, said in failed]
    made = (
        f"`make bench{'-full' * full}` on {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores,"
        f" {platform.system()} {platform.machine()}, Python {platform.python_version()},"
        f" {seconds / 60:.0f} minutes. {_tally(rows)}"
    )
    text = "\n".join([made, "", *table, *(["", "Behind the table:", "", *walls] * bool(walls))])
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}")


def _line(row: dict[str, Any]) -> str:
    goal = "-" if row["goal"] is None else f"{'≥' if row['at_least'] else '≤'} {row['goal']:g}"
    ours, theirs = (_figure(row[side], row["unit"]) for side in ("ours", "theirs"))
    beside = f"{theirs}: {row['reference']}" if row["theirs"] else row["reference"]
    verdict = _verdict(row, "not measured")
    return f"| {row['row']} | {ours} | {beside} | {_ratio(row)} | {goal} | {verdict} |"


def _verdict(row: dict[str, Any], missing: str) -> str:
    if row["ratio"] is None:
        return missing
    return "" if row["goal"] is None else "met" if row["met"] else "**missed**"


def _ratio(row: dict[str, Any]) -> str:
    ratio = row["ratio"]
    return "-" if ratio is None else f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"


def _why(row: dict[str, Any]) -> str:
    return _plain(row["absent"]) if row["ratio"] is None else ""


def _tally(rows: list[dict[str, Any]]) -> str:
    judged = [row for row in rows if row["goal"] is not None]
    met = sum(row["met"] for row in judged)
    return f"{met} of {len(judged)} goals are reached."


def _plain(said: str) -> str:
    """What a script said, without this machine's folders, on one line of a table."""
    for folder in (sys.prefix, str(PAGE.parents[1]), str(Path.home()), tempfile.gettempdir()):
        said = said.replace(folder, "…") if len(folder) > 1 else said
    return said.replace("|", "/").replace("\n", " ")


def _figure(values: list[float], unit: str) -> str:
    if not values:
        return "-"
    values = sorted(values)
    middle = values[len(values) // 2]
    return f"{middle:,.0f} {unit}" if middle >= 100 else f"{middle:.3g} {unit}"


if __name__ == "__main__":
    sys.exit(main())
