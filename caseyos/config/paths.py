"""Where a profile's files lie, by the XDG base directories (on macOS too)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from caseyos.errors import ConfigError

DEFAULT_PROFILE = "default"
DEMO_PROFILE = "demo"


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders and files of one profile; nothing is made by naming them."""

    config_file: Path
    data_dir: Path
    state_dir: Path
    cache_dir: Path

    @property
    def maildir(self) -> Path:
        """The Maildir that local mail is written to."""
        return self.data_dir / "mail"

    @property
    def calendar_dir(self) -> Path:
        """The folder that local meetings are written to."""
        return self.data_dir / "calendar"

    @property
    def templates_dir(self) -> Path:
        """The operator's own e-mail templates."""
        return self.config_file.parent / "templates"

    @property
    def backup_dir(self) -> Path:
        """Where backups go when nobody says otherwise."""
        return self.state_dir / "backups"

    @property
    def log_file(self) -> Path:
        """The program's own log."""
        return self.state_dir / "log" / "caseyos.jsonl"


def profile_paths(profile: str, environ: Mapping[str, str]) -> Paths:
    """The paths of `profile`; the default profile's lie directly in the `caseyos` folders."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,31}", profile):
        raise ConfigError(
            f"{profile!r} cannot be a profile's name: use lower-case letters, digits, - and _."
        )
    home = Path(environ.get("HOME") or Path.home())

    def folder(variable: str, fallback: str) -> Path:
        value = environ.get(variable, "")
        # The XDG specification says to ignore a relative path.
        base = Path(value) if value.startswith("/") else home / fallback
        base /= "caseyos"
        return base if profile == DEFAULT_PROFILE else base / "profiles" / profile

    return Paths(
        config_file=folder("XDG_CONFIG_HOME", ".config") / "caseyos.toml",
        data_dir=folder("XDG_DATA_HOME", ".local/share"),
        state_dir=folder("XDG_STATE_HOME", ".local/state"),
        cache_dir=folder("XDG_CACHE_HOME", ".cache"),
    )
