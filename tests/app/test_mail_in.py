"""A real mailbox read into a real database: nothing lost and nothing twice, whatever is cut or killed."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from caseyos.app import App
from caseyos.connectors.imap_session import open_session
from caseyos.connectors.imap_source import ImapSource
from caseyos.errors import LoginRequired, TryLater
from caseyos.pipeline import ingest_mail
from caseyos.store.intake import Intake
from tests.app.conftest import OpenApp
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.place import HOST
from tests.servers.post import account_on, dovecot, mailbox
from tests.servers.proxy import Proxy

__all__ = ["dovecot", "mailbox"]

SETTINGS = """
[[source]]
kind = "imap"
name = "work"
host = "{host}"
port = {port}
user = "{user}"
secret = {{ file = "{secret}" }}
ca_file = "{ca}"
timeout = "5s"
{more}
"""


def mail(number: int, **headers: str) -> bytes:
    given = {
        "From": "dana@x.example",
        "To": "casey@ours.example",
        "Message-ID": f"<{number}@x>",
        "Subject": f"Mail {number}",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    return "".join(f"{k}: {v}\r\n" for k, v in given.items()).encode() + b"\r\nHello.\r\n"


class Desk:
    """An App whose mail account is a mailbox of the real server."""

    def __init__(self, open_app: OpenApp, dovecot: Dovecot, user: str, folder: Path) -> None:
        self._open, self.dovecot, self.user = open_app, dovecot, user
        self._secret = folder / "secret"
        self.password(PASSWORD)
        self.account = account_on(dovecot, user)
        self.there = open_session(self.account)
        self.app = self.opened()

    def password(self, text: str) -> None:
        self._secret.write_text(text)
        self._secret.chmod(0o600)

    def opened(self, port: int | None = None, more: str = "") -> App:
        settings = SETTINGS.format(
            host=HOST,
            port=port or self.dovecot.imaps,
            user=self.user,
            secret=self._secret,
            ca=self.dovecot.ca,
            more=more,
        )
        return self._open(settings)

    def put(self, *mails: bytes, folder: str = "INBOX") -> None:
        for one in mails:
            self.there.client.append(folder, one)

    def sync(self, app: App | None = None) -> int:
        return (app or self.app).sources.sync("imap:work").signals

    def rows(self, query: str) -> list[dict[str, Any]]:
        with self.app.database.transaction() as connection:
            return connection.execute(query).fetchall()

    def signals(self) -> list[str]:
        query = "SELECT external_id FROM signals WHERE source = 'imap:work' ORDER BY created_at, id"
        return [row["external_id"] for row in self.rows(query)]

    def error(self) -> str | None:
        (health,) = [one for one in self.app.intake.sources() if one.source == "imap:work"]
        return health.last_error


@pytest.fixture
def desk(open_app: OpenApp, dovecot: Dovecot, mailbox: str, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(open_app, dovecot, mailbox, tmp_path)
    yield made
    made.there.close()


def test_a_thousand_mails_once_each(desk: Desk) -> None:
    desk.there.client.append(  # one command, as the server can
        "INBOX", mail(0)
    )
    for number in range(1, 1_000):
        desk.put(mail(number))
    assert desk.sync() == 1_000
    assert desk.sync() == 0
    assert set(desk.signals()) == {f"<{n}@x>" for n in range(1_000)}
    assert desk.error() is None
    # A copy in another place, and everything again from the start, is nothing new.
    desk.put(mail(7), mail(1_000))
    assert desk.sync() == 1
    with desk.app.database.transaction() as connection:
        connection.execute("UPDATE source_cursors SET cursor = '{}'")
    assert desk.sync() == 0


def test_a_folder_made_anew_is_nothing_new(desk: Desk) -> None:
    app = desk.opened(more='also_read = ["Leads"]')
    for again in (False, True):
        if again:
            desk.there.client.delete_folder("Leads")
        desk.there.client.create_folder("Leads")
        desk.put(mail(1), mail(2), folder="Leads")
        assert desk.sync(app) == (0 if again else 2)
    desk.put(mail(3), folder="Leads")
    assert desk.sync(app) == 1


POISON = {
    "nothing": b"",
    "words": b"no mail at all\r\n",
    "NUL": b"From: a@x.example\r\nMessage-ID: <p1@x>\r\nSubject: a\x00b\r\n\r\nbody\x00\r\n",
    "deep": b"From: a@x.example\r\nMessage-ID: <p2@x>\r\n"
    + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(10_000)
    ),
    "charset": b"From: a@x.example\r\nMessage-ID: <p3@x>\r\n"
    b"Content-Type: text/plain; charset=no-such\r\n\r\n\xff\xfe\r\n",
    "surrogates": b"From: a@x.example\r\nMessage-ID: <p4@x>\r\nSubject: =?utf-16-be?b?2AA=?=\r\n\r\n",
    "8 bit": b"From: \xe9\xff <a@x.example>\r\nMessage-ID: <p5@x>\r\nSubject: \xc3\x28\r\n\r\n",
    "huge": b"From: a@x.example\r\nMessage-ID: <p6@x>\r\n\r\n" + b"z" * 76 * 40_000 + b"\r\n",
}


def test_poison_is_stored_or_set_aside_and_the_rest_goes_on(desk: Desk) -> None:
    folder = desk.dovecot.folder / "mail" / desk.user / "cur"
    desk.put(mail(1))
    desk.there.client.select_folder("INBOX")
    owner = folder.stat()
    for number, raw in enumerate(POISON.values()):  # no server takes all of these by APPEND
        path = folder / f"{2_000_000_000 + number}.{number}.poison:2,"
        path.write_bytes(raw)
        os.chown(path, owner.st_uid, owner.st_gid)
    desk.put(mail(2))
    desk.sync()
    found = desk.signals()
    assert {"<1@x>", "<2@x>"} < set(found)
    aside = desk.rows("SELECT place, reason FROM quarantine")
    assert len(found) - 2 + len(aside) == len(POISON)
    assert all(row["place"].startswith("INBOX UID ") for row in aside)
    assert len(aside) >= 2
    assert desk.sync() == 0
    assert desk.error() is None


@pytest.mark.parametrize("budget", [2_500, 8_000, 20_000, 40_000])
def test_a_connection_cut_while_fetching_loses_nothing(desk: Desk, budget: int) -> None:
    desk.put(*(mail(n, X_Filler="f" * 300) for n in range(120)))
    with Proxy(desk.dovecot.imaps) as proxy:
        app = desk.opened(proxy.port)
        proxy.budgets = [budget]
        with pytest.raises(TryLater):
            desk.sync(app)
        before = len(desk.signals())
        assert before < 120
        assert f"127.0.0.1:{proxy.port}" in str(desk.error())
        assert desk.sync(app) == 120 - before
    assert len(desk.signals()) == len(set(desk.signals())) == 120
    assert desk.error() is None


def test_a_server_that_is_away_or_a_password_that_is_refused_is_told(desk: Desk) -> None:
    desk.put(mail(1))
    with pytest.raises(TryLater, match="cannot be reached") as away:
        desk.sync(desk.opened(1))
    assert away.value.exit_code == 9
    assert "cannot be reached" in str(desk.error())
    desk.password("wrong")
    with pytest.raises(LoginRequired, match="refused the password") as refused:
        desk.sync()
    assert refused.value.exit_code == 4
    assert "caseyos auth login imap work" in str(desk.error())
    desk.password(PASSWORD)
    assert desk.sync() == 1
    assert desk.error() is None


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner: object, name: str) -> None:
    """Die where a function is called."""
    setattr(owner, name, die)


def after(owner: object, name: str) -> None:
    """Die where a function has done its work."""
    whole: Callable[..., object] = getattr(owner, name)
    setattr(owner, name, lambda *given, **named: die(whole(*given, **named)))


# RELIABILITY B17, in small: where the process dies while it reads.
POINTS: dict[str, Callable[[], None]] = {
    "fetch": lambda: after(ImapSource, "_bodies"),
    "parse": lambda: before(ingest_mail, "read_mail"),
    "half insert": lambda: after(Intake, "add_messages"),
    "before the cursor": lambda: before(Intake, "advance"),
    "before the commit": lambda: after(Intake, "advance"),
    "after the commit": lambda: after(ingest_mail, "take_batch"),
}


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_while_it_reads_loses_nothing(desk: Desk, point: str) -> None:
    desk.put(*(mail(n) for n in range(60)))
    desk.put(mail(100, From=desk.user, To="dana@x.example"), folder="Sent")
    for _ in range(3):
        with warnings.catch_warnings():  # later Pythons warn of threads, which do nothing here
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            try:
                POINTS[point]()
                desk.sync(desk.opened())
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or point == "after the commit"
    desk.sync()
    assert len(desk.signals()) == len(set(desk.signals())) == 60
    assert desk.rows("SELECT message_id FROM messages WHERE direction = 'sent'") == [
        {"message_id": "<100@x>"}
    ]
    assert desk.rows("SELECT 1 FROM quarantine") == []
