"""Named SQL: each file of `store/sql` holds queries, each with a name and a description."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "sql"
_HEADING = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def named_sql(file: str) -> Mapping[str, str]:
    """The queries of `store/sql/<file>.sql` by name. KeyError names a query that is not there."""
    parts = _HEADING.split((FOLDER / f"{file}.sql").read_text())
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))


def statements(file: str) -> list[str]:
    """The statements of a file that separates them by lines of `--;`."""
    text = (FOLDER / f"{file}.sql").read_text()
    return [part.strip() for part in re.split(r"^--;$", text, flags=re.MULTILINE)]
