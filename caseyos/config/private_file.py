"""A small file of our own folders, 0600, replaced as a whole: nobody ever reads half of one.

No heavy import: the hot reads come through here.
"""

from __future__ import annotations

import os


def write_private(path: str, text: str) -> None:
    """Write `text`; a folder that cannot be written is no reason to fail."""
    temporary = f"{path}.{os.getpid()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        try:
            handle = os.open(temporary, flags, 0o600)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120
            handle = os.open(temporary, flags, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(text)
        os.replace(temporary, path)  # noqa: PTH105
    except OSError:
        try:  # noqa: SIM105 - contextlib would cost the hot reads an import
            os.unlink(temporary)  # noqa: PTH108
        except OSError:
            pass
