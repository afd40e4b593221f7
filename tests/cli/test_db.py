"""db: state, schema up and down, and psql, on a newcomer's own server."""

from __future__ import annotations

from pathlib import Path

from tests.cli.reading import data, said
from tests.conftest import Run


def test_down_and_up_again_with_a_way_back(caseyos: Run, home: dict[str, str]) -> None:
    said(caseyos, "add", "Keep me")
    status = data(caseyos, "db", "status")
    assert status["reachable"] and status["present_revision"] == status["wanted_revision"]
    assert "add --yes" in said(caseyos, "db", "downgrade", "base", code=5)
    told = said(caseyos, "db", "downgrade", "base", "--yes")
    dump = told.rpartition("restore ")[2].strip()
    assert Path(dump).stat().st_mode & 0o777 == 0o600
    assert "caseyos db migrate" in said(caseyos, "db", "status")
    said(caseyos, "db", "migrate")
    assert data(caseyos, "queue") == []
    said(caseyos, "db", "restore", dump, "--yes")
    assert [move["title"] for move in data(caseyos, "queue")] == ["Keep me"]


def test_the_shell_is_psql_on_this_database(demo: Run) -> None:
    assert "13" in said(
        demo, "db", "shell", "-c", "SELECT count(*) FROM command_queue_items WHERE status='pending'"
    )
    assert demo("db", "shell", "-c", "SELECT nonsense").returncode != 0


def test_a_backup_that_was_cut_short_is_refused(demo: Run, demo_home: dict[str, str]) -> None:
    dump = Path(demo_home["HOME"], "short.dump")
    said(demo, "db", "backup", "--to", str(dump))
    dump.write_bytes(dump.read_bytes()[:-200])
    before = data(demo, "queue", "--limit", "100")
    assert demo("db", "restore", str(dump), "--yes").returncode != 0
    assert data(demo, "queue", "--limit", "100") == before
