"""Which account runs the embedded server, and folders nobody else gets into."""

import os
import stat
from pathlib import Path

import pytest

from caseyos.errors import NotReady
from caseyos.store import account
from caseyos.store.account import (
    ServerAccount,
    cluster_home,
    private_folder,
    reachable_install,
    server_account,
)

OWN = ServerAccount("me", os.geteuid(), os.getegid(), switch=False)


def test_nobody_runs_it_as_root() -> None:
    found = server_account()
    assert found.uid != 0
    assert found.switch is (os.geteuid() == 0)
    options = found.popen_options()
    assert options == (
        {"user": found.uid, "group": found.gid, "extra_groups": []} if found.switch else {}
    )


def test_where_the_cluster_lies(tmp_path: Path) -> None:
    assert cluster_home(tmp_path, OWN) == tmp_path
    other = ServerAccount("caseyos", 999, 999, switch=True)
    homes = {cluster_home(tmp_path / name, other) for name in ("a", "b")}
    assert len(homes) == 2
    assert all(home.parent == account.ROOTS_HOME for home in homes)


def test_a_private_folder(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b"
    for _ in range(2):
        assert private_folder(path, OWN) == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "open"
    path.mkdir(mode=0o777)
    path.chmod(0o777)
    private_folder(path, OWN)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


@pytest.mark.parametrize("kind", ["link", "file", "dangling"])
def test_what_is_no_folder_of_ours_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "data"
    if kind == "file":
        path.write_text("in the way")
    else:
        if kind == "link":
            (tmp_path / "elsewhere").mkdir()
        path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotReady, match="no database is put there"):
        private_folder(path, OWN)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "theirs"
    path.mkdir(mode=0o700)
    os.chown(path, 65534, 65534)
    with pytest.raises(NotReady, match="not a folder of me's"):
        private_folder(path, OWN)


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotReady, match="cannot be made"):
        private_folder(tmp_path / "file" / "data", OWN)


def test_programs_that_can_be_reached_stay_where_they_are(tmp_path: Path) -> None:
    assert reachable_install(tmp_path, OWN) == tmp_path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it under another account")
def test_programs_in_a_closed_folder_are_copied_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "ROOTS_HOME", tmp_path / "home")
    install = tmp_path / "closed" / "pg"
    install.mkdir(parents=True)
    (install / "postgres").write_text("program")
    install.parent.chmod(0o700)
    other = ServerAccount("nobody", 65534, 65534, switch=True)
    copy = reachable_install(install, other)
    assert copy != install
    assert (copy / "postgres").read_text() == "program"
    assert reachable_install(install, other) == copy
    assert len(list(copy.parent.iterdir())) == 1
