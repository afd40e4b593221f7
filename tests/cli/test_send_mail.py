"""A mail from the shell to a real mailbox: previewed, held, recalled or let go, byte for byte."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from caseyos.connectors.imap_session import open_session
from tests.conftest import Run
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.place import HOST
from tests.servers.post import account_on, dovecot, mailbox, sink
from tests.servers.smtp_sink import DOT, SmtpSink

__all__ = ["dovecot", "mailbox", "sink"]

SETTINGS = """
[send]
hold = "{hold}"
quiet_hours = ""
from_name = "Casey Ö"
[limits.send_email]
spacing = "0s"
per_recipient_per_week = 100
per_domain_per_day = 100
[channels]
email = "imap:work"
[[source]]
kind = "imap"
name = "work"
host = "{host}"
port = {imaps}
user = "{user}"
secret = {{ env = "THE_MAIL_PASSWORD" }}
ca_file = "{ca}"
timeout = "5s"
smtp = {{ host = "{host}", port = {smtp}, security = "starttls" }}
"""


class Desk:
    """The program in a newcomer's home with an account on the real servers."""

    def __init__(
        self, run: Run, home: dict[str, str], dovecot: Dovecot, sink: SmtpSink, user: str
    ) -> None:
        self._run, self._home, self.dovecot, self.sink, self.user = run, home, dovecot, sink, user
        self.theirs = user.replace("casey", "dana").replace("ours", "theirs")
        self.hold("0s")

    def hold(self, hold: str) -> None:
        """How long mail is held from now on."""
        file = Path(self._home["XDG_CONFIG_HOME"]) / "caseyos" / "caseyos.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(
            SETTINGS.format(
                hold=hold,
                host=HOST,
                imaps=self.dovecot.imaps,
                user=self.user,
                ca=self.dovecot.ca,
                smtp=self.sink.port,
            )
        )
        file.chmod(0o600)

    def told(self, *arguments: str, code: int = 0) -> dict[str, object]:
        """A command's data."""
        done = self._run(*arguments, "--json", THE_MAIL_PASSWORD=PASSWORD)
        assert done.returncode == code, done.stderr + done.stdout
        assert PASSWORD not in done.stdout + done.stderr
        found = json.loads(done.stdout if code == 0 else done.stderr)
        data = found["data"] if code == 0 else found
        return dict(data[0] if isinstance(data, list) else data)

    def said(self, *arguments: str) -> str:
        """What a command says to people."""
        done = self._run(*arguments, THE_MAIL_PASSWORD=PASSWORD)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def mail(self, *options: str) -> dict[str, object]:
        """A new mail move's preview."""
        code = str(self.told("add", "Pricing", "--action", "send_email", "--to", self.theirs)["id"])
        return self.told("preview", code, *options)

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """What lies in a folder."""
        with open_session(account_on(self.dovecot, user)) as session:
            session.client.select_folder(folder, readonly=True)
            uids = session.client.search()
            found = session.client.fetch(uids, [b"BODY.PEEK[]"]) if uids else {}
            return [found[uid][b"BODY[]"] for uid in uids]


@pytest.fixture
def desk(
    caseyos: Run, home: dict[str, str], dovecot: Dovecot, sink: SmtpSink, mailbox: str
) -> Iterator[Desk]:
    """A desk whose mail leaves as soon as it may."""
    yield Desk(caseyos, home, dovecot, sink, mailbox)


