"""One e-mail address at a time: what may stand in a header, and nothing that adds another."""

from __future__ import annotations

import re

from caseyos.domain.text import safe_line
from caseyos.errors import UsageError

_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_DOMAIN = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)


def parse_address(text: str) -> str:
    """The address in lower case, its domain in ASCII (IDNA); UsageError says what is wrong."""
    local, at, domain = text.strip(" ").rpartition("@")
    try:
        domain = domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        domain = ""
    if (
        not at
        or not _LOCAL.fullmatch(local)
        or local.startswith(".")
        or local.endswith(".")
        or ".." in local
        or not _DOMAIN.fullmatch(domain)
    ):
        raise UsageError(f"{safe_line(text, 80)!r} is not one e-mail address.")
    return f"{local}@{domain}".lower()


def header_text(text: str, limit: int = 300) -> str:
    """A text as it may stand in a header: one line, no control character of any kind."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))[:limit].strip()
