"""Named SQL: each file of `store/sql` holds queries, each with a name and a description.

No heavy import: the reads of a shell prompt come through here.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = os.path.join(os.path.dirname(__file__), "sql")  # noqa: PTH118, PTH120
_read: dict[str, Mapping[str, str]] = {}


def named_sql(file: str) -> Mapping[str, str]:
    """The queries of `store/sql/<file>.sql` by name. KeyError names a query that is not there."""
    if file not in _read:
        parts = f"\n{_text(file)}".split("\n-- name: ")[1:]
        pairs = (part.partition("\n") for part in parts)
        _read[file] = {name.strip(): query.strip() for name, _, query in pairs}
    return _read[file]


def statements(file: str) -> list[str]:
    """The statements of a file that separates them by lines of `--;`."""
    return [part.strip() for part in _text(file).split("\n--;\n")]


def _text(file: str) -> str:
    with open(f"{FOLDER}/{file}.sql", encoding="utf-8") as opened:  # noqa: PTH123
        return opened.read()
