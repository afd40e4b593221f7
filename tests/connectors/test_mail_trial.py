"""A trial logs in to both servers and leaves everything as it is."""

from __future__ import annotations

import pytest

from caseyos.connectors.mail_trial import try_account
from caseyos.errors import ConfigError, LoginRequired, TryLater
from tests.servers.dovecot import Dovecot
from tests.servers.place import HOST
from tests.servers.post import account_on, smtp_of
from tests.servers.smtp_sink import SmtpSink


def test_what_works_is_told(dovecot: Dovecot, sink: SmtpSink, mailbox: str) -> None:
    assert try_account(account_on(dovecot, mailbox, smtp=smtp_of(sink))) == (
        f"IMAP {HOST}:{dovecot.imaps} (tls): logged in; drafts: Entwürfe, sent: Sent",
        f"SMTP {HOST}:{sink.port} (starttls): logged in",
    )
    assert sink.taken == []
    assert "only reads" in try_account(account_on(dovecot, mailbox))[1]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("535 5.7.8 no", LoginRequired),
        ("454 4.7.0 later", TryLater),
    ],
)
def test_what_does_not_work_is_raised(
    dovecot: Dovecot, sink: SmtpSink, mailbox: str, reply: str, kind: type[Exception]
) -> None:
    sink.faults.replies["AUTH"] = reply
    with pytest.raises(kind):
        try_account(account_on(dovecot, mailbox, smtp=smtp_of(sink)))


@pytest.mark.parametrize(("reply", "kind"), [("554 go away", ConfigError), ("421 later", TryLater)])
def test_a_server_that_does_not_want_us(
    dovecot: Dovecot, sink: SmtpSink, mailbox: str, reply: str, kind: type[Exception]
) -> None:
    sink.faults.replies["EHLO"] = reply
    with pytest.raises(kind):
        try_account(account_on(dovecot, mailbox, smtp=smtp_of(sink)))
