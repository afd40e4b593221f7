"""The list this terminal printed last: what row numbers mean, and for how long."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from caseyos.app.state_file import keep
from caseyos.domain.model import Move


@dataclass(frozen=True, slots=True)
class ListedMove:
    """One row as it was printed."""

    move_id: UUID
    code: str
    version: int
    title: str


class LastList:
    """The last list of one terminal; kept in a file of the state folder."""

    def __init__(self, state_dir: Path, environ: Mapping[str, str] | None = None) -> None:
        self._path = (
            state_dir / "lists" / f"{session(os.environ if environ is None else environ)}.json"
        )

    def save(self, moves: Sequence[Move]) -> None:
        """Remember what was printed; a state folder that cannot be written is no reason to fail."""
        rows = [[str(move.id), move.code, move.version, move.title] for move in moves]
        keep(self._path, json.dumps({"at": time.time(), "rows": rows}))

    def acknowledge(self, versions: Mapping[UUID, int]) -> None:
        """This terminal was just told what became of these moves: its rows still mean them."""
        try:
            kept = json.loads(self._path.read_text())
            for row in kept["rows"]:
                row[2] = versions.get(UUID(row[0]), row[2])
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return
        keep(self._path, json.dumps(kept))

    def load(self) -> tuple[float, tuple[ListedMove, ...]] | None:
        """How many seconds ago it was printed, and its rows; None where there was none."""
        try:
            kept = json.loads(self._path.read_text())
            rows = tuple(
                ListedMove(UUID(row[0]), str(row[1]), int(row[2]), str(row[3]))
                for row in kept["rows"]
            )
            return max(0.0, time.time() - float(kept["at"])), rows
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return None


def session(environ: Mapping[str, str]) -> str:
    """This terminal's name: what it says, its device, or the process that started us."""
    name = environ.get("CASEYOS_SESSION", "")
    if not name:
        for stream in (0, 1, 2):
            try:
                name = os.ttyname(stream)
                break
            except OSError:
                continue
    return re.sub(r"[^A-Za-z0-9-]", "_", name or f"pid-{os.getppid()}").strip("_")[:80] or "none"
