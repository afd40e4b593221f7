"""Mail that leaves by a real submission server into real mailboxes, and its copy."""

from __future__ import annotations

from email import message_from_bytes

import pytest

from caseyos.connectors.imap_session import open_session
from caseyos.connectors.imap_smtp import SmtpMail
from caseyos.connectors.mail_account import MailAccount
from caseyos.domain.model import Payload
from caseyos.domain.ports.channel import NotDone, Receipt, Uncertain
from tests.connectors.letters import frozen, letter
from tests.servers.dovecot import Dovecot
from tests.servers.post import account_on, smtp_of
from tests.servers.smtp_sink import DOT, SmtpSink


@pytest.fixture
def theirs(mailbox: str) -> str:
    """A recipient with a mailbox of their own."""
    return mailbox.replace("casey", "dana").replace("ours", "theirs")


@pytest.fixture
def account(dovecot: Dovecot, sink: SmtpSink, mailbox: str) -> MailAccount:
    """An account that reads from Dovecot and sends by the sink."""
    return account_on(dovecot, mailbox, smtp=smtp_of(sink))


def send(account: MailAccount, *recipients: str) -> tuple[Receipt, bytes, str]:
    channel = SmtpMail(account)
    payload = letter(account.user, *recipients)
    wire, marker = frozen(channel, payload)
    with channel.prepare(payload, wire, marker) as ready:
        return ready.perform(), wire, marker


def mails(dovecot: Dovecot, user: str, folder: str = "INBOX") -> list[bytes]:
    with open_session(account_on(dovecot, user)) as session:
        session.client.select_folder(folder, readonly=True)
        uids = session.client.search()
        found = session.client.fetch(uids, [b"BODY.PEEK[]"]) if uids else {}
        return [found[uid][b"BODY[]"] for uid in uids]


def test_what_arrives_and_what_is_kept_are_the_bytes_of_the_preview(
    account: MailAccount, dovecot: Dovecot, sink: SmtpSink, theirs: str
) -> None:
    receipt, wire, marker = send(account, theirs)
    (arrived,) = mails(dovecot, theirs)
    assert arrived.endswith(wire)  # the server adds headers above
    assert arrived[: -len(wire)].startswith((b"Return-Path:", b"Delivered-To:"))
    assert mails(dovecot, account.user, "Sent") == [wire]
    assert receipt.notes == ("a copy is in Sent",)
    assert (receipt.provider_id, receipt.undo) == ("250 2.0.0 OK taken", None)
    assert sink.taken[0].recipients == (theirs,)
    message = message_from_bytes(wire)
    assert message["Message-ID"] == marker
    assert message["List-Unsubscribe"] == f"<mailto:{account.user}?subject=unsubscribe>"


def test_the_copy_is_read_already(account: MailAccount, dovecot: Dovecot, theirs: str) -> None:
    send(account, theirs)
    with open_session(account_on(dovecot, account.user)) as session:
        session.client.select_folder("Sent")
        assert b"\\Seen" in session.client.get_flags([1])[1]


def test_a_server_that_keeps_the_copy_itself_has_no_second(
    account: MailAccount, dovecot: Dovecot, sink: SmtpSink, theirs: str
) -> None:
    sink.keeps_sent = True
    receipt, _, marker = send(account, theirs)
    assert len(mails(dovecot, account.user, "Sent")) == 1
    assert receipt.notes == ("a copy is in Sent",)
    assert SmtpMail(account).find(marker) is not None


@pytest.mark.parametrize(
    ("sent_copy", "host", "copies"),
    [("never", "smtp.ours.example", False), ("auto", "smtp.gmail.com", False)],
)
def test_no_copy_where_none_is_wanted(
    dovecot: Dovecot, sink: SmtpSink, mailbox: str, sent_copy: str, host: str, copies: bool
) -> None:
    from dataclasses import replace

    from caseyos.connectors.imap_smtp import _Copy

    smtp = replace(smtp_of(sink), host=host)
    account = account_on(dovecot, mailbox, smtp=smtp, sent_copy=sent_copy)
    copy = _Copy(account, b"Message-ID: <a@b>\r\n\r\n", "<a@b>")
    assert copy.keep() == ()
    copy.close()
    assert mails(dovecot, mailbox, "Sent") == []


