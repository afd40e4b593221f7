"""A live trial of an account: both servers are logged in to, and nothing is changed or sent."""

from __future__ import annotations

from caseyos.connectors.imap_session import open_session
from caseyos.connectors.mail_account import MailAccount
from caseyos.connectors.smtp_session import open_smtp
from caseyos.domain.ports.channel import NotDone
from caseyos.domain.text import safe_line
from caseyos.errors import ConfigError, TryLater


def try_account(account: MailAccount) -> tuple[str, ...]:
    """What worked, in sentences; the first thing that did not is raised as it is."""
    account = account.asking_once()
    told: list[str] = []
    with open_session(account) as session:
        folders = [
            f"{use}: {safe_line(session.folder(use) or 'none', 40)}" for use in ("drafts", "sent")
        ]
        told.append(
            f"IMAP {account.imap.place} ({account.imap.security}): logged in; {', '.join(folders)}"
        )
    if account.smtp is None:
        told.append("SMTP: no smtp.host, so this account only reads")
        return tuple(told)
    try:
        with open_smtp(account):
            told.append(f"SMTP {account.smtp.place} ({account.smtp.security}): logged in")
    except NotDone as refusal:
        kind = TryLater if refusal.temporary else ConfigError
        raise kind(refusal.message) from refusal
    return tuple(told)
