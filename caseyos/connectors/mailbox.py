"""Mail in files: an mbox, a Maildir, or any folder with a mail a file. Reads, never changes."""

from __future__ import annotations

import itertools
import mailbox
import time
from collections.abc import Generator, Iterator
from pathlib import Path

from caseyos.config.model import Source as Configured
from caseyos.domain.ports.intake import MailItem, Rejected, Row
from caseyos.domain.ports.source import Batch, Surroundings
from caseyos.errors import UsageError

BATCH = 500

MAX_MAIL = 50 * 1024 * 1024  # bytes
_NOT_MAIL = ("dovecot", ".uidvalidity", "subscriptions", "maildirfolder", ".DS_Store")


class MailFolder:
    """A configured folder of mail, read again where its files were touched since."""

    def __init__(self, configured: Configured, _around: Surroundings) -> None:
        self._path = Path(configured.path).expanduser()

    def batches(self, cursor: Row) -> Generator[Batch, None, None]:
        """Every mail touched since the last time; the cursor moves after the last of them."""
        # Two seconds back: file systems round, and Message-IDs make a second look harmless.
        begun = time.time() - 2
        since = cursor.get("since")
        found = mails(self._path, since=None if since is None else float(since))
        while batch := tuple(itertools.islice(found, BATCH)):
            yield Batch({}, mails=batch)
        yield Batch({"since": begun})


def mails(path: Path, *, since: float | None = None) -> Iterator[MailItem | Rejected]:
    """Every mail at `path`: (where, bytes); `since` (Unix time) skips files not touched later.

    A file that is too large or cannot be read is rejected with the reason.
    """
    if path.is_file():
        yield from _from_mbox(path)
        return
    if not path.is_dir():
        raise UsageError(f"There is no mail folder at {path}.")
    for file in sorted(path.rglob("*")):
        if not file.is_file() or file.parent.name == "tmp" or file.name.startswith(_NOT_MAIL):
            continue
        place = str(file.relative_to(path))
        try:
            found = file.stat()
            if since is not None and max(found.st_mtime, found.st_ctime) < since:
                continue
            yield _sized(place, found.st_size) or (place, file.read_bytes())
        except FileNotFoundError:
            continue  # a mail reader moved it meanwhile; it is met again under its new name
        except OSError as error:
            yield Rejected(place, b"", place, f"it cannot be read: {error.strerror}")


def count(path: Path) -> int | None:
    """How many files lie below `path`, for a progress bar; None for an mbox."""
    if path.is_file():
        return None
    return sum(1 for file in path.rglob("*") if file.is_file())


def _from_mbox(path: Path) -> Iterator[MailItem | Rejected]:
    try:
        with path.open("rb") as start:
            first = start.read(5)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    if not first and path.suffix.lower() != ".eml":
        return  # a mailbox with nothing in it
    if first != b"From ":
        yield _sized(path.name, path.stat().st_size) or (path.name, path.read_bytes())
        return
    box = mailbox.mbox(str(path), create=False)
    try:
        for key in box.iterkeys():
            place = f"{path.name}#{key}"
            raw = box.get_bytes(key)
            yield _sized(place, len(raw)) or (place, raw)
    finally:
        box.close()


def _sized(place: str, size: int) -> Rejected | None:
    """The rejection of a mail that is larger than any should be."""
    if size <= MAX_MAIL:
        return None
    return Rejected(place, b"", place, f"it is larger than {MAX_MAIL // 1024 // 1024} MiB")
