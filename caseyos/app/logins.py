"""Logins of outside accounts: where each secret is kept, whether it works, and setting one up."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caseyos.app.accounts import (
    calendar_account,
    mail_account,
    secret_maker,
    secret_of,
    source_called,
)
from caseyos.config import secrets
from caseyos.config.model import Secret
from caseyos.errors import LoginRequired, NotFound, UsageError
from caseyos.log import redact

if TYPE_CHECKING:
    from caseyos.app.core import App

KINDS = ("imap", "calendar")
ELSEWHERE = (
    'or keep it elsewhere and name it in the source: secret = { env = "NAME" },'
    ' { file = "PATH" } (mode 0600) or { command = ["pass", "show", "mail"] }'
)
# Domain -> IMAP host, SMTP host, SMTP security: what is proposed to somebody who is asked.
KNOWN_HOSTS: Mapping[str, tuple[str, str, str]] = {
    "gmail.com": ("imap.gmail.com", "smtp.gmail.com", "tls"),
    "googlemail.com": ("imap.gmail.com", "smtp.gmail.com", "tls"),
    "outlook.com": ("outlook.office365.com", "smtp-mail.outlook.com", "starttls"),
    "hotmail.com": ("outlook.office365.com", "smtp-mail.outlook.com", "starttls"),
    "icloud.com": ("imap.mail.me.com", "smtp.mail.me.com", "starttls"),
    "fastmail.com": ("imap.fastmail.com", "smtp.fastmail.com", "tls"),
}


@dataclass(frozen=True, slots=True)
class Login:
    """An account and where its secret is; `kept` is None where only asking would tell."""

    name: str
    user: str
    place: str
    kept: bool | None
    channel: bool  # whether mail leaves by it, or meetings go there


class Logins:
    """What `auth` does."""

    def __init__(self, app: App) -> None:
        self._app = app

    def all(self) -> Sequence[Login]:
        """Every account that needs a login; nothing is dialled, no secret is shown."""
        found = [one for one in self._app.config.settings.source if one.kind in KINDS]
        channels = self._app.config.settings.channels
        used = (channels.email, channels.meetings)
        logins: list[Login] = []
        for source in found:
            name = f"{source.kind}:{source.name}"
            place, kept = _where(secret_of(source))
            logins.append(Login(name, source.user, place, kept, name in used))
        return logins

    def name_of(self, kind: str, name: str | None) -> str:
        """The account that is meant: the named one, or the only one of its kind."""
        if kind not in KINDS:
            raise NotFound(f"There is no login for {kind!r}.", hint=f"kinds: {', '.join(KINDS)}")
        if name is not None:
            return f"{kind}:{name.removeprefix(f'{kind}:')}"
        of_kind = [one.name for one in self.all() if one.name.startswith(f"{kind}:")]
        if len(of_kind) > 1:
            raise UsageError("Which account?", hint=f"one of {', '.join(of_kind)}")
        return of_kind[0] if of_kind else f"{kind}:work"

    def exists(self, name: str) -> bool:
        """Whether an account is configured."""
        return name in {one.name for one in self.all()}

    def asks_for_secret(self, name: str) -> bool:
        """Whether a login has to bring the secret; False where the configuration says where it is.

        A secret that is in its place already, such as a file, is only tried.
        """
        reference = secret_of(source_called(self._app, name))
        return not (reference.env or reference.file or reference.command)

    def add(self, name: str, values: Mapping[str, Any]) -> Path:
        """Configure an account; ConfigError where it cannot be meant, and nothing is kept."""
        from caseyos.config import load_config
        from caseyos.config.edit import add_source

        if any(layer.name == "named file" for layer in self._app.config.layers):
            raise UsageError("With --config, add the [[source]] to that file by hand.")
        kind, _, short = name.partition(":")
        self.check_addable(name)
        written = add_source(self._app.config, {"kind": kind, "name": short} | dict(values))
        self._app.config = load_config(path=None, profile=self._app.config.profile)
        return written

    def check_addable(self, name: str) -> None:
        """Refuse a kind whose account is written into the configuration by hand."""
        if not name.startswith("imap:"):
            raise NotFound(
                f"There is no source {name}: a calendar is a [[source]] with url and user.",
                hint="caseyos config edit; caseyos config example shows one",
            )

    def log_in(self, name: str, secret: str) -> tuple[str, ...]:
        """Try a secret with its servers, keep it in the keyring, and read it back."""
        redact(secret)
        source = source_called(self._app, name)
        told = self._tried(name, lambda: secret)
        key = secret_of(source).keyring or name
        try:
            secrets.store(key, secret, register=redact)
            if secrets.from_keyring(key) != secret:
                raise LoginRequired("The keyring does not give back what it was given.")
        except LoginRequired as refusal:
            raise LoginRequired(
                f"The login works, but it cannot be kept: {refusal.message}", hint=ELSEWHERE
            ) from refusal
        return told

    def test(self, name: str) -> tuple[str, ...]:
        """Log in to its servers with the secret that is kept, and do nothing there."""
        return self._tried(name, None)

    def _tried(self, name: str, secret: Callable[[], str] | None) -> tuple[str, ...]:
        """Log in with a secret at hand, or with the one that is kept."""
        if name.startswith("calendar:"):
            from caseyos.connectors.calendar_trial import try_calendar

            calendar = calendar_account(self._app, name)
            return try_calendar(replace(calendar, password=secret) if secret else calendar)
        from caseyos.connectors.mail_trial import try_account

        account = mail_account(self._app, name)
        if secret is not None:
            given = secret_maker(self._app, source_called(self._app, name), secret)
            account = replace(account, secret=given)
        return try_account(account)

    def log_out(self, name: str) -> str:
        """Forget the secret in the keyring; what is kept elsewhere is named, and left alone."""
        reference = secret_of(source_called(self._app, name))
        if reference.keyring:
            secrets.forget(reference.keyring)
            return f"Forgot the secret of {name}."
        place, _ = _where(reference)
        return f"The secret of {name} is in {place}, which is yours to remove."


def proposed(user: str) -> tuple[str, str, str]:
    """IMAP host, SMTP host and SMTP security, as they are for most people of this domain."""
    domain = user.rpartition("@")[2].lower()
    return KNOWN_HOSTS.get(domain, (f"imap.{domain}", f"smtp.{domain}", "tls"))


def _where(reference: Secret) -> tuple[str, bool | None]:
    """The first place that would be asked, and whether there is something."""
    if reference.env and os.environ.get(reference.env):
        return f"the environment variable {reference.env}", True
    if reference.file:
        return f"the file {reference.file}", Path(reference.file).expanduser().exists()
    if reference.command:
        return f"the command {reference.command[0]}", None
    if reference.keyring:
        return "the keyring", None
    return f"the environment variable {reference.env}", False
