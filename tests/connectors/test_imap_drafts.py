"""Drafts in a real Dovecot: put there once, found again, taken back unless touched."""

from __future__ import annotations

from typing import Any

import pytest
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from caseyos.connectors.imap_drafts import ImapDrafts, append
from caseyos.connectors.imap_session import open_session
from caseyos.domain.model import ActionType, Payload
from caseyos.domain.ports.channel import NotDone, Receipt, Uncertain
from tests.connectors.letters import frozen, letter
from tests.servers.dovecot import Dovecot
from tests.servers.post import account_on

DANA = "dana@theirs.example"


def draft(sender: str, *recipients: str) -> Payload:
    return letter(sender, *recipients, action=ActionType.CREATE_DRAFT)


@pytest.fixture
def channel(dovecot: Dovecot, mailbox: str) -> ImapDrafts:
    """The drafts of a mailbox of its own."""
    return ImapDrafts(account_on(dovecot, mailbox))


def put(channel: ImapDrafts, payload: Payload) -> tuple[Receipt, bytes, str]:
    wire, marker = frozen(channel, payload)
    with channel.prepare(payload, wire, marker) as ready:
        return ready.perform(), wire, marker


def drafts(dovecot: Dovecot, mailbox: str, folder: str = "Entwürfe") -> dict[int, dict[bytes, Any]]:
    with open_session(account_on(dovecot, mailbox)) as session:
        session.client.select_folder(folder)
        found: dict[int, dict[bytes, Any]] = session.client.fetch(
            session.client.search() or [0], [b"BODY.PEEK[]", b"FLAGS"]
        )
        return found


def test_a_draft_is_the_bytes_that_were_built(
    channel: ImapDrafts, dovecot: Dovecot, mailbox: str
) -> None:
    receipt, wire, _ = put(channel, draft(mailbox, DANA))
    (found,) = drafts(dovecot, mailbox).values()
    assert found[b"BODY[]"] == wire
    assert b"\\Draft" in found[b"FLAGS"]
    assert receipt.provider_id.startswith("Entwürfe;UIDVALIDITY=")
    assert receipt.undo is not None


def test_a_draft_to_nobody_yet_is_a_draft(
    channel: ImapDrafts, dovecot: Dovecot, mailbox: str
) -> None:
    put(channel, draft(mailbox))
    assert len(drafts(dovecot, mailbox)) == 1


def test_the_same_marker_is_one_draft(channel: ImapDrafts, dovecot: Dovecot, mailbox: str) -> None:
    payload = draft(mailbox, DANA)
    wire, marker = frozen(channel, payload)
    receipts = []
    for _ in range(2):
        with channel.prepare(payload, wire, marker) as ready:
            receipts.append(ready.perform())
    assert receipts[0] == receipts[1]
    assert len(drafts(dovecot, mailbox)) == 1


def test_a_draft_is_found_by_its_marker_and_nothing_else(channel: ImapDrafts, mailbox: str) -> None:
    receipt, _, marker = put(channel, draft(mailbox, DANA))
    found = channel.find(marker)
    assert found is not None
    assert (found.provider_id, found.undo) == (receipt.provider_id, receipt.undo)
    assert channel.find(marker.replace("caseyos", "caseyo")) is not None  # by our own header
    assert channel.find("<other.caseyos@ours.example>") is None
    assert channel.find(marker[:-2] + ">") is not None
    assert channel.find("<>") is None


def test_a_draft_is_taken_back_and_only_it(
    channel: ImapDrafts, dovecot: Dovecot, mailbox: str
) -> None:
    first, _, marker = put(channel, draft(mailbox, DANA))
    put(channel, draft(mailbox, DANA))
    with open_session(account_on(dovecot, mailbox)) as session:
        session.client.select_folder("Entwürfe")
        others = [uid for uid in session.client.search() if uid != first.undo["uid"]]  # type: ignore[index]
        session.client.add_flags(others, [b"\\Deleted"])  # a person's own doing
    assert first.undo is not None
    assert channel.undo(first.undo) == "Removed the draft from Entwürfe."
    assert channel.find(marker) is None
    assert list(drafts(dovecot, mailbox)) == others
    assert channel.undo(first.undo) == "It was gone already."


