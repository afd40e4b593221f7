"""init, doctor, demo."""

from __future__ import annotations

from pathlib import Path

from tests.cli.reading import data, said
from tests.conftest import Run


def test_init_twice_is_as_good_as_once(caseyos: Run) -> None:
    assert "Your database is ready" in said(caseyos, "init", "--no-input")
    assert "Your database is ready" in said(caseyos, "init", "--no-input")


def test_doctor_names_the_fix(caseyos: Run, home: dict[str, str]) -> None:
    said(caseyos, "init", "--no-input")
    file = Path(home["XDG_CONFIG_HOME"], "caseyos/caseyos.toml")
    said(caseyos, "config", "set", "send.hold", "31s")
    assert all(one["level"] == "ok" for one in data(caseyos, "doctor"))
    file.chmod(0o644)
    told = said(caseyos, "doctor")
    assert "warn" in told and f"chmod 600 {file}" in told
    broken = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    assert "FAIL" in said(caseyos, "doctor", code=1, **broken)
