"""A logged-in SMTP connection that hands in one mail, every failure classed (RFC 5321, 3207, 4954).

Up to the answer to DATA nothing can have happened; from the first byte of the text to the answer to
its last dot nobody can say, unless that answer says so. What comes after decides nothing.
"""

from __future__ import annotations

import base64
import contextlib
import smtplib
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Self

from caseyos.connectors.dialling import NONE, STARTTLS, TLS, Server, dial, step, tls_context
from caseyos.connectors.mail_account import XOAUTH2, MailAccount, xoauth2
from caseyos.domain.ports.channel import NotDone, Uncertain
from caseyos.domain.text import safe_line
from caseyos.errors import CaseyError, ConfigError, TryLater

# Said in EHLO; the name and the address of this computer are nobody's business.
OURSELVES = "[127.0.0.1]"
Reply = tuple[int, bytes]


class SmtpSession:
    """A connection that is logged in; one mail is handed in by it."""

    def __init__(self, account: MailAccount, server: Server, client: smtplib.SMTP) -> None:
        self.account = account
        self.server = server
        self._client = client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Say QUIT, and hang up whatever the answer is; never raises, never decides."""
        with contextlib.suppress(Exception):
            if self._client.sock is not None:
                self._client.sock.settimeout(min(5.0, self.server.timeout))
                self._client.quit()
        with contextlib.suppress(Exception):
            self._client.close()

    def name(self, sender: str, recipients: Sequence[str], size: int) -> tuple[str, ...]:
        """MAIL and RCPT for each; who was refused. NotDone when that leaves nobody."""
        with self._before("naming the sender"):
            option = f" SIZE={size}" if self._client.has_extn("size") else ""
            reply = self._client.docmd("MAIL", f"FROM:<{sender}>{option}")
        if not _good(reply):
            raise self._no(reply, f"the sender {sender}")
        refused: dict[str, Reply] = {}
        for recipient in recipients:
            with self._before("naming the recipients"):
                reply = self._client.docmd("RCPT", f"TO:<{recipient}>")
            if reply[0] == 421:  # it is hanging up, whoever was to be named
                raise self._no(reply, recipient)
            if not _good(reply):
                refused[recipient] = reply
        if len(refused) == len(recipients):
            # One that may be taken later is reason enough to try them all again.
            soft = [one for one, reply in refused.items() if not _final(reply)]
            worst = soft[0] if soft else next(iter(refused), "")
            raise self._no(refused.get(worst, (550, b"nobody was named")), worst)
        return tuple(refused)

    def hand_in(self, wire: bytes) -> str:
        """DATA: the one effect. The server's words; NotDone or Uncertain."""
        with self._before("DATA"):
            reply = self._client.docmd("DATA")
        if reply[0] != 354:
            raise self._no(reply, "the mail")
        try:
            if self._client.sock is not None:
                # The last dot may take its time (RFC 5321, 4.5.3.2.6); then it is UNKNOWN.
                self._client.sock.settimeout(2 * self.server.timeout)
            self._client.send(_dotted(wire))
            reply = self._client.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise Uncertain(
                f"The connection to {self.server.place} broke after the mail was handed over"
                f" ({_words(error)})."
            ) from error
        if _good(reply):
            return f"{reply[0]} {_said(reply)}"
        if not 400 <= reply[0] < 600:
            raise Uncertain(f"{self.server.place} answered the mail with {_said(reply)!r}.")
        raise self._no(reply, "the mail")

    def _no(self, reply: Reply, what: str) -> NotDone:
        """A definite no, in the server's words."""
        return NotDone(
            f"{self.server.place} refused {safe_line(what, 120)}: {reply[0]} {_said(reply)}",
            temporary=not _final(reply),
        )

    @contextlib.contextmanager
    def _before(self, doing: str) -> Iterator[None]:
        """Whatever breaks before the mail is handed over leaves it unsent, to be tried again."""
        try:
            with step(self.server, doing):
                yield
        except (CaseyError, smtplib.SMTPException, ValueError) as error:
            told = error.message if isinstance(error, CaseyError) else _words(error)
            raise NotDone(told, temporary=not isinstance(error, ValueError)) from error