def test_a_draft_that_was_written_on_is_left_alone(
    channel: ImapDrafts, dovecot: Dovecot, mailbox: str
) -> None:
    receipt, wire, _ = put(channel, draft(mailbox, DANA))
    assert receipt.undo is not None
    with open_session(account_on(dovecot, mailbox)) as session:
        # A mail program puts the new version beside it and removes the old one.
        session.client.append("Entwürfe", wire.replace(b".dot", b"other"), [b"\\Draft"])
        session.client.select_folder("Entwürfe")
        session.client.delete_messages([receipt.undo["uid"]])
        session.client.expunge()
    with pytest.raises(NotDone, match="changed since"):
        channel.undo(receipt.undo)
    assert len(drafts(dovecot, mailbox)) == 1


def test_a_draft_that_was_sent_is_told(channel: ImapDrafts, dovecot: Dovecot, mailbox: str) -> None:
    receipt, _, marker = put(channel, draft(mailbox, DANA))
    assert receipt.undo is not None
    with open_session(account_on(dovecot, mailbox)) as session:
        session.client.select_folder("Entwürfe")
        session.client.move([receipt.undo["uid"]], "Sent")
    with pytest.raises(NotDone, match="sent since"):
        channel.undo(receipt.undo)
    assert channel.find(marker) is not None


def test_bytes_that_were_not_accepted_are_refused_before_anything(
    channel: ImapDrafts, mailbox: str
) -> None:
    payload = draft(mailbox, DANA)
    wire, marker = frozen(channel, payload)
    with pytest.raises(NotDone, match="not the one that was accepted"):
        channel.prepare(payload, wire.replace(b"Hi", b"Ho"), marker)


def test_a_login_that_is_refused_is_a_definite_no(dovecot: Dovecot, mailbox: str) -> None:
    channel = ImapDrafts(account_on(dovecot, mailbox, secret="wrong"))
    payload = draft(mailbox, DANA)
    wire, marker = frozen(channel, payload)
    with pytest.raises(NotDone, match="refused the password") as refused:
        channel.prepare(payload, wire, marker)
    assert not refused.value.temporary
    with pytest.raises(NotDone):
        channel.find(marker)


def test_a_server_that_is_away_may_be_tried_again(dovecot: Dovecot, mailbox: str) -> None:
    channel = ImapDrafts(account_on(dovecot, mailbox, port=1))
    payload = draft(mailbox, DANA)
    with pytest.raises(NotDone, match="cannot be reached") as refused:
        channel.prepare(payload, *frozen(channel, payload))
    assert refused.value.temporary


class Client:
    """What a server may answer to APPEND."""

    def __init__(self, answer: Exception | bytes) -> None:
        self.answer = answer

    def append(self, *_: object) -> bytes:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "kind", "temporary"),
    [
        (IMAPClientError("append failed: [OVERQUOTA] full"), NotDone, False),
        (IMAPClientError("append failed: [LIMIT] slower"), NotDone, True),
        (IMAPClientAbortError("socket error: EOF"), Uncertain, None),
        (TimeoutError("timed out"), Uncertain, None),
        (ConnectionResetError(104, "reset"), Uncertain, None),
    ],
)
def test_an_append_that_fails_is_classed(
    dovecot: Dovecot,
    mailbox: str,
    answer: Exception,
    kind: type[Exception],
    temporary: bool | None,
) -> None:
    with open_session(account_on(dovecot, mailbox)) as session:
        there, session.client = session.client, Client(answer)
        with pytest.raises(kind) as failed:
            append(session, "Entwürfe", b"", "<m@x>", ())
        session.client = there
    if temporary is not None:
        assert failed.value.temporary == temporary  # type: ignore[attr-defined]
