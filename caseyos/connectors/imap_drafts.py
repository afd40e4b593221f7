"""Drafts in the account's own Drafts folder, by IMAP APPEND; taken back while unchanged."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from caseyos.connectors.imap_marker import Place, look_up
from caseyos.connectors.imap_session import ImapSession, open_session
from caseyos.connectors.mail_account import MailAccount
from caseyos.connectors.message import accepted_recipients, build_mail, prove
from caseyos.domain.model import Effect, Payload, Reversibility
from caseyos.domain.ports.channel import NotDone, Prepared, Receipt, Uncertain
from caseyos.domain.text import safe_line
from caseyos.errors import CaseyError, TryLater

LATER = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]")  # RFC 5530


class ImapDrafts:
    """`create_draft` in an account."""

    outside = True
    reversibility = Reversibility.REVERSIBLE.value

    def __init__(self, account: MailAccount) -> None:
        self.name = account.name
        self._account = account

    def build(self, payload: Payload, *, marker: str, execution_id: UUID, at: datetime) -> bytes:
        """The message, as a mail program shows it."""
        return build_mail(payload, marker=marker, execution_id=execution_id, at=at)

    def effects(self, payload: Payload) -> tuple[Effect, ...]:
        """One draft."""
        whom = ", ".join(payload.recipients) or "nobody yet"
        return (
            Effect(self.name, f"put 1 draft to {whom} into your Drafts", "yes"),
            Effect("caseyos", "mark done", "yes"),
        )

    def check(self, payload: Payload) -> None:
        """Every recipient is one address."""
        accepted_recipients(payload)

    def prepare(self, payload: Payload, wire: bytes, marker: str) -> Prepared:
        """Log in, find the folder, and see whether the draft is there already."""
        prove(payload, wire, marker)
        with definitely_not():
            session = open_session(self._account)
            try:
                folder = session.needed_folder("drafts")
                there = look_up(session, folder, marker)
            except BaseException:
                session.close()
                raise
        return _Draft(session, folder, wire, marker, there)

    def find(self, marker: str) -> Receipt | None:
        """The draft of this marker, or the mail it has become."""
        with definitely_not(), open_session(self._account) as session:
            for use in ("drafts", "sent"):
                folder = session.folder(use)
                place = look_up(session, folder, marker) if folder else None
                if place is not None:
                    return _receipt(place, b"")
        return None

    def undo(self, instructions: Mapping[str, Any]) -> str:
        """Delete the draft if it is the very one: what is changed by IMAP gets another UID."""
        folder, marker = str(instructions["folder"]), str(instructions["message_id"])
        with definitely_not(), open_session(self._account) as session:
            place = look_up(session, folder, marker)
            if place is None:
                sent = session.folder("sent")
                if sent and look_up(session, sent, marker):
                    raise NotDone("The draft was sent since, so there is nothing to take back.")
                return "It was gone already."
            same = (place.uidvalidity, place.uid) == (
                instructions["uidvalidity"],
                instructions["uid"],
            )
            if not same:
                raise NotDone("The draft was changed since, so it is left alone.")
            _delete(session, place)
        return f"Removed the draft from {folder}."


class _Draft:
    """A draft that is ready to be put into its folder."""

    refused: tuple[str, ...] = ()

    def __init__(
        self, session: ImapSession, folder: str, wire: bytes, marker: str, there: Place | None
    ) -> None:
        self._session, self._folder = session, folder
        self._wire, self._marker, self._there = wire, marker, there

    def __enter__(self) -> _Draft:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def perform(self) -> Receipt:
        """APPEND; a draft of this marker that is there already is this one."""
        if self._there is not None:
            return _receipt(self._there, self._wire)
        place = append(self._session, self._folder, self._wire, self._marker, (b"\\Draft",))
        if place is None:
            return Receipt(self._folder, digest(self._wire), None)
        return _receipt(place, self._wire)


def append(
    session: ImapSession, folder: str, wire: bytes, marker: str, flags: tuple[bytes, ...]
) -> Place | None:
    """Put a mail into a folder; where it lies, as far as the server can say.

    NotDone when the server said no, Uncertain when it said nothing.
    """
    place = session.account.imap.place
    try:
        answer = session.client.append(folder, wire, flags)
    except IMAPClientAbortError as error:
        raise Uncertain(f"The connection to {place} broke: {safe_line(str(error), 120)}") from error
    except IMAPClientError as error:
        said = safe_line(str(error), 160)
        temporary = any(word in str(error) for word in LATER)
        raise NotDone(f"{place} refused it: {said}", temporary=temporary) from error
    except OSError as error:
        raise Uncertain(f"The connection to {place} broke: {safe_line(str(error), 120)}") from error
    told = re.search(rb"\[APPENDUID (\d+) (\d+)\]", bytes(answer or b""))
    if told:
        return Place(folder, int(told[1]), int(told[2]), marker)
    try:
        return look_up(session, folder, marker)
    except CaseyError:
        return None  # it is there; only its place is not known


@contextmanager
def definitely_not() -> Iterator[None]:
    """What fails here fails before any effect."""
    try:
        yield
    except CaseyError as refusal:
        raise NotDone(refusal.message, temporary=isinstance(refusal, TryLater)) from refusal


def _delete(session: ImapSession, place: Place) -> None:
    """Remove one mail and no other: without UID EXPUNGE it is only marked (RFC 4315)."""
    with session.asking("removing the draft"):
        session.client.select_folder(place.folder)
        session.client.add_flags([place.uid], [b"\\Deleted"])
        if session.has("UIDPLUS"):
            session.client.uid_expunge([place.uid])


def _receipt(place: Place, wire: bytes) -> Receipt:
    undo = {
        "kind": "delete_draft",
        "folder": place.folder,
        "uidvalidity": place.uidvalidity,
        "uid": place.uid,
        "message_id": place.message_id,
    }
    return Receipt(place.provider_id, digest(wire or place.provider_id.encode()), undo)


def digest(content: bytes) -> str:
    """SHA-256 (hex) of what was written."""
    return hashlib.sha256(content).hexdigest()