def test_a_mail_is_held_recalled_and_then_let_go_as_it_was_previewed(desk: Desk) -> None:
    desk.hold("1h")
    plan = desk.mail()
    wire = str(plan["wire"]).encode()
    assert (plan["outside"], plan["channel"], plan["reversibility"]) == (True, "imap:work", "final")
    assert message_from_bytes(wire)["From"].endswith(f"<{desk.user}>")

    # SAFE: nothing leaves, and nothing was even looked up or dialled for the preview.
    refused = desk.told("execute", "--plan", str(plan["plan"]), "--yes", code=5)
    assert "SAFE" in str(refused["error"])
    assert desk.sink.logins == []

    desk.told("mode", "live", "--for", "30m")
    plan = desk.told("preview", str(plan["id"]))
    held = desk.told("execute", "--plan", str(plan["plan"]), "--yes")
    assert held["state"] == "queued"
    desk.told("outbox", "flush")
    assert desk.sink.logins == []  # it is held
    desk.told("undo")
    assert desk.sink.taken == []
    assert desk.told("show", str(plan["id"]))["status"] == "pending"

    desk.hold("1s")
    plan = desk.told("preview", str(plan["id"]))
    wire = str(plan["wire"]).encode()
    held = desk.told("execute", "--plan", str(plan["plan"]), "--yes")
    assert (held["state"], desk.sink.taken) == ("queued", [])
    end = time.monotonic() + 60
    while not desk.sink.taken and time.monotonic() < end:
        desk.told("tick")
    (arrived,) = desk.mails(desk.theirs)
    assert arrived.endswith(wire)
    assert desk.mails(desk.user, "Sent") == [wire]
    assert [one.recipients for one in desk.sink.taken] == [(desk.theirs,)]
    # The same plan once more is an answer, and a mail that left stays where it is.
    again = desk.told("execute", "--plan", str(plan["plan"]), "--yes")
    assert (again["replayed"], again["state"]) == (True, "succeeded")
    assert "a copy is in Sent" in str(again["result"])
    desk.told("undo", code=7)
    assert len(desk.sink.taken) == 1


def test_the_preview_says_who_writes_to_whom(desk: Desk) -> None:
    code = str(desk.told("add", "Pricing", "--action", "send_email", "--to", desk.theirs)["id"])
    shown = desk.said("preview", code)
    assert f"From     Casey Ö <{desk.user}>" in shown
    assert f"To       {desk.theirs}" in shown
    assert f"imap:work send 1 mail to {desk.theirs}   undo: only while it is held" in shown


def test_a_draft_does_not_wait_and_is_taken_back(desk: Desk) -> None:
    desk.hold("1h")
    desk.told("mode", "live", "--for", "30m")
    plan = desk.mail("--draft")
    wire = str(plan["wire"]).encode()
    done = desk.told("execute", "--plan", str(plan["plan"]), "--yes")
    assert (done["state"], done["reversibility"]) == ("succeeded", "reversible")
    assert desk.mails(desk.user, "Entwürfe") == [wire]
    desk.told("undo")
    assert desk.mails(desk.user, "Entwürfe") == []
    assert desk.sink.taken == []


def test_a_mail_whose_answer_was_lost_is_unknown_until_it_is_found(desk: Desk) -> None:
    desk.told("mode", "live", "--for", "30m")
    desk.sink.faults.drop = DOT
    desk.sink.keeps_sent = True  # as a provider that keeps the copy itself
    plan = desk.mail()
    unknown = desk.told("execute", "--plan", str(plan["plan"]), "--yes", code=9)
    assert "UNKNOWN" in str(unknown["error"])
    desk.told("outbox", "flush")  # does not send it again
    desk.told("outbox", "answer", str(plan["id"]), "check")
    found = desk.told("show", str(plan["id"]))
    assert (found["status"], found["execution"]) == ("executed", "succeeded")
    assert len(desk.sink.taken) == 1


def test_a_mail_that_is_refused_says_so(desk: Desk) -> None:
    desk.told("mode", "live", "--for", "30m")
    desk.sink.faults.recipients[desk.theirs] = "550 5.1.1 no such person"
    plan = desk.mail()
    refused = desk.told("execute", "--plan", str(plan["plan"]), "--yes", code=5)
    assert "550 5.1.1 no such person" in str(refused["error"])
    assert desk.told("show", str(plan["id"]))["status"] == "failed"
