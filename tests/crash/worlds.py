"""The channels as a crash sees them: how to set one up, die inside its effect, and count outside."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from caseyos.app import App
from caseyos.connectors import local
from tests.crash.stage import Stage, die
from tests.desk import Desk


class Maildir:
    """Local mail: the effect is a file."""

    action = "send_email"

    def desk(self, stage: Stage, lease: float, **more: Any) -> Desk:
        """A desk as it comes."""
        return stage.desk(lease=f"{lease:.0f}s", **more)

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


class Counted:
    """A channel that writes a line for every effect it performs, before it performs it."""

    def __init__(self, inner: Any, ledger: Path) -> None:
        self._inner, self._ledger = inner, ledger

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @classmethod
    def over(cls, app: App, desk: Desk, action: str = "send_email") -> None:
        """Count what an App performs of an action."""
        channels = app.actions.channels
        of, ledger = channels.of, desk.home / "performed"

        def counted(asked: str, name: str | None = None) -> Any:
            found = of(asked, name)
            return cls(found, ledger) if asked == action else found

        channels.of = counted  # type: ignore[method-assign]

    @staticmethod
    def markers(desk: Desk) -> list[str]:
        """The markers of everything performed so far."""
        ledger = desk.home / "performed"
        return ledger.read_text().split() if ledger.exists() else []

    def prepare(self, payload: Any, wire: bytes, marker: str) -> Any:
        """The inner channel's, whose effect is written down first."""
        ready = self._inner.prepare(payload, wire, marker)
        perform = ready.perform

        def written_down() -> Any:
            with self._ledger.open("a") as out:  # one short write, so lines do not mix
                out.write(f"{marker}\n")
            return perform()

        ready.perform = written_down
        return ready
