"""What the hot reads keep of the configuration, and when it is good for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseyos.config import load_config, snapshot

VALUES = {"conninfo": "host=/run user=caseyos", "zone": "", "odd": "tab\there"}


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    return {"HOME": str(tmp_path)}


def kept(environ: dict[str, str], profile: str = "default") -> bool:
    return snapshot.load(profile, environ) is not None


def keep(environ: dict[str, str], profile: str = "default") -> Path:
    snapshot.keep(load_config(profile=profile, environ=environ), environ, VALUES)
    return next(Path(environ["HOME"], ".cache").rglob("configuration"))


def test_what_was_kept_is_read_again(environ: dict[str, str]) -> None:
    assert not kept(environ)
    file = keep(environ)
    assert snapshot.load("default", environ) == VALUES
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.stat().st_mtime_ns
    keep(environ)
    assert file.stat().st_mtime_ns == before, "the same again writes nothing"


def test_a_file_that_appears_changes_or_goes_ends_it(environ: dict[str, str]) -> None:
    user = Path(environ["HOME"], ".config/caseyos/caseyos.toml")
    for change in (
        lambda: (user.parent.mkdir(parents=True), user.write_text("")),
        lambda: user.write_text("owner = 'me'"),
        lambda: user.unlink(),
        lambda: Path("caseyos.toml").write_text(""),
    ):
        keep(environ)
        assert kept(environ)
        change()
        assert not kept(environ)


def test_the_environment_is_part_of_it_and_its_secrets_are_not_written(
    environ: dict[str, str],
) -> None:
    keep(environ)
    assert not kept(environ | {"CASEYOS_QUEUE__LIST_VALID": "1h"})
    assert not kept(environ | {"ACTIONS_ENABLED": "false"})
    assert not kept(environ | {"DATABASE_URL": "postgresql://one"})
    assert not kept(environ, "other")
    assert kept(environ | {"CASEYOS_SESSION": "another terminal", "CASEYOS_NO_INPUT": "1"})
    secret = environ | {"DATABASE_URL": "postgresql://me:s3cret@host/x", "SENTRY_DSN": "s3cret"}
    assert "s3cret" not in keep(secret).read_text()
    assert kept(secret)


def test_a_folder_makes_no_difference_unless_it_configures(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(environ)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert kept(environ)


def test_a_broken_file_is_no_file(environ: dict[str, str]) -> None:
    file = keep(environ)
    for content in (b"", b"\xff\xfe", b"caseyos snapshot 1\n\nx", file.read_bytes()[:-40][:90]):
        file.write_bytes(content)
        assert not kept(environ)


def test_values_of_several_lines_are_not_kept(environ: dict[str, str]) -> None:
    config = load_config(environ=environ)
    snapshot.keep(config, environ, {"actor": "two\nlines"})
    assert not kept(environ)
