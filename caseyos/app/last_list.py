"""The list this terminal printed last: what row numbers mean, and for how long.

No heavy import: the hot reads keep their list here too.
"""

from __future__ import annotations

import os
import time

from caseyos.config.private_file import write_private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import Protocol
    from uuid import UUID

    from caseyos.domain.views import ListedMove

    class Listed(Protocol):
        """What a printed row is known by."""

        @property
        def id(self) -> object: ...
        @property
        def code(self) -> str: ...
        @property
        def version(self) -> int: ...


class LastList:
    """The last list of one terminal: a line with the time, then id, code and version a row."""

    def __init__(self, state_dir: Path | str, environ: Mapping[str, str] | None = None) -> None:
        name = session(os.environ if environ is None else environ)
        self._path = f"{state_dir}/lists/{name}.tsv"

    def save(self, moves: Sequence[Listed]) -> None:
        """Remember what was printed; a state folder that cannot be written is no reason to fail."""
        self._keep(time.time(), ((str(move.id), move.code, str(move.version)) for move in moves))

    def acknowledge(self, versions: Mapping[UUID, int]) -> None:
        """This terminal was just told what became of these moves: its rows still mean them."""
        kept = self._read()
        if kept is not None:
            now = {str(move_id): str(version) for move_id, version in versions.items()}
            self._keep(kept[0], ((row[0], row[1], now.get(row[0], row[2])) for row in kept[1]))

    def load(self) -> tuple[float, tuple[ListedMove, ...]] | None:
        """How many seconds ago it was printed, and its rows; None where there was none."""
        kept = self._read()
        if kept is None:
            return None
        from uuid import UUID

        from caseyos.domain.views import ListedMove

        try:
            rows = tuple(ListedMove(UUID(row[0]), row[1], int(row[2])) for row in kept[1])
        except ValueError:
            return None
        return max(0.0, time.time() - kept[0]), rows

    def _keep(self, at: float, rows: Iterable[tuple[str, ...]]) -> None:
        write_private(self._path, "\n".join([f"{at!r}", *map("\t".join, rows)]))

    def _read(self) -> tuple[float, list[tuple[str, ...]]] | None:
        try:
            with open(self._path, encoding="utf-8") as kept:  # noqa: PTH123
                first, *lines = kept.read().split("\n")
            rows = [tuple(line.split("\t")) for line in lines]
            return (float(first), rows) if all(len(row) == 3 for row in rows) else None
        except (OSError, ValueError):
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
    name = name or f"pid-{os.getppid()}"
    plain = "".join(c if c.isascii() and (c.isalnum() or c == "-") else "_" for c in name)
    return plain.strip("_")[:80] or "none"
