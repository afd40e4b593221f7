"""The channels as a crash sees them: how to set one up, die inside its effect, and count outside."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from caseyos.app import App
from caseyos.connectors import local
from tests.crash.stage import Stage, die
from tests.desk import Desk


class Maildir:
    """Local mail: the effect is a file."""

    action = "send_email"

    def desk(self, stage: Stage, lease: float) -> Desk:
        """A desk as it comes."""
        return stage.desk(lease=f"{lease:.0f}s")

    def arm(self, app: App, point: str) -> None:
        """Die after half of the bytes, or when the file is in place and nobody was told."""
        if point == "half written":

            def half(path: Path, content: bytes) -> None:
                with path.open("wb") as out:
                    out.write(content[: len(content) // 2])
                die()

            local._write_synced = half
        else:
            local._sync_folder = lambda _folder: die()

    def effects(self, desk: Desk) -> Mapping[str, int]:
        """The Message-IDs of the Maildir's files."""
        counts: dict[str, int] = {}
        for letter in desk.letters():
            counts[letter["Message-ID"]] = counts.get(letter["Message-ID"], 0) + 1
        return counts
