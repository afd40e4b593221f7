"""Signals in, by the real data beside the checkout and by what tests write themselves."""

import csv
import email
import re
from collections import Counter
from email.utils import getaddresses
from pathlib import Path
from typing import Any

import pytest

from caseyos.app import App
from caseyos.app.intake import ImportOptions
from caseyos.errors import NotFound, UsageError
from tests.app.conftest import OpenApp

CRM = {"date_format": "%d-%m-%Y"}


def rows(app: App, query: str, *values: Any) -> list[dict[str, Any]]:
    with app.database.transaction() as connection:
        return connection.execute(query, values).fetchall()


def import_crm(app: App, shared_data: Path, deals: Path | None = None) -> Any:
    folder = shared_data / "crm"
    options = ImportOptions(
        accounts=folder / "accounts.csv", products=folder / "products.csv", **CRM
    )
    return app.intake.import_path(deals or folder / "sales_pipeline.csv", options)


# -- the real export


def test_the_real_export(app: App, shared_data: Path, tmp_path: Path) -> None:
    report = import_crm(app, shared_data)
    stages = {name: n for name, n in report.counts.items() if name.startswith("stage ")}
    assert stages == {
        "stage Won": 4_238,
        "stage Lost": 2_473,
        "stage Engaging": 1_589,
        "stage Prospecting": 500,
    }
    assert (report.rows, report.counts["deals"], report.quarantined) == (8_800, 8_800, 0)
    assert report.counts["without account"] == 1_425
    assert report.counts["without engage date"] == 500
    assert report.counts["without value"] == 2_089
    assert report.signals == {"deal_created": 2_089}
    (kept,) = rows(
        app,
        "SELECT count(*) AS deals, count(*) FILTER (WHERE account_id IS NULL) AS nameless,"
        " count(*) FILTER (WHERE engaged_on IS NULL) AS undated,"
        " count(*) FILTER (WHERE amount IS NULL) AS open,"
        " (SELECT count(*) FROM accounts) AS accounts, (SELECT count(*) FROM products) AS products"
        " FROM deals",
    )
    assert kept == {
        "deals": 8_800,
        "nameless": 1_425,
        "undated": 500,
        "open": 2_089,
        "accounts": 85,
        "products": 7,
    }
    told = {row["name"]: row for row in rows(app, "SELECT name, sector, employees FROM accounts")}
    assert told["Acme Corporation"]["employees"] == 2_822

    ids = "SELECT array_agg(id ORDER BY id) AS ids, max(updated_at) AS at FROM deals"
    before = rows(app, ids)
    again = import_crm(app, shared_data)
    assert rows(app, ids) == before
    assert again.signals == {}

    changed = change_ten(shared_data / "crm" / "sales_pipeline.csv", tmp_path / "later.csv")
    later = import_crm(app, shared_data, tmp_path / "later.csv")
    assert later.signals == {"deal_stage_changed": 10}
    found = rows(app, "SELECT data FROM signals WHERE signal_type = 'deal_stage_changed'")
    assert {row["data"]["deal"]: row["data"]["to"] for row in found} == changed


