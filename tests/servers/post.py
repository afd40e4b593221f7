"""Mail accounts on the private servers, as fixtures: the one Dovecot of a run, a mailbox a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from caseyos.connectors.dialling import Server
from caseyos.connectors.mail_account import MailAccount
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.place import HOST
from tests.servers.smtp_sink import SmtpSink

MakeAccount = Callable[..., MailAccount]


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """The one server of this worker; nothing in it is shared between tests but itself."""
    running = Dovecot()
    yield running
    running.stop()


@pytest.fixture
def mailbox() -> str:
    """The address of a mailbox that no other test knows."""
    return f"casey{uuid4().hex[:12]}@ours.example"


def account_on(
    dovecot: Dovecot,
    user: str,
    *,
    security: str = "tls",
    port: int | None = None,
    secret: str = PASSWORD,
    auth: str = "password",
    ca_file: Path | None = None,
    smtp: Server | None = None,
    timeout: float = 10.0,
    **more: object,
) -> MailAccount:
    """An account of that server."""
    wanted = port or (dovecot.imaps if security == "tls" else dovecot.imap)
    imap = Server(HOST, wanted, security, ca_file or dovecot.ca, timeout)
    return MailAccount("imap:work", user, auth, lambda: secret, imap, smtp, **more)  # type: ignore[arg-type]


@pytest.fixture
def sink(dovecot: Dovecot, tmp_path: Path) -> Iterator[SmtpSink]:
    """A submission server of this test's own, with STARTTLS, that delivers to Dovecot."""
    running = SmtpSink(tmp_path, security="starttls", lmtp=dovecot.lmtp)
    yield running
    running.stop()


def smtp_of(sink: SmtpSink, security: str = "starttls", timeout: float = 10.0) -> Server:
    """How that server is spoken to."""
    return Server(HOST, sink.port, security, sink.ca, timeout)
