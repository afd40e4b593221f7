"""Mail that leaves: handed in by SMTP, a copy kept in the account's Sent folder by IMAP.

The mail counts as sent when the server has taken it, whatever becomes of the copy or of QUIT.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from caseyos.connectors.imap_drafts import append, definitely_not, digest
from caseyos.connectors.imap_marker import look_up
from caseyos.connectors.imap_session import INBOX, ImapSession, open_session
from caseyos.connectors.mail_account import MailAccount
from caseyos.connectors.message import accepted_recipients, build_mail, prove
from caseyos.connectors.smtp_session import SmtpSession, open_smtp
from caseyos.domain.model import Effect, Payload, Reversibility
from caseyos.domain.ports.channel import NotDone, Prepared, Receipt
from caseyos.domain.text import safe_line
from caseyos.errors import CaseyError

# Where handing a mail in already leaves a copy in Sent.
COPIES_BY_ITSELF = (".gmail.com", ".office365.com", ".outlook.com", ".googlemail.com")


class SmtpMail:
    """`send_email` and `follow_up` by an account."""

    outside = True
    reversibility = Reversibility.FINAL.value

    def __init__(self, account: MailAccount) -> None:
        self.name = account.name
        self._account = account

    def build(self, payload: Payload, *, marker: str, execution_id: UUID, at: datetime) -> bytes:
        """The message, CRLF line ends, with our marker headers and a way to unsubscribe."""
        return build_mail(
            payload, marker=marker, execution_id=execution_id, at=at, unsubscribe=True
        )

    def effects(self, payload: Payload) -> tuple[Effect, ...]:
        """One mail to each, for good."""
        whom = ", ".join(payload.recipients) or "nobody yet"
        return (
            Effect(self.name, f"send 1 mail to {whom}", "only while it is held"),
            Effect("caseyos", "mark done, watch for a reply", "no"),
        )

    def check(self, payload: Payload) -> None:
        """There is somebody to write to, and somebody who writes."""
        if not accepted_recipients(payload):
            raise NotDone("There is nobody to write to.")
        sender = str(payload.fields["from"])
        if sender.endswith("@localhost"):
            raise NotDone(
                f"{sender} is no address anybody could answer to;"
                " say yours: caseyos config set send.from_address"
            )

    def prepare(self, payload: Payload, wire: bytes, marker: str) -> Prepared:
        """Log in, name sender and recipients; the recipients are those of the accepted bytes."""
        self.check(payload)
        prove(payload, wire, marker, unsubscribe=True)
        recipients = accepted_recipients(payload)
        account = self._account.asking_once()
        copy = _Copy(account, wire, marker)
        smtp: SmtpSession | None = None
        try:
            with definitely_not():
                smtp = open_smtp(account)
            refused = smtp.name(str(payload.fields["from"]), recipients, len(wire))
        except BaseException:
            copy.close()
            if smtp is not None:
                smtp.close()
            raise
        return _Mail(smtp, copy, wire, refused)

    def find(self, marker: str) -> Receipt | None:
        """The copy in Sent, or what has come back to ourselves."""
        with definitely_not(), open_session(self._account) as session:
            for folder in (session.folder("sent"), INBOX):
                place = look_up(session, folder, marker) if folder else None
                if place is not None:
                    return Receipt(place.provider_id, digest(place.provider_id.encode()), None)
        return None

    def undo(self, _instructions: Mapping[str, Any]) -> str:
        """A mail that has left stays where it is."""
        raise NotDone("A mail that was sent cannot be taken back.")


class _Mail:
    """A mail whose sender and recipients the server has taken."""

    def __init__(
        self, smtp: SmtpSession, copy: _Copy, wire: bytes, refused: tuple[str, ...]
    ) -> None:
        self.refused = refused
        self._smtp, self._copy, self._wire = smtp, copy, wire

    def __enter__(self) -> _Mail:
        return self

    def __exit__(self, *_: object) -> None:
        self._smtp.close()
        self._copy.close()

    def perform(self) -> Receipt:
        """DATA, then the copy."""
        said = self._smtp.hand_in(self._wire)
        notes = self._copy.keep()
        return Receipt(said, digest(self._wire), None, refused=self.refused, notes=notes)


class _Copy:
    """The copy in Sent; connected to beforehand, so that nothing is slow after the mail has left.

    No failure of it is one of the mail: it ends as a sentence in the receipt.
    """

    def __init__(self, account: MailAccount, wire: bytes, marker: str) -> None:
        self._account, self._wire, self._marker = account, wire, marker
        self._session: ImapSession | None = None
        self._folder: str | None = None
        self._problem: str | None = None
        if self._wanted(account):
            self._connect()

    def keep(self) -> tuple[str, ...]:
        """Keep it, unless it is there already; what there is to say about it."""
        if self._problem is not None:
            return (f"no copy in Sent: {self._problem.rstrip('.')}",)
        if self._session is None or self._folder is None:
            return ()
        try:
            if look_up(self._session, self._folder, self._marker) is None:
                append(self._session, self._folder, self._wire, self._marker, (b"\\Seen",))
        except Exception as error:  # noqa: BLE001 - whatever it is, the mail has left
            return (f"no copy in {self._folder}: {safe_line(str(error), 160)}",)
        return (f"a copy is in {self._folder}",)

    def close(self) -> None:
        """Hang up."""
        if self._session is not None:
            self._session.close()

    def _wanted(self, account: MailAccount) -> bool:
        if account.sent_copy != "auto":
            return account.sent_copy == "always"
        host = f".{account.smtp.host if account.smtp else ''}".lower()
        return not host.endswith(COPIES_BY_ITSELF)

    def _connect(self) -> None:
        try:
            self._session = open_session(self._account)
            by_itself = self._account.sent_copy == "auto" and self._session.has("X-GM-EXT-1")
            if not by_itself:
                self._folder = self._session.needed_folder("sent")
        except CaseyError as error:
            self._problem = error.message
