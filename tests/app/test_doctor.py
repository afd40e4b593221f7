"""The doctor names what is wrong and the one command that helps, whatever else is broken."""

from pathlib import Path

import pytest

from caseyos.app import App
from caseyos.app.doctor import _files, examine
from caseyos.app.intake import ImportOptions
from caseyos.domain.reports import Finding
from tests.app.conftest import OpenApp
from tests.app.test_accounts import ACCOUNT


def found(app: App) -> dict[str, Finding]:
    return {finding.code: finding for finding in examine(app)}


def levels(app: App) -> set[str]:
    return {finding.level for finding in examine(app)}


def test_a_healthy_house(app: App) -> None:
    app.config.paths.config_file.chmod(0o600)
    assert levels(app) == {"ok"}
    codes = [finding.code for finding in examine(app)]
    assert len(codes) == len(set(codes))
    assert all(finding.detail for finding in examine(app))


def test_a_configuration_that_others_can_read(app: App) -> None:
    app.config.paths.config_file.chmod(0o644)
    finding = found(app)["CD-002"]
    assert finding.level == "warn"
    assert finding.fix == f"chmod 600 {app.config.paths.config_file}"


def test_the_fuller_disk_of_data_and_database_counts(open_app: OpenApp) -> None:
    app = open_app(DATABASE_URL="")
    server = app.database_admin.server
    assert server is not None
    server.home = Path("/proc/self")  # a file system without room
    finding = next(one for one in _files(app) if one.code == "CD-070")
    assert (finding.level, finding.detail) == ("FAIL", "0 MB free")


def test_a_database_that_does_not_answer(open_app: OpenApp) -> None:
    app = open_app(DATABASE_URL="postgresql://nobody:hunter2@127.0.0.1:1/none")
    finding = found(app)["CD-010"]
    assert (finding.level, finding.fix) == ("FAIL", "caseyos config explain database.url")
    assert "hunter2" not in finding.detail
    assert "CD-020" in found(app)  # the other checks still run


def test_a_schema_that_is_not_ours(app: App) -> None:
    with app.database.transaction() as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    finding = found(app)["CD-011"]
    assert (finding.level, finding.fix) == ("FAIL", "upgrade CaseyOS: the schema is newer")


def test_quarantine_sources_receipts_and_stops(open_app: OpenApp, tmp_path: Path) -> None:
    gone = f"[[source]]\nkind = 'maildir'\nname = 'gone'\npath = '{tmp_path}/nowhere'\n"
    app = open_app("[send]\nfrom_address = 'casey@me.example'\n" + gone)
    (tmp_path / "d.csv").write_text("id,stage,amount\n1,Won,lots\n")
    app.intake.import_path(tmp_path / "d.csv", ImportOptions())
    app.intake.sync()
    app.switchboard.stop("outbound")
    told = found(app)
    assert told["CD-030"].detail == "1 entries could not be taken"
    assert told["CD-031"].title == "source maildir:gone"
    assert told["CD-050"].detail == "outbound"
    assert all(told[code].level == "warn" and told[code].fix for code in ("CD-030", "CD-031"))
    with app.database.transaction() as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("UPDATE audit_log SET actor = 'mallory'")
    broken = found(app)["CD-040"]
    assert (broken.level, broken.fix) == ("FAIL", "caseyos audit verify")


def test_a_secret_that_is_not_in_its_place(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app(f'{ACCOUNT}secret = {{ env = "THE_MAIL" }}\n')
    finding = found(app)["CD-032"]
    assert (finding.level, finding.fix) == ("FAIL", "caseyos auth login imap work")
    monkeypatch.setenv("THE_MAIL", "hunter2")
    finding = found(app)["CD-032"]
    assert (finding.level, "hunter2" in finding.detail) == ("ok", False)
