"""Mail in files: an mbox, a Maildir, or any folder with a mail a file. Reads, never changes."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from pathlib import Path

from caseyos.domain.ports.intake import MailItem
from caseyos.errors import UsageError

MAX_MAIL = 50 * 1024 * 1024  # bytes
_NOT_MAIL = ("dovecot", ".uidvalidity", "subscriptions", "maildirfolder", ".DS_Store")


def mails(path: Path, *, since: float | None = None) -> Iterator[MailItem]:
    """Every mail at `path`: (where, bytes); `since` (Unix time) skips files not touched later.

    Files that are too large or cannot be read come with empty bytes and say so in their place.
    """
    if path.is_file():
        yield from _from_mbox(path)
        return
    if not path.is_dir():
        raise UsageError(f"There is no mail folder at {path}.")
    for file in sorted(path.rglob("*")):
        if not file.is_file() or file.parent.name == "tmp" or file.name.startswith(_NOT_MAIL):
            continue
        try:
            found = file.stat()
            if since is not None and max(found.st_mtime, found.st_ctime) < since:
                continue
            raw = b"" if found.st_size > MAX_MAIL else file.read_bytes()
        except OSError:
            raw = b""
        yield str(file.relative_to(path)), raw


def count(path: Path) -> int | None:
    """How many files lie below `path`, for a progress bar; None for an mbox."""
    if path.is_file():
        return None
    return sum(1 for file in path.rglob("*") if file.is_file())


def _from_mbox(path: Path) -> Iterator[MailItem]:
    with path.open("rb") as start:
        first = start.read(5)
    if first != b"From ":
        yield path.name, path.read_bytes()
        return
    box = mailbox.mbox(str(path), create=False)
    try:
        for key in box.iterkeys():
            yield f"{path.name}#{key}", box.get_bytes(key)
    finally:
        box.close()
