"""IDLE with a real Dovecot: told at once, renewed, ended at once, and told of a dead connection."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from caseyos.connectors.imap_listener import ImapListener
from caseyos.connectors.imap_session import ImapSession, open_session
from caseyos.connectors.mail_account import MailAccount
from caseyos.errors import TryLater
from tests.servers.dovecot import Dovecot
from tests.servers.post import account_on
from tests.servers.proxy import Proxy

MAIL = b"From: dana@x.example\r\nSubject: hello\r\n\r\nHello.\r\n"
PATIENCE = 20.0


class Ear:
    """A listener in a thread, and how often it heard something."""

    def __init__(self, account: MailAccount, *, renew: float = 600.0) -> None:
        self.heard = 0
        self.failure: BaseException | None = None
        self.answer: bool | None = None
        self.stopping = threading.Event()
        self._listener = ImapListener(lambda: account, renew=renew)
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()

    def _listen(self) -> None:
        try:
            self.answer = self._listener.listen(self._hear, self.stopping.is_set)
        except TryLater as error:
            self.failure = error

    def _hear(self) -> None:
        self.heard += 1

    def until(self, question: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not question():
            assert time.monotonic() < end
            time.sleep(0.02)

    def stop(self) -> None:
        self.stopping.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


Listen = Callable[..., Ear]


@pytest.fixture
def listen() -> Iterator[Listen]:
    ears: list[Ear] = []

    def make(account: MailAccount, **options: float) -> Ear:
        ears.append(Ear(account, **options))
        return ears[-1]

    yield make
    for ear in ears:
        ear.stop()


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_new_mail_is_told(dovecot: Dovecot, mailbox: str, listen: Listen, security: str) -> None:
    account = account_on(dovecot, mailbox, security=security)
    ear = listen(account)
    ear.until(lambda: ear.heard == 1)  # at the start, whatever came before
    with open_session(account) as there:
        for count in (2, 3):
            there.client.append("INBOX", MAIL)
            ear.until(lambda count=count: ear.heard >= count)
    ear.stop()
    assert (ear.answer, ear.failure) == (True, None)


def test_it_is_renewed_and_still_told(dovecot: Dovecot, mailbox: str, listen: Listen) -> None:
    account = account_on(dovecot, mailbox)
    ear = listen(account, renew=0.1)
    ear.until(lambda: ear.heard == 1)
    with open_session(account) as there:
        there.client.append("INBOX", MAIL)
    ear.until(lambda: ear.heard == 2)
    assert ear.thread.is_alive()


def test_a_server_without_idle_is_said_to_have_none(
    dovecot: Dovecot, mailbox: str, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    has = ImapSession.has
    monkeypatch.setattr(ImapSession, "has", lambda self, name: name != "IDLE" and has(self, name))
    ear = listen(account_on(dovecot, mailbox))
    ear.until(lambda: not ear.thread.is_alive())
    assert (ear.answer, ear.heard) == (False, 0)


@pytest.mark.parametrize("security", ["tls", "none"])
def test_a_connection_that_ends_is_noticed(
    dovecot: Dovecot, mailbox: str, listen: Listen, security: str
) -> None:
    account = account_on(dovecot, mailbox, security=security)
    with Proxy(account.imap.port) as proxy:
        ear = listen(replace(account, imap=replace(account.imap, port=proxy.port)))
        ear.until(lambda: ear.heard == 1)
        proxy.cut()
        ear.until(lambda: not ear.thread.is_alive())
    assert isinstance(ear.failure, TryLater)
    assert f"127.0.0.1:{proxy.port}" in ear.failure.message
