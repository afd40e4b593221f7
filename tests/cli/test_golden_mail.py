"""The golden transcript of a mail folder: answers to write, an answer written, and what came of it."""

from __future__ import annotations

import email
import re
import shutil
from collections import Counter
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest

from caseyos.store.server import EmbeddedServer
from tests.cli.reading import data, said
from tests.conftest import Run

DAY = "2009-11-19"


def ids(header: str | None) -> set[str]:
    """The message ids a header names."""
    return set(re.findall(r"<[^<>\s]+>", str(header or "")))


def busiest_with_open_answers(folder: Path) -> tuple[str, set[str]]:
    """The sender of most mails among those with an answer they did not answer; and those answers.

    The busiest of all was answered once and answered that himself, so nothing is his to do.
    """
    mails = [
        email.message_from_bytes(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    sender = {id(mail): parseaddr(str(mail["From"]))[1].lower() for mail in mails}
    for address, _ in Counter(sender.values()).most_common():
        own = [mail for mail in mails if sender[id(mail)] == address]
        sent = set().union(*(ids(mail["Message-ID"]) for mail in own))
        answered = set().union(*(ids(mail["In-Reply-To"]) for mail in own))
        answers = {
            str(mail["Message-ID"]).strip()
            for mail in mails
            if sender[id(mail)] != address
            and (ids(mail["In-Reply-To"]) | ids(mail["References"])) & sent
        }
        if answers - answered:
            return address, answers - answered
    raise AssertionError("no sender has an answer left to answer")


def outbox(home: dict[str, str]) -> list[Path]:
    """The mails that lie in the Maildir's Outbox."""
    return sorted(Path(home["XDG_DATA_HOME"], "caseyos/mail/.Outbox").rglob("*.eml"))


def reply_to(sent: EmailMessage, folder: Path) -> None:
    """Drop an answer to `sent` into a Maildir, as a mail program does."""
    answer = EmailMessage(policy=SMTP)
    answer["From"], answer["To"] = sent["To"], sent["From"]
    answer["Subject"] = str(sent["Subject"])
    answer["Date"] = sent["Date"]
    answer["Message-ID"] = "<golden-answer@example.org>"
    answer["In-Reply-To"] = sent["Message-ID"]
    answer["References"] = f"{sent['References'] or ''} {sent['Message-ID']}".strip()
    answer.set_content("Thank you, that settles it. One more question: when?\n")
    waiting = folder / "tmp" / "1.golden.example"
    waiting.parent.mkdir(parents=True, exist_ok=True)
    waiting.write_bytes(answer.as_bytes())
    (folder / "new").mkdir(parents=True, exist_ok=True)
    waiting.rename(folder / "new" / waiting.name)


@pytest.fixture
def second_home(home: dict[str, str]) -> Any:
    """A second newcomer's folders beside the first one's."""
    root = Path(home["HOME"], "second")
    other = {
        name: str(root / name.split("_")[1].lower())
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    }
    yield other
    server = EmbeddedServer(Path(other["XDG_DATA_HOME"], "caseyos"))
    server.stop()
    if server.account.switch:
        shutil.rmtree(server.home, ignore_errors=True)


def test_a_mail_folder_from_import_to_a_second_home(
    caseyos: Run, home: dict[str, str], shared_data: Path, second_home: dict[str, str]
) -> None:
    folder = shared_data / "mail" / "default"
    me, to_answer = busiest_with_open_answers(folder)
    said(caseyos, "import", str(folder), "--me", me)
    said(caseyos, "tick", "--as-of", DAY, "--no-send")
    today = data(caseyos, "today", "--as-of", DAY)
    assert len(today) == len(to_answer)
    assert {move["action_type"] for move in today} == {"follow_up"}

    preview = data(caseyos, "preview", "1")
    assert outbox(home) == []
    assert "Done" in said(caseyos, "execute", "--plan", preview["plan"], "--yes")
    (written,) = outbox(home)
    assert written.read_bytes() == preview["wire"].encode("utf-8", "surrogateescape")
    sent = email.message_from_bytes(written.read_bytes(), policy=SMTP)
    assert ids(sent["In-Reply-To"]) <= to_answer
    assert today[0]["context"]["recipient"] in str(sent["To"])

    reply_to(sent, Path(home["XDG_DATA_HOME"], "caseyos/mail"))
    assert "Made 1 new move of" in said(caseyos, "signals", "sync")
    code = today[0]["id"]
    assert data(caseyos, "show", code)[0]["outcome"]["kind"] == "replied"
    after = data(caseyos, "today", "--limit", "50")
    assert len(after) == len(today)
    (answer,) = [m for m in after if m["id"] not in {one["id"] for one in today}]
    assert answer["action_type"] == "follow_up"
    (signal,) = data(caseyos, "show", answer["id"])[0]["signals"]
    assert (signal["source"], signal["signal_type"]) == ("maildir:local", "email_replied")

    # Asking again finds nothing new; the outcome is not told twice.
    assert "Made 0 new moves of" in said(caseyos, "signals", "sync")

    told = said(
        caseyos, "outcome", code, "meeting", "--positive", "--note", "she calls on Thursday"
    )
    assert "meeting booked" in told
    story = said(caseyos, "activity", "--limit", "50")
    for word in ("enqueue", "claim", "dispatch", "execute", "outcome"):
        assert word in story, story

    assert "intact" in said(caseyos, "audit", "verify")
    counts = rows_of(caseyos)
    dump = Path(home["HOME"], "kept.dump")
    said(caseyos, "db", "backup", "--to", str(dump))
    assert dump.stat().st_mode & 0o777 == 0o600

    done = caseyos("init", "--no-input", **second_home)
    assert done.returncode == 0, done.stderr
    done = caseyos("db", "restore", str(dump), "--yes", **second_home)
    assert done.returncode == 0, done.stderr
    assert rows_of(caseyos, **second_home) == counts
    assert "intact" in caseyos("audit", "verify", **second_home).stdout

    tamper = (
        "ALTER TABLE audit_log DISABLE TRIGGER USER; "
        "UPDATE audit_log SET actor = overlay(actor placing 'x' from 1 for 1) WHERE seq = 3"
    )
    assert caseyos("db", "shell", "-c", tamper).returncode == 0
    broken = caseyos("audit", "verify")
    assert broken.returncode == 1 and "BROKEN at receipt 3" in broken.stdout + broken.stderr
    assert list(written.parent.iterdir()) == [written]


def rows_of(caseyos: Run, **extra: str) -> dict[str, int]:
    """The number of rows of every table that tells of moves."""
    tables = ("signals", "command_queue_items", "executions", "outcomes", "audit_log", "contacts")
    query = " UNION ALL ".join(f"SELECT '{t}=' || count(*) FROM {t}" for t in tables)
    done = caseyos("db", "shell", "-c", query, **extra)
    return {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", done.stdout)}
