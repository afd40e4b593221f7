"""tick and the daemon's commands (the daemon itself is proved in tests/daemon)."""

from __future__ import annotations

from tests.cli.reading import data, said
from tests.conftest import Run


def test_a_tick_of_a_source_that_is_not_there_says_which_there_are(demo: Run) -> None:
    told = said(demo, "tick", "--source", "nosuch", "--no-send", code=12)
    assert "no source 'nosuch'" in told and "internal" in told


def test_tick_says_what_it_did_and_twice_changes_nothing(caseyos: Run) -> None:
    said(caseyos, "add", "A thing to do", "--due", "tomorrow")
    assert "0 new moves" in said(caseyos, "tick")
    before = data(caseyos, "queue")
    report = data(caseyos, "tick")
    assert report["skipped"] is None and report["failures"] == []
    assert data(caseyos, "queue") == before


def test_quiet_tick_is_silent_when_all_is_well(caseyos: Run) -> None:
    done = caseyos("tick", "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_daemon_that_does_not_run(caseyos: Run) -> None:
    assert data(caseyos, "daemon", "status")["running"] is False
    assert "No daemon was running" in said(caseyos, "daemon", "stop")
    assert "loopback" in said(caseyos, "daemon", "run", "--host", "0.0.0.0", code=5)
