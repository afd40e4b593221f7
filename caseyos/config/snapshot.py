"""The configuration as the hot reads need it: a few values in a private file of the cache folder.

It is keyed by everything the values were made from (files by time, size and inode, the
environment, the program's own migrations); one difference and the reader takes the long way.
Reading has no heavy import. A secret from the environment is never written, only its name.
"""

from __future__ import annotations

import os

from caseyos.config.folders import DEMO_PROFILE, folder
from caseyos.config.names import NOT_KEYS, PLAIN_NAMES
from caseyos.config.private_file import write_private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from caseyos.config.load import Config

FORMAT = "caseyos snapshot 2"
# What may hold a password is compared by being there alone; its value is read where it is used.
SECRETIVE = ("URL", "DSN", "PASSWORD", "TOKEN", "SECRET", "KEY")
PROGRAM = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120


def load(profile: str, environ: Mapping[str, str]) -> Mapping[str, str] | None:
    """The values kept for this very situation; None where there are none."""
    try:
        with open(_file(profile, environ), encoding="utf-8") as kept:  # noqa: PTH123
            key, _, values = kept.read().partition("\n\n")
    except (OSError, ValueError):
        return None
    if key != _key(profile, environ):
        return None
    pairs = (line.partition("\t") for line in values.splitlines())
    return {name: value for name, _, value in pairs}


def keep(config: Config, environ: Mapping[str, str], values: Mapping[str, str]) -> None:
    """Keep `values` for the next read in this situation; a value of several lines keeps nothing."""
    if any("\n" in value or "\r" in value for value in values.values()):
        return
    lines = "\n".join(f"{name}\t{value}" for name, value in values.items())
    text = f"{_key(config.profile, environ)}\n\n{lines}"
    path = _file(config.profile, environ)
    try:
        with open(path, encoding="utf-8") as kept:  # noqa: PTH123
            if kept.read() == text:
                return
    except (OSError, ValueError):
        pass
    write_private(path, text)


def _file(profile: str, environ: Mapping[str, str]) -> str:
    return f"{folder('XDG_CACHE_HOME', profile, environ)}/configuration"


def _key(profile: str, environ: Mapping[str, str]) -> str:
    """Everything the configuration depends on, one line each."""
    lines = [FORMAT, profile, _signature(f"{PROGRAM}/store/migrations/versions")]
    lines += [_signature(PROGRAM + part) for part in ("/__init__.py", "/config/model.py")]
    lines.append(_signature(f"{folder('XDG_CONFIG_HOME', profile, environ)}/caseyos.toml"))
    if profile != DEMO_PROFILE:  # the demo stands alone
        named = environ.get("CASEYOS_CONFIG")
        lines.append(_signature(named or f"{os.getcwd()}/caseyos.toml"))  # noqa: PTH109
        for name in sorted(environ):
            own = name.startswith("CASEYOS_") and name[8:] not in NOT_KEYS
            if own or name in PLAIN_NAMES:
                secretive = any(word in name for word in SECRETIVE)
                lines.append(f"{name}={'' if secretive else environ[name]!r}")
    lines += [f"{name}={environ.get(name)!r}" for name in ("HOME", "XDG_RUNTIME_DIR", "TMPDIR")]
    lines += [f"{name}={environ.get(name)!r}" for name in ("XDG_DATA_HOME", "XDG_STATE_HOME")]
    lines.append(f"uid={os.geteuid()}")
    return "\n".join(line.replace("\n", " ") for line in lines)


def _signature(path: str) -> str:
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return "-"  # and not where: a folder without a configuration is like any other
    return f"{path} {found.st_mtime_ns} {found.st_size} {found.st_ino}"
