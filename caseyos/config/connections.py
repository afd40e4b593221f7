"""What the [[source]] tables of servers may say, and which of them [channels] may name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from ipaddress import ip_address
from urllib.parse import urlsplit

from caseyos.config.durations import parse_duration
from caseyos.config.model import File, Smtp, Source
from caseyos.config.problem import Problem

SECURITY = ("tls", "starttls", "none")
AUTH = ("password", "xoauth2")
FOLDERS = ("drafts", "sent", "trash")
SENT_COPY = ("auto", "always", "never")
# The end of an IMAP server's name -> where its provider makes access tokens.
TOKEN_URLS: Mapping[str, str] = {
    "gmail.com": "https://oauth2.googleapis.com/token",
    "office365.com": "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    "outlook.com": "https://login.microsoftonline.com/common/oauth2/v2.0/token",
}

# key of [channels] -> the kinds of sources that can be that channel
ABLE: Mapping[str, tuple[str, ...]] = {
    "email": ("imap",),
    "tasks": (),
    "meetings": ("calendar",),
}
# key of [channels] -> the channels that need no source
BUILT_IN: Mapping[str, tuple[str, ...]] = {
    "email": ("local",),
    "tasks": ("local", "taskwarrior"),
    "meetings": ("local",),
}


def connection_problems(settings: File) -> Iterator[Problem]:
    """Every source of a server, and every channel, that cannot be meant."""
    names: set[str] = set()
    for source in settings.source:
        name = f"{source.kind}:{source.name}"
        if name in names:
            yield Problem("source", f"two sources are called {name}; give one another name")
        names.add(name)
        if source.kind == "imap":
            yield from _mail_account(source)
        elif source.kind == "calendar":
            yield from _calendar_account(source)
    for key in ABLE:
        yield from _channel(settings, key)


def is_loopback(host: str) -> bool:
    """Whether a host is this computer, by its name alone."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _mail_account(source: Source) -> Iterator[Problem]:
    name = f"imap:{source.name}"
    for key, text in (("host", source.host), ("user", source.user)):
        if not text or not text.isprintable() or " " in text:
            yield Problem("source", f"{name} needs a {key}")
    yield from _server(name, source)
    if source.smtp.host or source.smtp.port:
        yield from _server(f"{name}.smtp", source.smtp)
        if not source.smtp.host:
            yield Problem("source", f"{name}.smtp needs a host")
    yield from _one_of(f"{name}: auth", source.auth, AUTH)
    yield from _one_of(f"{name}: sent_copy", source.sent_copy, SENT_COPY)
    yield from _oauth(name, source)
    for folder in source.folders:
        yield from _one_of(f"{name}: folders", folder, FOLDERS)
    if source.whole_up_to < 1:
        yield Problem(
            "source", f"{name}: whole_up_to: expected a number of bytes, got {source.whole_up_to}"
        )
    try:
        parse_duration(source.past)
    except ValueError as error:
        yield Problem("source", f"{name}: past: {error}")
    yield from _timeout(name, source)


def _calendar_account(source: Source) -> Iterator[Problem]:
    name = f"calendar:{source.name}"
    parts = urlsplit(source.url)
    if not parts.hostname or parts.scheme not in ("https", "http"):
        yield Problem("source", f"{name} needs a url, such as https://dav.example.com/")
    elif parts.scheme == "http" and not is_loopback(parts.hostname):
        yield Problem(
            "source",
            f"{name}: {source.url} would send your password for all to read;"
            " use https://, or http:// to this computer",
        )
    elif parts.username or parts.password:
        yield Problem("source", f"{name}: a url holds no password; say user, and name its secret")
    if not source.user or not source.user.isprintable() or ":" in source.user:
        yield Problem("source", f"{name} needs a user")
    yield from _timeout(name, source)


def _timeout(name: str, source: Source) -> Iterator[Problem]:
    try:
        limit = parse_duration(source.timeout).total_seconds()
    except ValueError as error:
        yield Problem("source", f"{name}: timeout: {error}")
    else:
        if not 1 <= limit <= 600:
            yield Problem("source", f"{name}: timeout: expected 1s to 10m, got {source.timeout}")


def token_url(source: Source) -> str:
    """Where access tokens of an account are made; empty where nobody says."""
    if source.oauth is not None and source.oauth.token_url:
        return source.oauth.token_url
    known = (url for end, url in TOKEN_URLS.items() if source.host.lower().endswith(f".{end}"))
    return next(known, "")


def _oauth(name: str, source: Source) -> Iterator[Problem]:
    if source.oauth is None:
        return
    if source.auth != "xoauth2":
        yield Problem("source", f'{name}: oauth goes with auth = "xoauth2"')
    parts = urlsplit(token_url(source))
    if not parts.hostname:
        yield Problem("source", f"{name}: oauth needs a token_url")
    elif parts.scheme != "https" and not is_loopback(parts.hostname):
        yield Problem("source", f"{name}: oauth.token_url: a secret goes to no other than https://")


def _server(name: str, server: Source | Smtp) -> Iterator[Problem]:
    yield from _one_of(f"{name}: security", server.security, SECURITY)
    if not 0 <= server.port <= 65535:
        yield Problem("source", f"{name}: port: expected 1 to 65535, got {server.port}")
    if server.security == "none" and not is_loopback(server.host):
        yield Problem(
            "source",
            f'{name}: security = "none" would send your password for all to read;'
            f' {server.host or "the host"} is not this computer, so use "tls" or "starttls"',
        )


def _one_of(where: str, value: str, known: tuple[str, ...]) -> Iterator[Problem]:
    if value not in known:
        yield Problem("source", f"{where}: expected {', '.join(known)}, got {value!r}")


def _channel(settings: File, key: str) -> Iterator[Problem]:
    named = getattr(settings.channels, key)
    sources = {f"{one.kind}:{one.name}": one for one in settings.source if one.kind in ABLE[key]}
    able = [*BUILT_IN[key], *sources]
    if named not in able:
        close = get_close_matches(named, able, n=1, cutoff=0.0)
        yield Problem(
            f"channels.{key}",
            f"no source is called {named!r} that could carry this out. Did you mean {close[0]}?",
        )
    elif named in sources and not sources[named].enabled:
        yield Problem(f"channels.{key}", f"{named} is not enabled")
    elif named in sources and key == "email" and not sources[named].smtp.host:
        yield Problem(f"channels.{key}", f"{named} has no smtp.host, so it cannot send")
