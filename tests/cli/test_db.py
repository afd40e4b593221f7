"""db: state, schema up and down, and psql, on a newcomer's own server."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from caseyos.store.account import server_account
from tests.cli.reading import data, said
from tests.conftest import Run


@pytest.fixture
def theirs() -> Iterator[str]:
    """The URL of an empty database on a server that is not ours: Debian's, version 15 or later."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not programs:
        told = "another PostgreSQL (apt-get install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(f"CI must try backups of {told}")
        pytest.skip(f"NOT TRIED: there is no {told}")
    account, folder = server_account(), Path(f"/tmp/caseyos-db-{os.getpid()}")
    folder.mkdir(mode=0o755)
    account.own(folder)
    given: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL}
    given |= {"stderr": subprocess.DEVNULL} | account.popen_options()
    bin_, cluster = programs[0].parent, folder / "data"
    subprocess.run([bin_ / "initdb", "-D", cluster, "-U", "casey", "-A", "trust"], **given)
    options = f"-k {folder} -c listen_addresses="
    control = [bin_ / "pg_ctl", "-D", cluster, "-w"]
    subprocess.run([*control, "-o", options, "start"], **given)
    try:
        yield f"postgresql://casey@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **given)
        shutil.rmtree(folder, ignore_errors=True)


def test_a_database_of_somebody_elses(caseyos: Run, theirs: str, tmp_path: Path) -> None:
    def run(*words: str, **extra: str) -> Any:
        return caseyos(*words, DATABASE_URL=theirs, **extra)

    assert "external PostgreSQL" in said(run, "init")
    said(run, "add", "Keep me")
    dump = tmp_path / "theirs.dump"
    assert "restored and compared" in said(run, "db", "backup", "--to", str(dump))
    said(run, "add", "Lose me")
    restored = data(run, "db", "restore", str(dump), "--yes")
    assert Path(restored["replaced"]).is_file()
    assert [move["title"] for move in data(run, "queue")] == ["Keep me"]


def test_a_database_that_is_away_is_said_by_every_command(caseyos: Run) -> None:
    for words in ("backup", "migrate", "status", "shell"):
        told = caseyos("db", words, DATABASE_URL="postgresql://u:hunter2@127.0.0.1:1/x")
        assert told.returncode == (2 if words == "shell" else 10), told.stderr
        assert "hunter2" not in told.stderr


def test_a_schema_of_a_later_program_is_left_alone(caseyos: Run) -> None:
    said(caseyos, "add", "Keep me")
    newer = "UPDATE alembic_version SET version_num = '9999'"
    said(caseyos, "db", "shell", "-c", newer)
    for words in (("db", "migrate"), ("today",), ("init",)):
        assert "is newer than this CaseyOS" in said(caseyos, *words, code=10)
    assert "upgrade CaseyOS" in said(caseyos, "db", "status")
    assert "fix: upgrade CaseyOS" in said(caseyos, "doctor", code=1)


@pytest.mark.parametrize("to", ["/", "/proc/nowhere/x", "/dev/null/x"])
def test_a_backup_that_has_no_place(demo: Run, to: str) -> None:
    assert "db backup --to" in said(demo, "db", "backup", "--to", to, code=2)


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
