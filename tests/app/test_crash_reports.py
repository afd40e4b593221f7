"""Crash reports: off until asked for, and nothing but the shape of an error ever leaves."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from caseyos.app import crash_reports
from caseyos.cli import diagnostics
from caseyos.cli.flags import Flags
from caseyos.config import Config, load_config
from tests.conftest import Run
from tests.servers.ingest import Ingest, ingest

PLANTED = ("hunter2-secret", "ann@example.com", "Ann Planted")


def config_for(folder: Path, dsn: str, reports: str = "on") -> Config:
    path = folder / "caseyos.toml"
    path.write_text(
        f'[telemetry]\ncrash_reports = "{reports}"\nsentry_dsn = "{dsn}"\n'
        'sentry_environment = "test"\n'
    )
    return load_config(path=path, environ={"HOME": str(folder)})


def planted_error() -> ValueError:
    secret, address, name = PLANTED
    try:
        try:
            raise KeyError(address)
        except KeyError as cause:
            raise ValueError(f"{secret} of {name}") from cause
    except ValueError as error:
        error.add_note(secret)
        return error


def body(server: Ingest) -> dict[str, Any]:
    lines = server.arrived[0].partition("\n\n")[2].splitlines()
    return next(json.loads(line) for line in lines if '"exception"' in line)


def clean(server: Ingest) -> None:
    everything = "\n".join(server.arrived)
    for word in (*PLANTED, str(Path(__file__).parent), __import__("socket").gethostname()):
        assert word not in everything


def test_the_shape_of_an_error_arrives_and_nothing_else(tmp_path: Path) -> None:
    with ingest() as server:
        config = config_for(tmp_path, server.dsn)
        crash_reports.follow(config)
        events = logging.getLogger("caseyos.events")
        events.setLevel(logging.INFO)
        item = "0198aaaa-0000-7000-8000-000000000000"
        events.info("signal_received", extra={"item_id": item, "actor": PLANTED[1]})
        sent = crash_reports.send(config, planted_error(), "deadbeef")
        assert len(server.arrived) == 1
        event = body(server)
        clean(server)
    assert event["event_id"] == sent.event_id
    assert [one["type"] for one in event["exception"]["values"]] == ["KeyError", "ValueError"]
    frame = event["exception"]["values"][1]["stacktrace"]["frames"][-1]
    assert frame["function"] == "planted_error" and frame["lineno"] > 0
    assert set(frame) <= {"module", "function", "lineno", "in_app"}
    assert event["tags"] == {"report_id": "deadbeef"} and event["environment"] == "test"
    crumb = event["breadcrumbs"]["values"][-1]
    assert crumb["message"] == "signal_received" and crumb["data"] == {"item_id": item}


def test_a_defect_of_a_command_and_of_a_job_is_reported_once(tmp_path: Path) -> None:
    with ingest() as server:
        config = config_for(tmp_path, server.dsn)
        diagnostics.report_defect(planted_error(), Flags(config=str(tmp_path / "caseyos.toml")))
        assert len(server.arrived) == 1
        crash_reports.follow(config)
        jobs = logging.getLogger("caseyos.daemon.scheduler")
        for _ in range(3):
            try:
                raise planted_error()
            except ValueError:
                jobs.exception("job %s failed", "generate")
        assert len(server.arrived) == 2
        clean(server)


@pytest.mark.parametrize(("reports", "known"), [("off", True), ("on", False)])
def test_nothing_is_sent_unless_both_are_given(tmp_path: Path, reports: str, known: bool) -> None:
    with ingest() as server:
        config = config_for(tmp_path, server.dsn if known else "", reports)
        assert crash_reports.send(config, planted_error()).off
        assert server.arrived == []


@pytest.mark.parametrize("dsn", ["nonsense", "http://k@127.0.0.1:1/1"])
def test_a_report_that_cannot_go_out_raises_nothing(tmp_path: Path, dsn: str) -> None:
    sent = crash_reports.send(config_for(tmp_path, dsn), planted_error())
    assert sent.event_id is None and sent.why_not and not sent.off


def test_the_marked_error(home: dict[str, str], caseyos: Run) -> None:
    told = caseyos("ops", "test-error")
    assert told.returncode == 0 and "Crash reports are off" in told.stdout
    with ingest() as server:
        home["SENTRY_DSN"] = server.dsn
        assert "Crash reports are off" in caseyos("ops", "test-error").stdout
        assert caseyos("config", "set", "telemetry.crash_reports", "on").returncode == 0
        told = caseyos("ops", "test-error", "--json")
        assert told.returncode == 0, told.stderr
        event = body(server)
        clean(server)
    assert json.loads(told.stdout)["data"]["event_id"] == event["event_id"]
    assert event["exception"]["values"][0]["type"] == "MarkedError"
    assert caseyos("ops", "test-error").returncode == 9
    for log in Path(home["HOME"]).rglob("*.jsonl"):
        assert "0123456789abcdef0123" not in log.read_text()