def change_ten(source: Path, target: Path) -> dict[str, str]:
    """A later export, in another order, with ten deals in another stage; which they are."""
    with source.open(newline="") as file:
        head, *body = list(csv.reader(file))
    stage = head.index("deal_stage")
    changed: dict[str, str] = {}
    for place in range(0, len(body), len(body) // 10):
        if len(changed) < 10:
            body[place][stage] = {"Engaging": "Won", "Prospecting": "Engaging"}.get(
                body[place][stage], "Prospecting"
            )
            changed[body[place][0]] = body[place][stage]
    with target.open("w", newline="") as file:
        csv.writer(file).writerows([head, *reversed(body)])
    return changed


# -- the real mail


def headers(path: Path) -> tuple[str, str, set[str]]:
    """Message-ID, sender and every id a mail names as answered: an independent reading."""
    message = email.message_from_bytes(path.read_bytes())
    sender = getaddresses([str(message.get("From", ""))])[0][1].lower()
    named = f"{message.get('In-Reply-To', '')} {message.get('References', '')}"
    return str(message.get("Message-ID", "")).strip(), sender, set(re.findall(r"<[^<>\s]+>", named))


@pytest.mark.parametrize("place", range(5))
def test_a_reply_is_what_answers_the_person_it_is_read_for(
    app: App, shared_data: Path, place: int
) -> None:
    """The 53 list mails, read as each of the five busiest senders in turn."""
    folder = shared_data / "mail" / "default"
    mails = [headers(path) for path in folder.rglob("*") if path.is_file()]
    assert len(mails) == 53
    me = Counter(sender for _, sender, _ in mails).most_common(5)[place][0]
    sent = {message_id for message_id, sender, _ in mails if sender == me}
    meant = {message_id for message_id, sender, refs in mails if sender != me and refs & sent}
    report = app.intake.import_path(folder, ImportOptions(me=(me.upper(),)))
    found = rows(app, "SELECT external_id FROM signals WHERE signal_type = 'email_replied'")
    assert {row["external_id"] for row in found} == meant
    assert report.counts["sent by us"] == len(sent) > 0
    assert report.signals.get("email_replied", 0) == len(meant)
    again = app.intake.import_path(folder, ImportOptions(me=(me,)))
    assert (again.signals, again.counts["already known"]) == ({}, 53)


def test_every_real_mail_is_stored_or_quarantined(app: App, shared_data: Path) -> None:
    folder = shared_data / "mail"
    files = [path for path in folder.rglob("*") if path.is_file()]
    report = app.intake.import_path(folder, ImportOptions(me=("nobody@me.example",)))
    assert report.rows == len(files) == 73
    assert report.counts["mails"] + report.quarantined == 73
    waiting = app.intake.quarantined()
    assert len(waiting) == report.quarantined
    assert all(entry["reason"] and entry["place"] for entry in waiting)
    stored = {row["external_id"] for row in rows(app, "SELECT external_id FROM signals")}
    refused = {entry["place"] for entry in waiting}
    taken = [path for path in files if str(path.relative_to(folder)) not in refused]
    named = {found for path in taken if (found := headers(path)[0])}
    assert named <= stored
    assert len(stored) == report.counts["mails"] - report.counts["already known"]


def test_mail_needs_to_know_who_we_are(open_app: OpenApp, shared_data: Path) -> None:
    with pytest.raises(UsageError, match="which address is yours") as refusal:
        open_app().intake.import_path(shared_data / "mail" / "default", ImportOptions())
    assert "--me" in str(refusal.value.hint)


# -- files of our own


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_bad_row_is_told_and_the_rest_is_taken(app: App, tmp_path: Path) -> None:
    path = write(tmp_path / "d.csv", "id,stage,amount", "1,Won,5", "2,Lost,lots", "3,Engaging,7")
    report = app.intake.import_path(path, ImportOptions())
    assert (report.counts["deals"], report.quarantined) == (2, 1)
    assert report.reasons == ["d.csv:3: amount is 'lots', which is not a figure"]
    (entry,) = app.intake.quarantined()
    with pytest.raises(UsageError, match="is a row of a file") as refusal:
        app.intake.retry(str(entry["id"])[:13])
    assert "import it again" in str(refusal.value.hint)


def test_progress_is_told_and_ends_at_the_end(app: App, tmp_path: Path) -> None:
    path = write(tmp_path / "d.csv", "id,stage", *(f"{n},Engaging" for n in range(30)))
    seen: list[tuple[int, int | None]] = []
    app.intake.import_path(path, ImportOptions(), lambda done, total: seen.append((done, total)))
    assert seen[-1] == (30, 30)


def test_nothing_is_stored_when_a_second_file_is_wrong(app: App, tmp_path: Path) -> None:
    deals = write(tmp_path / "d.csv", "id,stage", "1,Engaging")
    wrong = write(tmp_path / "a.csv", "shoe,size", "1,2")
    with pytest.raises(UsageError, match="no column for name"):
        app.intake.import_path(deals, ImportOptions(accounts=wrong))
    assert rows(app, "SELECT 1 FROM deals UNION ALL SELECT 1 FROM signals") == []


@pytest.mark.parametrize("name", ["nowhere.csv", "nowhere"])
def test_nothing_there(app: App, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="There is nothing at"):
        app.intake.import_path(tmp_path / name, ImportOptions())


MAIL = "From: dana@x.example\nMessage-ID: <{0}@x>\nDate: Tue, 24 Nov 2026 09:00:00 +0000\nSubject: s\n\nhi\n"
SETTINGS = """
[send]
from_address = "casey@me.example"
[[source]]
kind = "maildir"
name = "work"
path = "{0}"
[[source]]
kind = "mbox"
name = "gone"
path = "{0}/nowhere"
[[source]]
kind = "maildir"
name = "off"
path = "{0}"
enabled = false
"""


def test_sources_are_asked_and_a_failing_one_stops_nobody(
    open_app: OpenApp, tmp_path: Path
) -> None:
    folder = tmp_path / "Mail" / "cur"
    folder.mkdir(parents=True)
    (folder / "1").write_text(MAIL.format(1))
    app = open_app(SETTINGS.format(tmp_path / "Mail"))
    first = app.intake.sync()
    assert first.items["maildir:work"] == 1
    assert set(first.failures) == {"mbox:gone"}
    assert "maildir:off" not in first.items
    (folder / "2").write_text(MAIL.format(2))
    assert app.intake.sync("maildir:work").signals == 1
    assert app.intake.sync("maildir").signals == 0
    health = {one.source: one for one in app.intake.sources()}
    assert health["maildir:work"].items_seen == 2
    assert health["maildir:work"].last_error is None
    assert "There is no mail folder" in str(health["mbox:gone"].last_error)
    with pytest.raises(NotFound, match="There is no source 'imap'"):
        app.intake.sync("imap")


def test_a_quarantined_mail_is_taken_again(app: App, tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "1").write_text("no mail\n")
    app.intake.import_path(folder, ImportOptions(me=("casey@me.example",)))
    (entry,) = app.intake.quarantined()
    report = app.intake.retry(str(entry["id"]))
    assert report.quarantined == 1
    (again,) = app.intake.quarantined()
    assert (again["id"], again["attempts"]) == (entry["id"], 2)
    # What a later version of the reader can read is taken, and leaves quarantine.
    with app.database.transaction() as connection:
        connection.execute("UPDATE quarantine SET raw = %s", [MAIL.format(9).encode()])
    assert app.intake.retry(str(entry["id"])).signals == {"email_received": 1}
    assert app.intake.quarantined() == []
    with pytest.raises(NotFound, match="no single quarantined entry"):
        app.intake.retry(str(entry["id"]))


def test_signals_are_found_by_the_beginning_of_their_id(app: App) -> None:
    app.intake.add_manual("m:1", "one", {"title": "one"})
    app.intake.add_manual("m:1", "one", {"title": "one"})
    (only,) = app.intake.signals()
    assert app.intake.signal(str(only["id"])[:18])["evidence"] == "one"
    app.intake.add_manual("m:2", "two", {"title": "two"})
    with pytest.raises(UsageError, match="several signals"):
        app.intake.signal("0")
    with pytest.raises(NotFound):
        app.intake.signal("zz")
    assert [row["evidence"] for row in app.intake.signals(source="manual", limit=1)] == ["two"]
    assert app.intake.signals(kind="email_received") == []
    assert app.intake.signals(unmatched=True) == []


def test_who_we_are_is_configured_or_was_told(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app()
    assert app.intake.me() == frozenset()
    (tmp_path / "m.eml").write_text(MAIL.format(1))
    app.intake.import_path(tmp_path / "m.eml", ImportOptions(me=(" Dana@X.example ",)))
    assert app.intake.me() == {"dana@x.example"}
    configured = open_app("[send]\nfrom_address = 'Casey@Me.example'\n")
    assert configured.intake.me() == {"dana@x.example", "casey@me.example"}
