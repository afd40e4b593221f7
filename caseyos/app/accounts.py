"""The accounts of the configuration, with their secrets within reach."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from caseyos.config import parse_duration
from caseyos.config.connections import token_url
from caseyos.config.model import Secret, Smtp, Source
from caseyos.errors import NotFound

if TYPE_CHECKING:
    from caseyos.app.core import App
    from caseyos.connectors.caldav import CalendarAccount
    from caseyos.connectors.dialling import Server
    from caseyos.connectors.mail_account import MailAccount

IMAP_PORTS = {"tls": 993, "starttls": 143, "none": 143}
SMTP_PORTS = {"tls": 465, "starttls": 587, "none": 25}


def source_called(app: App, name: str) -> Source:
    """The source that a name such as `imap:work` means; NotFound names those there are."""
    sources = {f"{one.kind}:{one.name}": one for one in app.config.settings.source}
    if name not in sources:
        there = ", ".join(sources) or "there is none"
        raise NotFound(f"There is no source {name!r}.", hint=f"sources: {there}")
    return sources[name]


def secret_of(source: Source) -> Secret:
    """Where a source's secret is: as configured, else where `auth login` keeps it."""
    return source.secret or Secret(keyring=f"{source.kind}:{source.name}")


def mail_account(app: App, name: str) -> MailAccount:
    """The account of a source `imap:...`; touches neither the network nor its secret."""
    from caseyos.connectors.mail_account import MailAccount

    source = source_called(app, name)
    return MailAccount(
        name=name,
        user=source.user,
        auth=source.auth,
        secret=secret_maker(app, source, lambda: app.secret(secret_of(source))),
        imap=_server(source, source, IMAP_PORTS),
        smtp=_server(source, source.smtp, SMTP_PORTS) if source.smtp.host else None,
        folders=source.folders,
        sent_copy=source.sent_copy,
    )


def calendar_account(app: App, name: str) -> CalendarAccount:
    """The account of a source `calendar:...`; touches neither the network nor its secret."""
    from caseyos.connectors.caldav import CalendarAccount

    source = source_called(app, name)
    return CalendarAccount(
        name=source.name,
        url=source.url,
        user=source.user,
        password=lambda: app.secret(secret_of(source)),
        calendar=source.calendar,
        ca_file=Path(source.ca_file).expanduser() if source.ca_file else None,
        timeout=parse_duration(source.timeout).total_seconds(),
    )


def secret_maker(app: App, source: Source, kept: Callable[[], str]) -> Callable[[], str]:
    """What a login says: the kept secret, or an access token made from it."""
    if source.oauth is None:
        return kept
    from caseyos.connectors.access_token import AccessTokens, OAuthClient
    from caseyos.log import redact

    own = source.oauth.client_secret
    client = OAuthClient(
        token_url=token_url(source),
        client_id=source.oauth.client_id,
        secret=lambda: app.secret(own) if own is not None else "",
        login_command=f"caseyos auth login {source.kind} {source.name}",
        timeout=parse_duration(source.timeout).total_seconds(),
    )
    return AccessTokens(client, kept, redact)


def _server(source: Source, place: Source | Smtp, ports: dict[str, int]) -> Server:
    from caseyos.connectors.dialling import Server

    return Server(
        host=place.host,
        port=place.port or ports[place.security],
        security=place.security,
        ca_file=Path(source.ca_file).expanduser() if source.ca_file else None,
        timeout=parse_duration(source.timeout).total_seconds(),
    )
