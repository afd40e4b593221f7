"""Our own mail is found by what it says of itself, read and compared."""

from __future__ import annotations

from uuid import UUID

from caseyos.connectors.imap_marker import execution_of, look_up
from caseyos.connectors.imap_session import open_session
from tests.servers.dovecot import Dovecot
from tests.servers.post import account_on

EXECUTION = UUID("01900000-0000-7000-8000-000000000001")
MARKER = f"<{EXECUTION.hex}.caseyos@ours.example>"


def test_the_execution_is_in_the_marker() -> None:
    assert execution_of(MARKER) == str(EXECUTION)
    assert execution_of("<other@ours.example>") == ""


def test_headers_are_compared_and_not_only_searched(dovecot: Dovecot, mailbox: str) -> None:
    with open_session(account_on(dovecot, mailbox)) as session:
        # SEARCH HEADER finds a part of a header, too.
        longer = MARKER.replace("ours.example>", "ours.example.net>")
        session.client.append("Sent", f"Message-ID: {longer}\r\n\r\n".encode())
        session.client.append("Sent", f"References: {MARKER}\r\n\r\n{MARKER}\r\n".encode())
        assert look_up(session, "Sent", "<nobody@x>") is None
        assert look_up(session, "Sent", MARKER) is None
        assert look_up(session, "Nowhere", MARKER) is None
        session.client.append("Sent", f"Message-ID:\r\n {MARKER}\r\n\r\n".encode())
        found = look_up(session, "Sent", MARKER)
        assert found is not None
        assert (found.folder, found.uid, found.message_id) == ("Sent", 3, MARKER)


def test_a_server_that_put_another_message_id_is_seen_through(
    dovecot: Dovecot, mailbox: str
) -> None:
    with open_session(account_on(dovecot, mailbox)) as session:
        text = f"Message-ID: <their@own>\r\nX-CaseyOS-Execution: {EXECUTION}\r\n\r\n"
        session.client.append("Sent", text.encode())
        found = look_up(session, "Sent", MARKER)
        assert found is not None
        assert found.message_id == "<their@own>"
        assert found.provider_id == f"Sent;UIDVALIDITY={found.uidvalidity};UID=1"
