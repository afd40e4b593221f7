"""Where a profile's files lie, by the XDG base directories (on macOS too)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from caseyos.config.folders import DEFAULT_PROFILE, DEMO_PROFILE, folder
from caseyos.errors import ConfigError

__all__ = ["DEFAULT_PROFILE", "DEMO_PROFILE", "Paths", "profile_paths"]


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

    def below(variable: str) -> Path:
        return Path(folder(variable, profile, environ))

    return Paths(
        config_file=below("XDG_CONFIG_HOME") / "caseyos.toml",
        data_dir=below("XDG_DATA_HOME"),
        state_dir=below("XDG_STATE_HOME"),
        cache_dir=below("XDG_CACHE_HOME"),
    )
