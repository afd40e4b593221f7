"""A logged-in IMAP connection: TLS modes, ways to log in, special folders (RFC 3501, 6154, 8314).

Failures are `TryLater` (network), `LoginRequired` (refused) or `ConfigError`; whoever needs another
class translates. What is said to the server beyond that is the connectors' own.
"""

from __future__ import annotations

import contextlib
import imaplib
import socket
from collections.abc import Iterator
from typing import Any, Self

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from caseyos.connectors.dialling import STARTTLS, TLS, Server, dial, step, tls_context
from caseyos.connectors.mail_account import XOAUTH2, MailAccount, xoauth2
from caseyos.domain.text import safe_line
from caseyos.errors import ConfigError, TryLater

INBOX = "INBOX"
SPECIAL = {"drafts": b"\\Drafts", "sent": b"\\Sent", "trash": b"\\Trash", "all": b"\\All"}
# Where a server does not say which is which (RFC 6154): what mail programs make.
USUAL = {
    "drafts": ("Drafts", "INBOX.Drafts", "INBOX/Drafts"),
    "sent": (*("Sent", "INBOX.Sent", "INBOX/Sent"), "Sent Items", "Sent Messages"),
    "trash": ("Trash", "INBOX.Trash", "INBOX/Trash", "Deleted Items"),
    "all": (),
}


class ImapSession:
    """A connection that is logged in; `client` speaks the rest of the protocol."""

    def __init__(self, account: MailAccount, client: IMAPClient) -> None:
        self.account = account
        self.client = client
        self._folders: dict[str, str | None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye, and hang up whatever the answer is; never raises."""
        with contextlib.suppress(Exception):
            self.client.socket().settimeout(min(5.0, self.account.imap.timeout))
            self.client.logout()
        with contextlib.suppress(Exception):
            self.client.shutdown()

    def has(self, capability: str) -> bool:
        """Whether the server can do something, now that we are logged in."""
        return bool(self.client.has_capability(capability))

    def folder(self, use: str) -> str | None:
        """The name of a special folder (drafts, sent, trash, all); None where there is none."""
        named = self.account.folders.get(use)
        if named:
            return named
        if self._folders is None:
            self._folders = self._special_folders()
        return self._folders[use]

    def needed_folder(self, use: str) -> str:
        """The name of a special folder; ConfigError says how to name it by hand."""
        found = self.folder(use)
        if found is None:
            raise ConfigError(
                f"{self.account.imap.place} has no {use} folder.",
                hint=f'name it in the source: folders = {{ {use} = "..." }}',
            )
        return found

    @contextlib.contextmanager
    def asking(self, doing: str) -> Iterator[None]:
        """Tell in words what failed of a conversation; a refusal of the server is a TryLater."""
        with step(self.account.imap, doing):
            try:
                yield
            except IMAPClientError as error:
                said = safe_line(str(error), 120)
                raise TryLater(f"{self.account.imap.place} did not ({doing}): {said}.") from error

    def _special_folders(self) -> dict[str, str | None]:
        with self.asking("listing the folders"):
            listed = self.client.list_folders()
        found: dict[str, str | None] = {}
        for use, flag in SPECIAL.items():
            by_flag = [name for flags, _, name in listed if flag.lower() in _lower(flags)]
            by_name = [name for _, _, name in listed if name in USUAL[use]]
            found[use] = next(iter(by_flag or by_name), None)
        return found


def open_session(account: MailAccount) -> ImapSession:
    """Connect, encrypt and log in."""
    server = account.imap
    connection = dial(server)
    try:
        with step(server, "greeting"):
            client = _Client(server, connection)
    except IMAPClientError as error:
        connection.close()
        raise TryLater(f"{server.place} greets with: {safe_line(str(error), 120)}.") from error
    except BaseException:
        connection.close()
        raise
    session = ImapSession(account, client)
    try:
        if server.security == STARTTLS:
            _start_tls(session, server)
        _log_in(session)
    except BaseException:
        session.close()
        raise
    return session


class _Connected(imaplib.IMAP4):
    """imaplib on a connection that is there already."""

    def __init__(self, connection: socket.socket, server: Server) -> None:
        self._connection = connection
        super().__init__(server.host, server.port)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return self._connection


class _Client(IMAPClient):  # type: ignore[misc]
    """IMAPClient on a connection that is there already."""

    def __init__(self, server: Server, connection: socket.socket) -> None:
        self._ready = connection
        if server.security == TLS:
            context = tls_context(server)
            self._ready = context.wrap_socket(connection, server_hostname=server.host)
        self._server = server
        encrypted = server.security == TLS
        super().__init__(server.host, server.port, ssl=encrypted, timeout=server.timeout)
        # imaplib's own log holds every line, the password too.
        self._imap.debug = 0

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802 - IMAPClient's name
        return _Connected(self._ready, self._server)


def _start_tls(session: ImapSession, server: Server) -> None:
    with session.asking("asking what it can do"):
        offered = session.has("STARTTLS")
    if not offered:
        raise ConfigError(
            f"{server.place} does not offer STARTTLS, so nothing is said to it.",
            hint='use security = "tls" and its port, if it has one',
        )
    with session.asking("STARTTLS"):
        session.client.starttls(tls_context(server))


def _log_in(session: ImapSession) -> None:
    account, client = session.account, session.client
    secret = account.secret()
    with session.asking("logging in"):
        try:
            if account.auth == XOAUTH2:
                answers = iter([xoauth2(account.user, secret)])
                # A refusal comes as a challenge, which is answered with nothing.
                client.sasl_login("XOAUTH2", lambda _: next(answers, ""))
            elif client.has_capability("AUTH=PLAIN"):
                client.plain_login(account.user, secret)  # takes any character (RFC 4616)
            elif client.has_capability("LOGINDISABLED"):
                raise ConfigError(f"{account.imap.place} lets nobody log in without TLS.")
            else:
                client.login(account.user, secret)
        except LoginError as error:
            if "[UNAVAILABLE]" in str(error):
                raise TryLater(f"{account.imap.place} cannot log anybody in now.") from error
            raise account.refused(account.imap, _plain(error)) from error
        except UnicodeError as error:
            raise account.refused(account.imap, "it takes no such characters") from error


def _plain(error: Exception) -> str:
    """What the server said, without Python's marks of bytes around it."""
    return str(error).removeprefix("b'").removesuffix("'")


def _lower(flags: Any) -> set[bytes]:
    return {bytes(flag).lower() for flag in flags}
