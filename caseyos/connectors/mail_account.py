"""A mail account as its connectors need it: two servers, a user, and a secret asked for late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from caseyos.connectors.dialling import Server
from caseyos.domain.text import safe_line
from caseyos.errors import CaseyError, LoginRequired

PASSWORD, XOAUTH2 = "password", "xoauth2"


@dataclass(frozen=True, slots=True)
class MailAccount:
    """One `[[source]] kind = "imap"`; `name` is that of its channel and its source, `imap:work`.

    `secret` gives the password, or an access token that is good now; it is called at every login.
    `folders` names special folders by hand, by `drafts`, `sent` or `trash`.
    """

    name: str
    user: str
    auth: str
    secret: Callable[[], str]
    imap: Server
    smtp: Server | None = None
    folders: Mapping[str, str] = field(default_factory=dict)
    sent_copy: str = "auto"  # auto | always | never

    @property
    def login_command(self) -> str:
        """What a person types to log in."""
        return f"caseyos auth login imap {self.name.partition(':')[2]}"

    def asking_once(self) -> MailAccount:
        """The same account, whose secret is asked for at most once: for two logins in a row."""
        return replace(self, secret=cache(self.secret))

    def refused(self, server: Server, said: str) -> CaseyError:
        """A login that the server refused, in the server's own words."""
        what = "token" if self.auth == XOAUTH2 else "password"
        return LoginRequired(
            f"{server.place} refused the {what} of {safe_line(self.user, 80)}:"
            f" {safe_line(said, 120) or 'it did not say why'}.",
            hint=self.login_command,
        )


def xoauth2(user: str, token: str) -> str:
    """The one answer of the XOAUTH2 mechanism, as Gmail and Outlook document it."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"
