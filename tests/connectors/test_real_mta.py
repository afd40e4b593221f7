"""One mail through a mail server that people run: OpenSMTPD, which delivers to Dovecot."""

from __future__ import annotations

import time

import pytest

from caseyos.connectors.dialling import Server
from caseyos.connectors.imap_session import open_session
from caseyos.connectors.imap_smtp import SmtpMail
from tests.connectors.letters import frozen, letter
from tests.servers.dovecot import Dovecot
from tests.servers.opensmtpd import OpenSmtpd, can_run
from tests.servers.place import HOST
from tests.servers.post import account_on


def test_a_mail_by_opensmtpd_arrives_as_it_was_previewed(dovecot: Dovecot, mailbox: str) -> None:
    if not can_run():
        pytest.skip("OpenSMTPD starts as root only; the run as root has this test")
    server = OpenSmtpd(dovecot.lmtp)
    try:
        smtp = Server(HOST, server.port, "none", timeout=20)
        account = account_on(dovecot, mailbox, smtp=smtp)
        channel = SmtpMail(account)
        theirs = mailbox.replace("casey", "dana").replace("ours", "theirs")
        payload = letter(mailbox, theirs)
        wire, marker = frozen(channel, payload)
        with channel.prepare(payload, wire, marker) as ready:
            receipt = ready.perform()
        assert receipt.provider_id.startswith("250 ")
        assert receipt.notes == ("a copy is in Sent",)
        assert channel.find(marker) is not None
        with open_session(account_on(dovecot, theirs)) as session:
            end = time.monotonic() + 30
            while True:
                session.client.select_folder("INBOX", readonly=True)
                found = session.client.search()
                if found or time.monotonic() > end:
                    break
                time.sleep(0.05)
            assert found, server.log()
            raw = session.client.fetch(found, [b"BODY.PEEK[]"])[found[0]][b"BODY[]"]
        assert raw.endswith(wire)
    finally:
        server.stop()
