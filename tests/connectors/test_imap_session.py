"""A session with a real Dovecot: every TLS mode and login, and every way one is refused."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from caseyos.connectors.dialling import Server
from caseyos.connectors.imap_session import open_session
from caseyos.connectors.mail_account import MailAccount
from caseyos.errors import ConfigError, LoginRequired, TryLater
from tests.servers.dovecot import Dovecot, token
from tests.servers.place import HOST
from tests.servers.post import account_on


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_a_password_logs_in_and_special_folders_are_found(
    dovecot: Dovecot, mailbox: str, security: str
) -> None:
    with open_session(account_on(dovecot, mailbox, security=security)) as session:
        assert session.folder("drafts") == "Entwürfe"
        assert session.needed_folder("sent") == "Sent"
        assert session.folder("all") is None
        assert session.has("UIDPLUS")
        with pytest.raises(ConfigError, match="has no all folder"):
            session.needed_folder("all")


def test_a_folder_named_by_hand_goes_first(dovecot: Dovecot, mailbox: str) -> None:
    with open_session(account_on(dovecot, mailbox, folders={"sent": "Trash"})) as session:
        assert session.folder("sent") == "Trash"


def test_an_access_token_logs_in(dovecot: Dovecot, mailbox: str) -> None:
    account = account_on(dovecot, mailbox, auth="xoauth2", secret=token(mailbox))
    with open_session(account) as session:
        assert session.folder("sent") == "Sent"


def test_a_token_that_is_over_needs_a_login(dovecot: Dovecot, mailbox: str) -> None:
    account = account_on(dovecot, mailbox, auth="xoauth2", secret=token(mailbox, lasts=-60))
    with pytest.raises(LoginRequired, match="refused the token"):
        open_session(account)


@pytest.mark.parametrize("secret", ["wrong", "wröng", 'with"quote\\'])
def test_a_wrong_password_needs_a_login(dovecot: Dovecot, mailbox: str, secret: str) -> None:
    with pytest.raises(LoginRequired, match="refused the password") as refused:
        open_session(account_on(dovecot, mailbox, secret=secret))
    assert refused.value.exit_code == 4
    assert refused.value.hint == "caseyos auth login imap work"
    assert secret not in refused.value.message


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_of_another_authority_is_not_trusted(
    dovecot: Dovecot, mailbox: str, security: str, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    asked: list[str] = []
    account = account_on(dovecot, mailbox, security=security, ca_file=other)
    account = MailAccount(
        account.name, mailbox, "password", lambda: asked.append("!") or "", account.imap
    )
    with pytest.raises(TryLater, match="is not to be trusted") as refused:
        open_session(account)
    assert "ca_file" in str(refused.value.hint)
    assert asked == []  # the secret was not even read


def test_an_authority_that_is_no_certificate_is_a_wrong_setting(
    dovecot: Dovecot, mailbox: str, tmp_path: Path
) -> None:
    (tmp_path / "none.pem").write_text("nothing")
    with pytest.raises(ConfigError, match="holds no certificate"):
        open_session(account_on(dovecot, mailbox, ca_file=tmp_path / "none.pem"))


def test_without_starttls_nothing_is_said(mailbox: str) -> None:
    plain = Dovecot(tls=False)
    try:
        with pytest.raises(ConfigError, match="does not offer STARTTLS"):
            open_session(account_on(plain, mailbox, security="starttls"))
    finally:
        plain.stop()


@contextmanager
def saying(*lines: bytes) -> Iterator[int]:
    """A server that says these lines one by one to whoever comes, whatever is answered."""
    listening = socket.create_server((HOST, 0))

    def serve() -> None:
        try:
            there, _ = listening.accept()
        except OSError:
            return
        with there:
            for line in lines:
                there.sendall(line)
            there.recv(1)  # until the other one hangs up
            while there.recv(1000):
                pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.close()
        thread.join(10)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "did not answer within 1 seconds"),
        ([b"* BYE too many of you\r\n"], "BYE|broke"),
        ([b"220 mail ESMTP\r\n"], "greets with|did not answer"),
        ([b"* OK ready\r\n"], "did not answer within 1 seconds"),
        ([b"\x00\xff\x1b]0;evil\x07\r\n"], "greets with"),
    ],
)
def test_a_server_that_does_not_speak_imap_is_told_in_words(
    dovecot: Dovecot, mailbox: str, lines: list[bytes], said: str
) -> None:
    with saying(*lines) as port:
        account = account_on(dovecot, mailbox, security="none", port=port, timeout=1)
        with pytest.raises(TryLater, match=said) as failed:
            open_session(account)
    assert "\x1b" not in failed.value.message


def test_nobody_at_the_port_is_told_in_words(dovecot: Dovecot, mailbox: str) -> None:
    account = MailAccount(
        "imap:work", mailbox, "password", lambda: "never asked", Server(HOST, 1, "none")
    )
    with pytest.raises(TryLater, match=r"127\.0\.0\.1:1 cannot be reached"):
        open_session(account)
