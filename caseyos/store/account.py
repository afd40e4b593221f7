"""Which operating-system account runs the embedded server, and the folders it can reach.

PostgreSQL refuses to run as root, so root hands it to a system account of its own, in a folder that
account can reach. Nothing here starts anything.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from caseyos.errors import NotReady

ROOTS_HOME = Path("/var/lib/caseyos")
SYSTEM_USER = "caseyos"


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """The account the server runs under; `switch` is True where that is not ourselves."""

    name: str
    uid: int
    gid: int
    switch: bool

    def popen_options(self) -> dict[str, object]:
        """Arguments for `subprocess` that make a child run as this account."""
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give `path` to the account."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def server_account() -> ServerAccount:
    """Ourselves, or as root the system account, which is made where `useradd` allows it."""
    if os.geteuid() != 0:
        own = pwd.getpwuid(os.geteuid())
        return ServerAccount(own.pw_name, own.pw_uid, own.pw_gid, switch=False)
    entry = _passwd(SYSTEM_USER)
    if entry is None and (useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")):
        command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        subprocess.run([*command, SYSTEM_USER], check=False, capture_output=True)  # noqa: S603
        entry = _passwd(SYSTEM_USER)
    entry = entry or _passwd("nobody")
    if entry is None:
        raise NotReady(
            "PostgreSQL does not run as root, and there is no system account to run it under.",
            hint="useradd --system caseyos",
        )
    return ServerAccount(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)


def cluster_home(data_dir: Path, account: ServerAccount) -> Path:
    """The folder that holds the cluster of `data_dir`: inside it, or for root in `/var/lib`."""
    if not account.switch:
        return data_dir
    return ROOTS_HOME / sha256(os.fsencode(data_dir.absolute())).hexdigest()[:12]


def private_folder(path: Path, account: ServerAccount) -> Path:
    """Make `path` a real folder, mode 0700, owned by `account`; refuse anything else there."""
    if account.switch and not ROOTS_HOME.exists():
        ROOTS_HOME.mkdir(mode=0o755, parents=True)
    try:
        path.mkdir(mode=0o700, parents=True)
        account.own(path)
    except FileExistsError:
        pass
    except OSError as error:
        raise NotReady(
            f"The data folder {path} cannot be made: {error.strerror}.", hint="caseyos doctor"
        ) from error
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (account.uid, os.geteuid()):
        raise NotReady(
            f"{path} is not a folder of {account.name}'s, so no database is put there.",
            hint="caseyos doctor",
        )
    if stat.S_IMODE(found.st_mode) != 0o700:
        path.chmod(0o700)
    account.own(path)
    return path


def reachable_install(install: Path, account: ServerAccount) -> Path:
    """`install`, or a copy of it that `account` can reach when its own folders shut it out."""
    if not account.switch or _open_to_others(install):
        return install
    copy = ROOTS_HOME / "bin" / sha256(os.fsencode(install)).hexdigest()[:12]
    if not copy.exists():
        ROOTS_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(install, unfinished, symlinks=True)
        for folder in (copy.parent, unfinished):
            folder.chmod(0o755)
        try:
            unfinished.rename(copy)
        except OSError:  # another command finished the same copy first
            shutil.rmtree(unfinished)
    return copy


def _open_to_others(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in [path, *path.absolute().parents])


def _passwd(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None
