"""Mail of an IMAP account as a source: what is new in each folder, by UID, never marked as read.

A folder's state is (UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ) of RFC 3501 and 7162. It moves past a mail
only in the batch that holds it.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from caseyos.config import parse_duration
from caseyos.config.model import Source as Configured
from caseyos.connectors.imap_session import INBOX, ImapSession, open_session
from caseyos.domain.ports.intake import MailItem, Rejected, Row
from caseyos.domain.ports.source import Batch, Surroundings
from caseyos.domain.text import safe_line
from caseyos.errors import ConfigError

log = logging.getLogger(__name__)

SIZES = 500  # mails whose sizes are asked at once
BATCH = 50  # mails of a batch, which is one commit
BATCH_BYTES = 4 * 1024 * 1024
BEGINNING = 128 * 1024  # bytes read of a mail that is too large: its headers and first part
SLACK = timedelta(days=1)  # SEARCH SINCE knows days, in the server's zone

WHOLE, PART = "BODY.PEEK[]", f"BODY.PEEK[]<0.{BEGINNING}>"


class _Sized(NamedTuple):
    uid: int
    large: bool  # only its beginning is read


class ImapSource:
    """One account: its Sent folder, its inbox, and the folders named beside them."""

    def __init__(self, configured: Configured, around: Surroundings) -> None:
        self._configured = configured
        self._around = around
        self._past = parse_duration(configured.past)

    def batches(self, cursor: Row) -> Generator[Batch, None, None]:
        """What came since, folder by folder, oldest first; what we sent before what answers it."""
        folders: Mapping[str, Row] = dict(cursor.get("folders") or {})
        self._session = self._opened()
        try:
            for name, sent in self._folders():
                for state, mails in self._news(name, folders.get(name)):
                    folders = {**folders, name: state}
                    if mails:
                        yield Batch({"folders": folders}, mails=mails, sent=sent)
        finally:
            self._session.close()
        yield Batch({"folders": folders})

    def _opened(self) -> ImapSession:
        session = open_session(self._around.account())
        if session.has("CONDSTORE"):
            with session.asking("ENABLE CONDSTORE"):  # before any folder is opened
                session.client.enable("CONDSTORE")
        return session

    def _folders(self) -> Iterator[tuple[str, bool]]:
        """The folders and whether what lies there was sent by us."""
        sent = self._session.folder("sent")
        if sent is not None:
            yield sent, True
        for name in dict.fromkeys((INBOX, *self._configured.also_read)):
            if name != sent:
                yield name, False

    def _news(
        self, name: str, before: Row | None
    ) -> Iterator[tuple[Row, Sequence[MailItem | Rejected]]]:
        """Mails of one folder, each group with the state that holds once it is stored."""
        now = self._around.now()
        there = _standing(self._session, name)
        if before is not None and _same(before, there):
            yield {**before, "modseq": there["modseq"], "seen_at": now.isoformat()}, ()
            return
        self._select(name)
        if before is not None and before["uidvalidity"] != there["uidvalidity"]:
            log.warning(
                "%s: %s was made anew (UIDVALIDITY %s, was %s); it is read again",
                self._around.source,
                safe_line(name, 60),
                there["uidvalidity"],
                before["uidvalidity"],
            )
        uids = self._uids(before, there, now)
        state = {**there, "seen_at": (before or {}).get("seen_at") or now.isoformat()}
        for group in self._groups(uids):
            yield {**state, "uidnext": group[-1].uid + 1}, self._fetched(name, group)
        uidnext = max([there["uidnext"], *(uid + 1 for uid in uids[-1:])])
        yield {**state, "uidnext": uidnext, "seen_at": now.isoformat()}, ()

    def _select(self, name: str) -> None:
        with self._session.asking(f"opening {name}"):
            self._session.client.select_folder(name, readonly=True)

    def _uids(self, before: Row | None, there: Row, now: datetime) -> list[int]:
        """The UIDs to fetch, rising: those since the last time, else those of a bounded past."""
        if before is not None and before["uidvalidity"] == there["uidvalidity"]:
            first = int(before["uidnext"])
            with self._session.asking("searching"):
                found = self._session.client.search(["UID", f"{first}:*"])
            # `n:*` always names the last mail, however small its UID (RFC 3501, 6.4.8).
            return sorted(uid for uid in found if uid >= first)
        seen = datetime.fromisoformat(before["seen_at"]) if before is not None else now
        since = (min(seen, now) - self._past - SLACK).date()
        with self._session.asking("searching"):
            return sorted(self._session.client.search(["SINCE", since]))

    def _groups(self, uids: Sequence[int]) -> Iterator[list[_Sized]]:
        """UIDs in groups bounded by number and by what will be read of them."""
        group: list[_Sized] = []
        size = 0
        for start in range(0, len(uids), SIZES):
            asked = uids[start : start + SIZES]
            with self._session.asking("asking for sizes"):
                told = self._session.client.fetch(asked, ["RFC822.SIZE"])
            for uid in (one for one in asked if one in told):  # or it was deleted meanwhile
                own = int(told[uid].get(b"RFC822.SIZE") or 0)
                large = own > self._configured.whole_up_to
                own = min(own, BEGINNING) if large else own
                if group and (len(group) == BATCH or size + own > BATCH_BYTES):
                    yield group
                    group, size = [], 0
                group.append(_Sized(uid, large))
                size += own
        if group:
            yield group

    def _fetched(self, name: str, group: Sequence[_Sized]) -> list[MailItem | Rejected]:
        got: dict[int, bytes | str] = {}
        for large, part in ((False, WHOLE), (True, PART)):
            got |= self._bodies(name, [one.uid for one in group if one.large is large], part)
        return [
            Rejected(f"{name}:{uid}", b"", f"{name} UID {uid}", raw)
            if isinstance(raw, str)
            else (f"{name} UID {uid}", raw)
            for uid, raw in sorted(got.items())
        ]

    def _bodies(self, name: str, uids: Sequence[int], part: str) -> dict[int, bytes | str]:
        """The bytes of mails by UID; a sentence for one that the server cannot give."""
        if not uids:
            return {}
        client = self._session.client
        with self._session.asking("fetching"):
            try:
                told: Mapping[int, Mapping[bytes, Any]] = client.fetch(uids, [part])
            except IMAPClientError as error:
                hung_up = isinstance(error, IMAPClientAbortError)
                if hung_up and "BYE" not in client._imap.untagged_responses:
                    raise  # the connection, not the mail
                refusal = safe_line(str(error), 120)
            else:
                wanted = b"BODY[]" if part == WHOLE else b"BODY[]<0>"
                # One that is not named was deleted meanwhile.
                return {uid: _content(told[uid].get(wanted)) for uid in uids if uid in told}
        if hung_up:  # some servers end the conversation over a mail they cannot read
            self._session.close()
            self._session = self._opened()
            self._select(name)
        if len(uids) == 1:
            return {uids[0]: f"the server cannot give it: {refusal}"}
        return {uid: raw for one in uids for uid, raw in self._bodies(name, [one], part).items()}


def _standing(session: ImapSession, name: str) -> dict[str, int]:
    """A folder's UIDVALIDITY, UIDNEXT and HIGHESTMODSEQ (0 where the server has none)."""
    asked = ["UIDVALIDITY", "UIDNEXT"]
    if session.has("CONDSTORE"):
        asked.append("HIGHESTMODSEQ")
    with session.asking(f"asking for {name}"):
        try:
            told = session.client.folder_status(name, asked)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            raise ConfigError(
                f"{session.account.imap.place} does not show the folder {safe_line(name, 60)}:"
                f" {safe_line(str(error), 120)}.",
                hint="caseyos config edit",
            ) from error
    return {
        "uidvalidity": int(told[b"UIDVALIDITY"]),
        "uidnext": int(told[b"UIDNEXT"]),
        "modseq": int(told.get(b"HIGHESTMODSEQ") or 0),
    }


def _same(before: Row, there: Row) -> bool:
    """Whether nothing can have come: a new mail always takes the next UID."""
    return all(before[name] == there[name] for name in ("uidvalidity", "uidnext"))


def _content(raw: bytes | None) -> bytes | str:
    return "the server gave nothing of it" if raw is None else bytes(raw)