def open_smtp(account: MailAccount) -> SmtpSession:
    """Connect, encrypt and log in: TryLater, LoginRequired, ConfigError or NotDone."""
    server = account.smtp
    if server is None:
        raise ConfigError(f"{account.name} has no smtp.host.", hint="caseyos help config")
    client = _Connected(server)
    session = SmtpSession(account, server, client)
    try:
        _answered(session, "greeting", lambda: client.connect(server.host, server.port))
        _answered(session, "EHLO", client.ehlo)
        if server.security == STARTTLS:
            _start_tls(session, client)
        _log_in(session, client)
    except BaseException:
        session.close()
        raise
    return session


class _Connected(smtplib.SMTP):
    """smtplib on a connection of our own making."""

    def __init__(self, server: Server) -> None:
        super().__init__(local_hostname=OURSELVES, timeout=server.timeout)
        self._server = server
        self._host = server.host  # what STARTTLS checks the certificate for

    def _get_socket(self, *_: object) -> socket.socket:
        connection = dial(self._server)
        if self._server.security != TLS:
            return connection
        try:
            context = tls_context(self._server)
            return context.wrap_socket(connection, server_hostname=self._server.host)
        except BaseException:
            connection.close()
            raise


def _answered(session: SmtpSession, doing: str, ask: Callable[[], Reply]) -> Reply:
    """One question and its answer, which has to be a yes."""
    try:
        with step(session.server, doing):
            reply = ask()
    except smtplib.SMTPException as error:
        raise TryLater(f"{session.server.place} broke off ({doing}): {_words(error)}.") from error
    if not _good(reply):
        raise session._no(reply, "us")
    return reply


def _start_tls(session: SmtpSession, client: smtplib.SMTP) -> None:
    if not client.has_extn("starttls"):
        raise ConfigError(
            f"{session.server.place} does not offer STARTTLS, so nothing is said to it.",
            hint='use security = "tls" and its port, if it has one',
        )
    context = tls_context(session.server)
    _answered(session, "STARTTLS", lambda: client.starttls(context=context))
    _answered(session, "EHLO", client.ehlo)


def _log_in(session: SmtpSession, client: smtplib.SMTP) -> None:
    account = session.account
    offered = client.esmtp_features.get("auth", "").upper().split()
    if not offered and session.server.security == NONE:
        return  # a relay on this computer takes whatever comes from it
    secret = account.secret()
    try:
        with step(session.server, "logging in"):
            reply = _credentials(client, account, offered, secret)
    except smtplib.SMTPException as error:
        raise TryLater(f"{session.server.place} broke off (logging in).") from error
    if reply is None:
        raise ConfigError(
            f"{session.server.place} offers no way to log in by {account.auth}"
            f" ({safe_line(' '.join(offered), 80) or 'none at all'})."
        )
    if _good(reply):
        return
    if 400 <= reply[0] < 500:
        raise TryLater(f"{session.server.place} cannot log anybody in now: {_said(reply)}.")
    raise account.refused(session.server, _said(reply))


def _credentials(
    client: smtplib.SMTP, account: MailAccount, offered: Sequence[str], secret: str
) -> Reply | None:
    """The last answer to a login; None where the server knows no way of ours."""
    if account.auth == XOAUTH2:
        if "XOAUTH2" not in offered:
            return None
        reply = client.docmd("AUTH", f"XOAUTH2 {_base64(xoauth2(account.user, secret))}")
        # A refusal comes as a challenge, which is answered with nothing.
        return client.docmd("") if reply[0] == 334 else reply
    if "PLAIN" in offered:
        return client.docmd("AUTH", f"PLAIN {_base64(f'{chr(0)}{account.user}{chr(0)}{secret}')}")
    if "LOGIN" in offered:
        reply = client.docmd("AUTH", f"LOGIN {_base64(account.user)}")
        return client.docmd(_base64(secret)) if reply[0] == 334 else reply
    return None


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _dotted(wire: bytes) -> bytes:
    """The text as DATA wants it: dots doubled at the start of lines, a last dot (4.5.2)."""
    doubled = wire.replace(b"\r\n.", b"\r\n..")
    if doubled.startswith(b"."):
        doubled = b"." + doubled
    return doubled + (b".\r\n" if doubled.endswith(b"\r\n") else b"\r\n.\r\n")


def _good(reply: Reply) -> bool:
    return 200 <= reply[0] < 300


def _final(reply: Reply) -> bool:
    return 500 <= reply[0] < 600


def _said(reply: Reply) -> str:
    return safe_line(reply[1].decode("utf-8", "replace"), 160)


def _words(error: Exception) -> str:
    return safe_line(str(error) or type(error).__name__, 120)
