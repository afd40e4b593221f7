"""Mail in: each mail one signal, in any order, and a cursor that never passes what is not stored."""

from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseyos.domain.ports.intake import ImportReport, IngestUnits, MailItem, Rejected
from caseyos.domain.ports.source import Batch
from caseyos.errors import Overtaken
from caseyos.pipeline import ingest_mail
from caseyos.store.database import Database
from caseyos.store.unit_of_work import unit_of_work
from tests.domain.mail_shapes import AWAY as MACHINES
from tests.domain.mail_shapes import BOUNCES, PEOPLE, shape
from tests.domain.mail_shapes import OWN as OURS
from tests.pipeline.test_ingest import TABLES, at_once, count, failing, rows, shuffled, signals

ME = frozenset({"casey@me.example"})


@pytest.fixture
def units(database: Database) -> IngestUnits:
    return lambda: unit_of_work(database)


def mail(number: int, sender: str = "dana@x.example", **headers: str) -> MailItem:
    given = {
        "From": sender,
        "To": "casey@me.example",
        "Message-ID": f"<{number}@x>",
        "Date": "Tue, 24 Nov 2026 09:12:00 +0000",
        "Subject": f"Mail {number}",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    text = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"new/{number}", f"{text}\r\nBody {number}\r\n".encode()


def take_mail(
    units: IngestUnits, items: Sequence[MailItem | Rejected], source: str = "mail:a"
) -> ImportReport:
    report = ImportReport()
    ingest_mail.take_mail(units, items, source=source, me=ME, report=report)
    return report


def test_a_cursor_counts_what_was_new(units: IngestUnits, database: Database) -> None:
    take_mail(units, [mail(1), mail(2), ("new/3", b"no mail")])
    take_mail(units, [mail(2), mail(3)])
    (row,) = rows(database, "SELECT items_seen, version, last_error FROM source_cursors")
    assert row == {"items_seen": 3, "version": 2, "last_error": None}


SENT = mail(1, "casey@me.example", To="dana@x.example")
REPLY = mail(2, In_Reply_To="<1@x>")
DEEP = mail(3, References="<0@x> <1@x> <2@x>")
OTHER = mail(4, In_Reply_To="<99@x>")
OWN = mail(5, "casey@me.example", In_Reply_To="<2@x>")
AWAY = mail(6, In_Reply_To="<1@x>", Auto_Submitted="auto-replied")
BOUNCE = mail(
    7, "mailer-daemon@mx.example", In_Reply_To="<1@x>", X_Failed_Recipients="dana@x.example"
)
MARKED = mail(8, In_Reply_To="<1@x>", X_CaseyOS_Execution="0192")
CONVERSATION = (SENT, REPLY, DEEP, OTHER, OWN, AWAY, BOUNCE, MARKED)
MEANT = {
    "<2@x>": "email_replied",
    "<3@x>": "email_replied",
    "<4@x>": "email_received",
    "<6@x>": "email_received",
    "<7@x>": "email_bounced",
}


def test_what_counts_as_a_reply(units: IngestUnits, database: Database) -> None:
    report = take_mail(units, CONVERSATION)
    assert signals(database) == MEANT
    assert report.signals == {"email_replied": 2, "email_received": 2, "email_bounced": 1}
    assert report.counts["sent by us"] == 3


@pytest.mark.parametrize("table", TABLES)
def test_a_batch_is_one_commit(units: IngestUnits, database: Database, table: str) -> None:
    failing(database, table)
    with pytest.raises(psycopg.errors.RaiseException):
        take_mail(units, [mail(1), ("new/2", b"")])
    with pytest.raises(psycopg.errors.RaiseException):
        take_batch(units, [mail(1), ("new/2", b"")])
    left = [count(database, name) for name in (*TABLES, "messages", "contacts")]
    assert left == [0] * 6


def take_batch(
    units: IngestUnits, mails: Sequence[MailItem], version: int = 0, *, sent: bool = False
) -> int:
    batch = Batch({"uid": version}, mails=mails, sent=sent)
    return ingest_mail.take_batch(
        units, batch, source="imap:a", me=ME, version=version, report=ImportReport()
    )


def test_the_cursor_moves_with_the_batch_or_nothing_is_stored(
    units: IngestUnits, database: Database
) -> None:
    assert take_batch(units, [mail(1)]) == 1
    assert take_batch(units, [mail(2)], 1) == 2
    for late in (0, 1):
        with pytest.raises(Overtaken):
            take_batch(units, [mail(3)], late)
    assert set(signals(database)) == {"<1@x>", "<2@x>"}
    (row,) = rows(database, "SELECT kind, cursor, version FROM source_cursors")
    assert row == {"kind": "imap", "cursor": {"uid": 1}, "version": 2}


def test_what_lies_in_a_sent_folder_was_sent_by_us(units: IngestUnits, database: Database) -> None:
    alias = mail(1, "casey@alias.example", To="dana@x.example")
    take_batch(units, [alias], sent=True)
    take_batch(units, [REPLY], 1)
    assert signals(database) == {"<2@x>": "email_replied"}
    (row,) = rows(database, "SELECT direction FROM messages WHERE message_id = '<1@x>'")
    assert row["direction"] == "sent"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_order_any_repetition_any_batches(
    units: IngestUnits, database: Database, data: st.DataObject
) -> None:
    with database.transaction() as connection:
        connection.execute("TRUNCATE signals, messages, contacts, source_cursors CASCADE")
    deliveries = data.draw(st.permutations(CONVERSATION * data.draw(st.integers(1, 3))))
    told: dict[str, int] = {}
    while deliveries:
        size = data.draw(st.integers(1, len(deliveries)))
        report = take_mail(units, deliveries[:size])
        deliveries = deliveries[size:]
        for kind, number in report.signals.items():
            assert number >= 0
            told[kind] = told.get(kind, 0) + number
    assert signals(database) == MEANT
    assert told["email_bounced"] == 1


def test_a_reply_that_came_before_what_it_answers_is_processed_anew(
    units: IngestUnits, database: Database
) -> None:
    take_mail(units, [REPLY])
    with database.transaction() as connection:
        connection.execute("UPDATE signals SET processed = true, note = 'no play matches'")
    report = take_mail(units, [SENT])
    (row,) = rows(database, "SELECT signal_type, processed, note FROM signals")
    assert row == {"signal_type": "email_replied", "processed": False, "note": None}
    assert report.signals == {"email_replied": 1}


def test_people_know_when_they_were_met(units: IngestUnits, database: Database) -> None:
    take_mail(units, [SENT, REPLY, BOUNCE])
    (row,) = rows(database, "SELECT * FROM contacts WHERE email = 'dana@x.example'")
    at = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
    assert (row["last_contacted_at"], row["last_replied_at"], row["bounced_at"]) == (at, at, at)
    assert rows(database, "SELECT 1 FROM contacts WHERE email LIKE 'mailer-daemon%%'") == []
    assert rows(database, "SELECT 1 FROM contacts WHERE email = 'casey@me.example'") == []


POISON = [
    ("empty", b""),
    ("binary", bytes(range(256)) * 40),
    ("words", b"just words\n"),
    ("nul in a header", b"From: a@x.example\x00\nMessage-ID: <n1@x>\nSubject: a\x00b\n\nbody\x00"),
    (
        "surrogates",
        b"From: a@x.example\nMessage-ID: <n2@x>\nSubject: =?utf-16-be?b?2AA=?=\n\n\xed\xa0\x80",
    ),
    ("broken base64", b"From: =?utf-8?b?a?= <a@x.example>\nMessage-ID: <n3@x>\n\n"),
    (
        "wrong charset",
        b"From: a@x.example\nMessage-ID: <n4@x>\nContent-Type: text/plain; charset=x\n\n\xff",
    ),
    ("no sender", b"From: \nMessage-ID: <n5@x>\n\n"),
    ("no id", b"From: a@x.example\n\nhello"),
    (
        "deep",
        b"From: a@x.example\nMessage-ID: <n6@x>\n" + b"Content-Type: message/rfc822\n\n" * 2_000,
    ),
    ("huge header", b"From: a@x.example\nMessage-ID: <n7@x>\nSubject: " + b"x" * 300_000 + b"\n\n"),
    (
        "many people",
        b"From: a@x.example\nMessage-ID: <n8@x>\nTo: " + b"p@x.example, " * 5_000 + b"\n\n",
    ),
    (
        "many references",
        b"From: a@x.example\nMessage-ID: <n9@x>\nReferences: " + b"<r@x> " * 5_000 + b"\n\n",
    ),
    ("itself", b"From: a@x.example\nMessage-ID: <n10@x>\nIn-Reply-To: <n10@x>\n\n"),
    (
        "year 9999",
        b"From: a@x.example\nMessage-ID: <n11@x>\nDate: Fri, 31 Dec 9999 23:59:59 -1200\n\n",
    ),
    (
        "year 1",
        b"From: a@x.example\nMessage-ID: <n12@x>\nDate: Mon, 01 Jan 0001 00:00:00 +1200\n\n",
    ),
    ("long local part", b"From: " + b"a" * 64 + b"@" + b"b" * 250 + b".x\nMessage-ID: <n13@x>\n\n"),
    ("body", b"From: a@x.example\nMessage-ID: <n14@x>\n\n" + b"y" * 3_000_000),
]


def test_poison_is_stored_or_quarantined_and_the_rest_goes_on(
    units: IngestUnits, database: Database
) -> None:
    good = mail(1)
    report = take_mail(units, [*POISON, good])
    assert report.rows == len(POISON) + 1
    assert report.counts["mails"] + report.quarantined == report.rows
    assert signals(database)["<1@x>"] == "email_received"
    assert count(database, "quarantine") == report.quarantined >= 3
    assert all(row["reason"] for row in rows(database, "SELECT reason FROM quarantine"))
    assert len(signals(database)) == report.counts["mails"]


def test_broken_files_of_one_name_are_kept_apart(units: IngestUnits, database: Database) -> None:
    for raw in (b"one\n", b"two\n", b"one\n"):
        take_mail(units, [("new/1", raw)])
    kept = rows(database, "SELECT raw, attempts FROM quarantine ORDER BY attempts")
    assert [(bytes(row["raw"]), row["attempts"]) for row in kept] == [(b"two\n", 1), (b"one\n", 2)]


def test_a_conversation_from_two_folders_at_once(dsn: str, database: Database) -> None:
    """The mail that was sent and its answer meet, whichever commits first."""
    for turn in range(10):
        base = 100 * (turn + 1)
        sent = [mail(base + n, "casey@me.example", To="dana@x.example") for n in range(5)]
        answers = [
            mail(base + 50 + n, f"p{turn}@other.example", In_Reply_To=f"<{base + n}@x>")
            for n in range(5)
        ]
        at_once(
            dsn,
            [
                lambda u, sent=sent, s=turn: take_mail(u, shuffled(sent, s), "maildir:sent"),
                lambda u, got=answers, s=turn: take_mail(u, shuffled(got, s), "maildir:inbox"),
            ],
        )
    assert sorted(signals(database).values()) == ["email_replied"] * 50


# -- people, machines, and mail that came back

SENT_MAIL = mail(0, "casey@me.example", To="dana@north.example", Message_ID="<sent@me.example>")


@pytest.mark.parametrize("before", [True, False])
def test_of_the_real_shapes_only_people_reply(
    units: IngestUnits, database: Database, before: bool
) -> None:
    """RELIABILITY B22: own mail, mail that came back, machines that answer; whichever comes first."""
    machines = [*OURS.values(), *MACHINES.values(), *(raw for raw, _ in BOUNCES.values())]
    assert len(machines) >= 30
    shapes = [*machines, *PEOPLE.values()]
    given = [(str(n), raw) for n, raw in enumerate(shapes)]
    take_mail(units, [SENT_MAIL, *given] if before else [*given, SENT_MAIL])
    kinds = [row["signal_type"] for row in rows(database, "SELECT signal_type FROM signals")]
    assert kinds.count("email_replied") == len(PEOPLE)
    assert kinds.count("email_bounced") == len(BOUNCES)
    assert kinds.count("email_received") == len(MACHINES)
    assert len(kinds) == len(machines) + len(PEOPLE) - len(OURS)
    assert rows(database, "SELECT value FROM suppressions") == []


def test_only_an_address_that_will_never_work_is_noted(
    units: IngestUnits, database: Database
) -> None:
    query = "SELECT bounced_at FROM contacts WHERE email = 'dana@north.example'"
    take_mail(units, [SENT_MAIL, ("soft", BOUNCES["a full mailbox"][0])])
    assert rows(database, query) == [{"bounced_at": None}]
    take_mail(units, [("hard", BOUNCES["Postfix"][0])])
    (row,) = rows(database, query)
    assert row["bounced_at"] is not None
    told = rows(database, "SELECT evidence, data FROM signals ORDER BY created_at, id")
    assert [row["data"]["bounce"] for row in told] == ["soft", "hard"]
    assert told[0]["evidence"].startswith("undeliverable for now: dana@north.example (552 5.2.2")
    assert all(row["data"]["references"] == ["<sent@me.example>"] for row in told)


@pytest.mark.parametrize("before", [True, False])
def test_who_asks_to_stop_is_on_the_list_at_once(
    units: IngestUnits, database: Database, before: bool
) -> None:
    wish = ("wish", shape("Please stop emailing me.", Message_ID="<wish@north.example>"))
    given = [SENT_MAIL, wish] if before else [wish, SENT_MAIL]
    for one in (*given, wish):
        take_mail(units, [one])
    (entry,) = rows(database, "SELECT value, kind, reason, source FROM suppressions")
    assert entry == {
        "value": "dana@north.example",
        "kind": "email",
        "reason": "asked to stop",
        "source": "mail:<wish@north.example>",
    }
    receipts = rows(database, "SELECT actor, action FROM audit_log")
    assert receipts == [{"actor": "mail", "action": "suppress"}]


def test_a_hit_of_list_unsubscribe_needs_no_reference(
    units: IngestUnits, database: Database
) -> None:
    take_mail(units, [mail(1, Subject="unsubscribe", Auto_Submitted="auto-generated")])
    assert rows(database, "SELECT value FROM suppressions") == [{"value": "dana@x.example"}]


def test_a_stranger_s_words_change_no_list(units: IngestUnits, database: Database) -> None:
    stranger = shape("Please stop emailing me.", In_Reply_To="", References="")
    take_mail(units, [("stranger", stranger)])
    assert rows(database, "SELECT value FROM suppressions") == []
