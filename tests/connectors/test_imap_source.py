"""An account read by state from a real Dovecot: what is new, once, bounded, and left unread."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from caseyos.config.model import Source
from caseyos.connectors.imap_session import ImapSession, open_session
from caseyos.connectors.imap_source import BATCH, BEGINNING, ImapSource
from caseyos.connectors.mail_account import MailAccount
from caseyos.domain.ports.intake import Rejected
from caseyos.domain.ports.source import Batch, Surroundings
from caseyos.errors import ConfigError, LoginRequired, TryLater
from tests.servers.dovecot import Dovecot
from tests.servers.post import account_on

NOW = datetime.now(UTC)


def mail(number: int, body: str = "Hello.") -> bytes:
    return (
        f"From: dana@x.example\r\nTo: casey@ours.example\r\nMessage-ID: <{number}@x>\r\n"
        f"Subject: {number}\r\n\r\n{body}\r\n"
    ).encode()


class Box:
    """A mailbox, its owner at another mail program, and the source that reads it."""

    def __init__(self, account: MailAccount) -> None:
        self.account = account
        self.cursor: dict[str, Any] = {}
        self.there = open_session(account).__enter__()

    def put(self, *mails: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        for one in mails:
            self.there.client.append(folder, one, msg_time=at)

    def source(self, account: MailAccount | None = None, **settings: Any) -> ImapSource:
        configured = Source(kind="imap", name="work", host="h", user="u", **settings)
        around = Surroundings(
            "imap:work", frozenset(), lambda: NOW, str, lambda: account or self.account
        )
        return ImapSource(configured, around)

    def read(self, **settings: Any) -> list[Batch]:
        """All batches, each stored as soon as it is there."""
        return list(self.stored(self.source(**settings)))

    def stored(self, source: ImapSource) -> Iterator[Batch]:
        for batch in source.batches(self.cursor):
            self.cursor |= batch.cursor
            yield batch

    def new(self, **settings: Any) -> list[str]:
        return ids(self.read(**settings))


def ids(batches: list[Batch]) -> list[str]:
    found = []
    for batch in batches:
        for one in batch.mails:
            raw = one.raw if isinstance(one, Rejected) else one[1]
            found.append(raw.split(b"Message-ID: <")[1].split(b"@")[0].decode())
    return found


@pytest.fixture
def box(dovecot: Dovecot, mailbox: str) -> Iterator[Box]:
    made = Box(account_on(dovecot, mailbox))
    yield made
    made.there.close()


def test_each_mail_once_in_order_and_none_is_marked_as_read(box: Box) -> None:
    box.put(mail(1), mail(2))
    assert box.new() == ["1", "2"]
    assert box.new() == []
    box.put(mail(3))
    assert box.new() == ["3"]
    box.there.client.select_folder("INBOX", readonly=True)
    flags = box.there.client.get_flags(box.there.client.search())
    assert all(b"\\Seen" not in one for one in flags.values())
    assert len(flags) == 3


def test_nothing_new_is_one_look_and_one_batch(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.put(mail(1))
    box.read()
    monkeypatch.setattr(ImapSource, "_select", lambda *_: pytest.fail("opened"))
    (batch,) = box.read()
    assert batch.mails == ()
    # Somebody reads it elsewhere: HIGHESTMODSEQ moves, and that is no news.
    before = box.cursor["folders"]["INBOX"]
    box.there.client.select_folder("INBOX")
    box.there.client.add_flags(box.there.client.search(), [b"\\Seen"])
    assert box.new() == []
    after = box.cursor["folders"]["INBOX"]
    assert after["modseq"] > before["modseq"]
    assert after["uidnext"] == before["uidnext"]


def test_what_lies_in_sent_was_sent_and_comes_first(box: Box) -> None:
    box.put(mail(2))
    box.put(mail(1), folder="Sent")
    batches = [batch for batch in box.read() if batch.mails]
    assert [(ids([batch]), batch.sent) for batch in batches] == [(["1"], True), (["2"], False)]


def test_folders_beside_the_inbox(box: Box) -> None:
    box.there.client.create_folder("Kunden & Leads/Ä")
    box.put(mail(1), folder="Kunden & Leads/Ä")
    assert box.new() == []
    assert box.new(also_read=["Kunden & Leads/Ä"]) == ["1"]
    box.put(mail(2))
    with pytest.raises(ConfigError, match="does not show the folder nowhere"):
        for _ in box.stored(box.source(also_read=["nowhere"])):
            pass
    assert box.new() == []  # what came before the missing folder is stored


def test_the_first_reading_goes_back_so_far(box: Box) -> None:
    box.put(mail(1), at=NOW - timedelta(days=40))
    box.put(mail(2), at=NOW - timedelta(days=20))
    box.put(mail(3))
    assert box.new() == ["2", "3"]
    box.cursor = {}
    assert box.new(past="10d") == ["3"]
    assert box.new() == []


def test_a_folder_made_anew_is_read_again_with_one_line(
    box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    box.there.client.create_folder("Leads")
    box.put(mail(1), mail(2), mail(3), folder="Leads")
    assert box.new(also_read=["Leads"]) == ["1", "2", "3"]
    before = box.cursor["folders"]["Leads"]["uidvalidity"]
    box.there.client.delete_folder("Leads")
    box.there.client.create_folder("Leads")
    box.put(mail(2), mail(4), folder="Leads")
    with caplog.at_level(logging.WARNING):
        assert box.new(also_read=["Leads"]) == ["2", "4"]
        assert box.new(also_read=["Leads"]) == []
    assert box.cursor["folders"]["Leads"]["uidvalidity"] != before
    (line,) = [one for one in caplog.messages if "made anew" in one]
    assert line.startswith("imap:work: Leads was made anew")


def test_a_deleted_mail_is_no_reason_to_stop(box: Box) -> None:
    box.put(mail(1), mail(2), mail(3))
    box.there.client.select_folder("INBOX")
    box.there.client.delete_messages([2])
    box.there.client.expunge()
    assert box.new() == ["1", "3"]
    box.there.client.delete_messages([3])
    box.there.client.expunge()
    assert box.new() == []
    box.put(mail(4))
    assert box.new() == ["4"]


def test_a_huge_mail_is_read_by_its_beginning(box: Box) -> None:
    huge = mail(1, "First words.\r\n" + "x" * 76 + "\r\n" + ("y" * 76 + "\r\n") * 40_000)
    box.put(huge, mail(2))
    (batch,) = [one for one in box.read() if one.mails]
    (_, first), (_, second) = batch.mails  # type: ignore[misc]
    assert (len(first), second) == (BEGINNING, mail(2))
    assert first == huge[:BEGINNING]
    box.cursor = {}
    (whole,) = [one for one in box.read(whole_up_to=10_000_000) if one.mails]
    assert whole.mails[0][1] == huge  # type: ignore[index]


def test_batches_are_bounded_and_each_moves_the_cursor_past_itself(box: Box) -> None:
    box.put(*(mail(n) for n in range(1, 2 * BATCH + 8)))
    sizes = [len(batch.mails) for batch in box.read() if batch.mails]
    assert sizes == [BATCH, BATCH, 7]
    box.cursor = {}
    reading = box.source().batches({})
    first = next(reading)
    reading.close()
    assert first.cursor["folders"]["INBOX"]["uidnext"] == BATCH + 1
    box.cursor = dict(first.cursor)
    assert len(box.new()) == BATCH + 7


def test_a_server_without_condstore(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    has = ImapSession.has
    monkeypatch.setattr(
        ImapSession, "has", lambda self, name: name != "CONDSTORE" and has(self, name)
    )
    box.put(mail(1))
    assert box.new() == ["1"]
    assert box.new() == []
    box.put(mail(2))
    assert box.new() == ["2"]
    assert box.cursor["folders"]["INBOX"]["modseq"] == 0


def test_what_the_server_cannot_give_is_set_aside_and_the_rest_goes_on(
    box: Box, dovecot: Dovecot, mailbox: str
) -> None:
    box.put(mail(1), mail(2), mail(3))
    box.there.client.select_folder("INBOX")  # the server moves them from new to cur
    second = sorted((dovecot.folder / "mail" / mailbox / "cur").iterdir())[1]
    second.chmod(0)
    found = [one for batch in box.read() for one in batch.mails]
    second.chmod(0o600)
    given = [one for one in found if not isinstance(one, Rejected)]
    assert [raw for _, raw in given] == [mail(1), mail(3)]
    (left,) = [one for one in found if isinstance(one, Rejected)]
    assert left.place == "INBOX UID 2" and "the server cannot give it" in left.reason
    assert box.new() == []


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ({"secret": lambda: "wrong"}, LoginRequired, "refused the password"),
        ({"imap": 1}, TryLater, "cannot be reached"),
    ],
)
def test_a_server_that_is_down_or_refuses_is_told_in_words(
    box: Box, change: dict[str, Any], error: type[Exception], told: str
) -> None:
    if "imap" in change:
        change = {"imap": replace(box.account.imap, port=1)}
    with pytest.raises(error, match=told):
        list(box.source(replace(box.account, **change)).batches({}))
