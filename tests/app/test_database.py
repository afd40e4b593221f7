"""Opening, checking, backing up and restoring the database of a configuration."""

from pathlib import Path

import psycopg
import pytest

from caseyos.app import App
from caseyos.app.daemon_lock import DaemonFile, DaemonState
from caseyos.app.database import KEPT_BACKUPS, DatabaseAdmin
from caseyos.errors import NotReady, TryLater, UsageError
from tests.app.conftest import OpenApp


def test_how_it_stands(app: App) -> None:
    status = app.database_admin.status()
    assert (status.kind, status.reachable, status.error) == ("external", True, None)
    assert status.present_revision == status.wanted_revision
    assert status.size is not None and status.size > 1_000_000
    assert int(str(status.server_version).split(".")[0]) >= 15
    assert app.database_admin.probe() == {"database": "ready", "migrations": "ready"}


def test_nobody_there_is_an_answer(open_app: OpenApp) -> None:
    admin = open_app(DATABASE_URL="postgresql://nobody:hunter2@127.0.0.1:1/none").database_admin
    status = admin.status()
    assert not status.reachable
    assert status.error and "hunter2" not in status.error
    assert "unknown" in admin.probe()["migrations"]


@pytest.mark.parametrize(("revision", "words"), [("9999", "newer"), (None, "db migrate")])
def test_a_schema_that_is_not_ours_is_refused(
    open_app: OpenApp, dsn: str, revision: str | None, words: str
) -> None:
    with psycopg.connect(dsn) as connection:
        if revision:
            connection.execute("UPDATE alembic_version SET version_num = %s", [revision])
        else:
            connection.execute("DELETE FROM alembic_version")
    with pytest.raises(NotReady) as refusal:
        open_app().queue.today()
    assert words in f"{refusal.value.message} {refusal.value.hint}"


def test_a_driver_in_the_url_is_understood(app: App, open_app: OpenApp) -> None:
    other = open_app(DATABASE_URL="postgresql+psycopg://u@h/d")
    assert DatabaseAdmin(other.config).conninfo(start=False) == "postgresql://u@h/d"


def test_migrating_again_changes_nothing(app: App) -> None:
    before = app.database_admin.status().present_revision
    assert app.database_admin.migrate() == before


def test_backup_and_back(app: App, tmp_path: Path) -> None:
    app.decisions.add("Call Lena")
    report = app.database_admin.backup()
    assert report.path.parent == app.config.paths.backup_dir
    app.decisions.add("Call Ravi")
    app.close()
    _, before = app.database_admin.restore(report.path)
    assert before is not None and before.path != report.path
    assert app.queue.today().total_pending == 1


def test_seven_backups_are_kept(app: App) -> None:
    folder = app.config.paths.backup_dir
    folder.mkdir(parents=True)
    for number in range(KEPT_BACKUPS + 2):
        (folder / f"caseyos-2020010{number}T000000Z.dump").write_text("old")
    app.database_admin.backup()
    kept = sorted(path.name for path in folder.glob("caseyos-*.dump"))
    assert len(kept) == KEPT_BACKUPS
    assert kept[0] == "caseyos-20200103T000000Z.dump"


def test_a_dump_that_is_none_is_refused(app: App, tmp_path: Path) -> None:
    (tmp_path / "x.dump").write_text("no dump")
    app.decisions.add("Call Lena")
    app.close()
    with pytest.raises(UsageError):
        app.database_admin.restore(tmp_path / "x.dump")
    assert app.queue.today().total_pending == 1


def test_no_restore_under_a_running_daemon(app: App, tmp_path: Path) -> None:
    daemon = DaemonFile(app.config.paths.state_dir)
    daemon.hold(DaemonState(1, "2026-11-24T00:00:00+00:00", None))
    try:
        with pytest.raises(TryLater, match="The daemon runs"):
            app.database_admin.restore(tmp_path / "x.dump")
    finally:
        daemon.release()


def test_a_server_that_is_not_ours_is_not_stopped(app: App) -> None:
    assert app.database_admin.stop() is False
    app.database_admin.revive()
    assert app.database_admin.shell_command()[1] == app.database_admin.conninfo(start=False)
