"""A mail that was sent and its answer, on real servers, by the real program and the real daemon."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Iterator
from typing import Any

import pytest

from caseyos.connectors.imap_session import open_session
from tests.cli.test_send_mail import Desk, desk
from tests.conftest import Run
from tests.daemon.test_life import StartDaemon, address, daemons, eventually, ready_again
from tests.servers.dovecot import PASSWORD
from tests.servers.place import HOST
from tests.servers.post import account_on, dovecot, mailbox, sink

__all__ = ["daemons", "desk", "dovecot", "mailbox", "sink"]


@pytest.fixture
def sent(desk: Desk) -> Iterator[tuple[str, str]]:
    """A mail that left by the real server: its move's code and its Message-ID."""
    desk.told("mode", "live", "--for", "30m")
    plan = desk.mail()
    desk.told("execute", "--plan", str(plan["plan"]), "--yes")
    (arrived,) = desk.mails(desk.theirs)
    marker = next(
        line.split(b": ")[1] for line in arrived.splitlines() if line.startswith(b"Message-ID: ")
    )
    yield str(plan["id"]), marker.decode()


def answer(desk: Desk, marker: str, text: str, number: int = 1, **headers: str) -> None:
    """Dana answers, by her own mail server."""
    given = {
        "From": f"Dana <{desk.theirs}>",
        "To": desk.user,
        "Subject": "Re: Pricing",
        "Message-ID": f"<{number}.{desk.theirs}>",
        "In-Reply-To": marker,
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in given.items() if value]
    raw = "\r\n".join([*lines, "", text, ""]).encode()
    with smtplib.LMTP(HOST, desk.dovecot.lmtp) as server:
        server.sendmail(desk.theirs, [desk.user], raw)


def moves(caseyos: Run) -> list[dict[str, Any]]:
    return list(json.loads(caseyos("queue", "--json").stdout)["data"])


def test_an_answer_closes_the_loop_and_is_left_unread(
    desk: Desk, sent: tuple[str, str], caseyos: Run
) -> None:
    code, marker = sent
    answer(desk, marker, "I am away.", 1, Auto_Submitted="auto-replied")
    answer(desk, "<something@else.example>", "Hello.", 2)
    synced = desk.told("signals", "sync", "imap:work")
    assert synced["sources"] == {"imap:work": 2}
    assert desk.told("show", code).get("outcome") is None
    answer(desk, marker, "Yes, Thursday works.", 3)
    desk.told("signals", "sync", "imap:work")
    assert desk.told("show", code)["outcome"]["kind"] == "replied"  # type: ignore[index]
    (follow_up,) = [one for one in moves(caseyos) if one["action_type"] == "follow_up"]
    assert "Answer Dana" in follow_up["title"]
    with open_session(account_on(desk.dovecot, desk.user)) as session:
        session.client.select_folder("INBOX", readonly=True)
        flags = session.client.get_flags(session.client.search())
    assert len(flags) == 3
    assert not any(b"\\Seen" in one for one in flags.values())


def test_who_asks_to_stop_is_never_written_to_again(
    desk: Desk, sent: tuple[str, str], caseyos: Run
) -> None:
    code, marker = sent
    answer(desk, marker, "Please remove me from your list.")
    desk.told("signals", "sync", "imap:work")
    assert desk.told("show", code)["outcome"]["kind"] == "unsubscribed"  # type: ignore[index]
    assert desk.theirs in caseyos("dnc", "list").stdout
    more = ("add", "Pricing again", "--action", "send_email", "--to", desk.theirs)
    desk.told(*more, code=12)  # no move is made of it
    why = caseyos("signals", "list", "--unmatched", "--json").stdout
    assert "the contact is on the do-not-contact list" in why
    assert [one for one in moves(caseyos) if one["action_type"] == "follow_up"] == []


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        ({"THE_MAIL_PASSWORD": "wrong"}, 4, "caseyos auth login imap work"),
        ({}, 4, "There is no secret at the environment variable THE_MAIL_PASSWORD"),
    ],
)
def test_a_source_that_refuses_is_an_exit_code_and_a_command(
    desk: Desk, caseyos: Run, change: dict[str, str], code: int, told: str
) -> None:
    failed = caseyos("signals", "sync", "imap:work", **change)
    assert failed.returncode == code
    assert told in failed.stderr
    assert "wrong" not in failed.stderr


def test_the_daemon_is_woken_by_an_answer(
    desk: Desk, sent: tuple[str, str], caseyos: Run, home: dict[str, str], daemons: StartDaemon
) -> None:
    code, marker = sent
    process = daemons(home | {"THE_MAIL_PASSWORD": PASSWORD})
    ready_again(address(home))

    def known() -> int:
        listed = caseyos("signals", "list", "--source", "imap:work", "--json").stdout
        return len(json.loads(listed)["data"])

    answer(desk, "<something@else.example>", "Hello.", 1)
    eventually(lambda: known() == 1, 60)  # the first round, or the first word of the listener
    answer(desk, marker, "Yes, Thursday works.", 2)
    # The next round is two minutes away, and the next generation fifteen.
    eventually(lambda: (desk.told("show", code).get("outcome") or {}).get("kind") == "replied", 60)  # type: ignore[attr-defined]
    process.terminate()
    assert process.wait(30) == 0