def test_a_copy_that_fails_is_a_note_and_the_mail_is_sent(
    dovecot: Dovecot, sink: SmtpSink, mailbox: str, theirs: str
) -> None:
    for more in ({"port": 1}, {"folders": {"sent": "Nowhere/at/all"}}):
        account = account_on(dovecot, mailbox, smtp=smtp_of(sink), **more)  # type: ignore[arg-type]
        before = len(mails(dovecot, theirs))
        receipt, _, _ = send(account, theirs)
        assert len(mails(dovecot, theirs)) == before + 1
        if "port" in more:
            assert receipt.notes[0].startswith("no copy in Sent: 127.0.0.1:1 cannot be reached")
        assert len(receipt.notes) == 1


def test_a_mail_is_found_by_its_copy(account: MailAccount, theirs: str) -> None:
    _, _, marker = send(account, theirs)
    found = SmtpMail(account).find(marker)
    assert found is not None
    assert found.provider_id.startswith("Sent;UIDVALIDITY=")
    assert found.undo is None
    assert SmtpMail(account).find(marker.replace("<", "<0")) is None


def test_a_mail_to_ourselves_is_found_where_it_arrived(
    dovecot: Dovecot, sink: SmtpSink, mailbox: str
) -> None:
    account = account_on(dovecot, mailbox, smtp=smtp_of(sink), sent_copy="never")
    sink.faults.drop = DOT
    channel = SmtpMail(account)
    payload = letter(mailbox, mailbox)
    wire, marker = frozen(channel, payload)
    with channel.prepare(payload, wire, marker) as ready:
        with pytest.raises(Uncertain):
            ready.perform()
    found = channel.find(marker)
    assert found is not None
    assert found.provider_id.startswith("INBOX;")


def test_preparing_sends_nothing(account: MailAccount, sink: SmtpSink, theirs: str) -> None:
    channel = SmtpMail(account)
    payload = letter(account.user, theirs)
    with channel.prepare(payload, *frozen(channel, payload)):
        pass
    assert sink.taken == []


def test_an_unknown_recipient_is_a_definite_no(
    account: MailAccount, sink: SmtpSink, theirs: str
) -> None:
    sink.faults.recipients[theirs] = "550 5.1.1 no such person"
    with pytest.raises(NotDone, match=f"refused {theirs}: 550 5.1.1 no such person") as refused:
        send(account, theirs)
    assert not refused.value.temporary


def test_who_was_refused_is_on_the_receipt(
    account: MailAccount, sink: SmtpSink, theirs: str
) -> None:
    sink.faults.recipients["ravi@theirs.example"] = "550 5.1.1 no such person"
    receipt, _, _ = send(account, theirs, "ravi@theirs.example")
    assert receipt.refused == ("ravi@theirs.example",)


@pytest.mark.parametrize(
    "change",
    [
        lambda wire: wire.replace(b"To: ", b"Cc: eve@evil.example\r\nTo: "),
        lambda wire: wire.replace(b"To: dana", b"To: eve@evil.example, dana"),
        lambda wire: wire.replace(b"Hi,", b"Pay,"),
        lambda wire: wire.replace(b"From: ", b"Bcc: eve@evil.example\r\nFrom: "),
        lambda wire: wire + b"\r\n",
    ],
)
def test_other_bytes_than_the_accepted_are_not_even_offered(
    account: MailAccount, sink: SmtpSink, theirs: str, change: object
) -> None:
    channel = SmtpMail(account)
    payload = letter(account.user, theirs)
    wire, marker = frozen(channel, payload)
    other = change(wire)  # type: ignore[operator]
    assert other != wire
    with pytest.raises(NotDone, match="not the one that was accepted"):
        channel.prepare(payload, other, marker)
    assert sink.logins == []


def bad(sender: str = "casey@ours.example", *recipients: str) -> Payload:
    return letter(sender, *recipients)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (bad(), "nobody to write to"),
        (bad("casey@localhost", "dana@theirs.example"), "send.from_address"),
        (bad("casey@ours.example", "dana@thëirs.example"), "not written as it was accepted"),
        (bad("casey@ours.example", "dänä@theirs.example"), "is not one e-mail address"),
        (bad("casey@ours.example", "a@b.example,c@d.example"), "is not one e-mail address"),
        (bad("casey@ours.example", "a@b.example\x00"), "is not one e-mail address"),
    ],
)
def test_what_can_be_told_beforehand_is(account: MailAccount, payload: Payload, said: str) -> None:
    with pytest.raises(NotDone, match=said):
        SmtpMail(account).check(payload)


def test_a_mail_that_left_is_not_taken_back(account: MailAccount) -> None:
    assert SmtpMail(account).reversibility == "final"
    with pytest.raises(NotDone, match="cannot be taken back"):
        SmtpMail(account).undo({})
