"""The do-not-contact list: what an entry may be, in one normal form.

An address speaks of its whole mailbox (what stands behind a `+` is left out), a domain of every
domain below it, an account of all its people. Which entries speak of an address is asked of the
database, by `caseyos_dnc_keys`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from caseyos.domain.addresses import parse_address
from caseyos.domain.text import safe_line
from caseyos.errors import UsageError

EMAIL, DOMAIN, ACCOUNT = "email", "domain", "account"
# What these put on the list, undoing takes off again; other sources are not a person's step.
UNDOABLE = ("dnc", "outcome", "dismiss")


@dataclass(frozen=True, slots=True)
class Entry:
    """Who must not be written to."""

    value: str
    kind: str


def entry_of(text: str) -> Entry:
    """An address or a domain (`acme.example`, `@acme.example`) as the list keeps it.

    UsageError says what is wrong with it.
    """
    stripped = text.strip().strip("<>").removeprefix("mailto:")
    if "@" in stripped.lstrip("@"):
        mailbox, _, domain = parse_address(stripped).rpartition("@")
        return Entry(f"{re.sub(r'(?<=.)[+].*', '', mailbox)}@{domain}", EMAIL)
    name = stripped.lstrip("@").removeprefix("*.").rstrip(".")
    try:
        domain = parse_address(f"someone@{name}").rpartition("@")[2]
    except UsageError:
        domain = ""
    if "." not in domain:
        raise UsageError(
            f"{safe_line(text, 80)!r} is neither an e-mail address nor a domain.",
            hint="caseyos dnc add dana@acme.example, or acme.example, or --company NAME",
        )
    return Entry(domain, DOMAIN)
