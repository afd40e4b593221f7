"""Our own mail in a folder, by its marker. Presence proves; absence proves nothing.

The marker is the Message-ID; where a server has put another in its place, our own header is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from uuid import UUID

from caseyos.connectors.imap_session import ImapSession
from caseyos.domain.mail import OUR_HEADER

_FIELDS = f"BODY.PEEK[HEADER.FIELDS (MESSAGE-ID {OUR_HEADER.upper()})]"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail lies: a UID means something only with its folder's UIDVALIDITY (RFC 3501)."""

    folder: str
    uidvalidity: int
    uid: int
    message_id: str

    @property
    def provider_id(self) -> str:
        """One line that names it."""
        return f"{self.folder};UIDVALIDITY={self.uidvalidity};UID={self.uid}"


def look_up(session: ImapSession, folder: str, marker: str) -> Place | None:
    """The newest mail of this marker in a folder, its headers read and compared."""
    with session.asking(f"looking into {folder}"):
        if not session.client.folder_exists(folder):
            return None
        chosen = session.client.select_folder(folder, readonly=True)
        found = session.client.search(_criteria(marker))
        newest = sorted(found)[-20:]
        heads = session.client.fetch(newest, [_FIELDS]) if newest else {}
    for uid in reversed(newest):
        raw = next(
            (value for key, value in heads.get(uid, {}).items() if key.startswith(b"BODY[")), b""
        )
        message = message_from_bytes(raw)
        own = str(message["Message-ID"] or "").strip()
        if own == marker or str(message[OUR_HEADER] or "").strip() == execution_of(marker):
            return Place(folder, int(chosen[b"UIDVALIDITY"]), int(uid), own)
    return None


def execution_of(marker: str) -> str:
    """The execution that a marker was made for, as our header has it; empty where it is none."""
    try:
        return str(UUID(marker.strip("<>").partition(".")[0]))
    except ValueError:
        return ""


def _criteria(marker: str) -> list[object]:
    by_id: list[object] = ["HEADER", "Message-ID", marker]
    execution = execution_of(marker)
    return ["OR", by_id, ["HEADER", OUR_HEADER, execution]] if execution else by_id
