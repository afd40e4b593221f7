"""The local channels against the real file system and a real database."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseyos.connectors import local
from caseyos.connectors.local import LocalCalendar, LocalMail, LocalTasks
from caseyos.domain.mail import OUR_HEADER, read_mail
from caseyos.domain.model import ActionType, Payload
from caseyos.domain.ports.channel import NotDone
from caseyos.store.database import Database
from caseyos.store.unit_of_work import unit_of_work

AT = datetime(2026, 11, 24, 9, 12, 30, 5, tzinfo=UTC)
EXECUTION = UUID("01900000-0000-7000-8000-000000000001")
MARKER = "<0190.caseyos@ours.example>"


def letter(**changes: object) -> Payload:
    fields: dict[str, object] = {"from": "casey@ours.example", "from_name": "Casey Ö"}
    given_fields = changes.pop("fields", {})
    assert isinstance(given_fields, dict)
    values: dict[str, object] = {
        "action_type": ActionType.SEND_EMAIL,
        "channel": "local",
        "subject": "Pricing for three yards – résumé",
        "body": "Hi Dana,\n\n.a line that begins with a dot\nFrom here on: 5 €\n\nCasey\n",
        "recipients": ("dana@theirs.example",),
        "fields": fields | given_fields,
    }
    return Payload(**(values | changes))  # type: ignore[arg-type]


def meeting(**fields: object) -> Payload:
    return Payload(
        action_type=ActionType.SCHEDULE_MEETING,
        channel="local",
        subject="Plan; next, steps\\ahead",
        body="Line one\nLine two, with; marks " + "é" * 80,
        recipients=("dana@theirs.example",),
        fields={"organizer": "casey@ours.example", "start": "2026-12-01T15:00:00+01:00"} | fields,
    )


def perform(channel: LocalMail | LocalCalendar, payload: Payload, marker: str = MARKER) -> Path:
    wire = channel.build(payload, marker=marker, execution_id=EXECUTION, at=AT)
    channel.check(payload)
    with channel.prepare(payload, wire, marker) as ready:
        return Path(ready.perform().provider_id)


def test_a_mail_is_the_bytes_that_were_built(tmp_path: Path) -> None:
    channel = LocalMail(tmp_path / "mail")
    wire = channel.build(letter(), marker=MARKER, execution_id=EXECUTION, at=AT)
    path = perform(channel, letter())
    assert path.read_bytes() == wire
    assert path.parent == tmp_path / "mail" / ".Outbox" / "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list((tmp_path / "mail" / ".Outbox" / "tmp").iterdir()) == []


def test_a_mail_reads_back_as_it_was_meant(tmp_path: Path) -> None:
    thread = {"in_reply_to": "<a@b.example>", "references": ["<0@b.example>", "<a@b.example>"]}
    wire = LocalMail(tmp_path).build(
        letter(fields=thread), marker=MARKER, execution_id=EXECUTION, at=AT
    )
    assert b"\n" not in wire.replace(b"\r\n", b"")
    assert all(len(line) <= 998 for line in wire.split(b"\r\n"))
    message = message_from_bytes(wire, policy=default)
    assert message["Subject"] == "Pricing for three yards – résumé"
    assert message["To"] == "dana@theirs.example"
    assert message["From"].addresses[0].display_name == "Casey Ö"
    assert message["Message-ID"] == MARKER
    assert message["In-Reply-To"] == "<a@b.example>"
    assert message["References"] == "<0@b.example> <a@b.example>"
    assert message["Date"].datetime == AT.replace(microsecond=0)
    assert message[OUR_HEADER] == str(EXECUTION)
    assert message.get_content().replace("\r\n", "\n") == letter().body
    assert read_mail(wire).ours


def test_a_draft_goes_to_the_drafts(tmp_path: Path) -> None:
    path = perform(LocalMail(tmp_path), letter(action_type=ActionType.CREATE_DRAFT, recipients=()))
    assert path.parent == tmp_path / ".Drafts" / "new"


@given(subject=st.text(max_size=80), body=st.text(max_size=200), name=st.text(max_size=40))
def test_no_text_breaks_out_of_its_place(subject: str, body: str, name: str) -> None:
    payload = letter(subject=subject, body=body, fields={"from_name": name})
    try:
        wire = LocalMail(Path("never")).build(payload, marker=MARKER, execution_id=EXECUTION, at=AT)
    except (ValueError, UnicodeError):
        return  # refused: a preview says so
    message = message_from_bytes(wire, policy=default)
    assert message.get_all("To") == ["dana@theirs.example"]
    assert [one.addr_spec for one in message["From"].addresses] == ["casey@ours.example"]
    assert message.get_all("Message-ID") == [MARKER]
    assert not message.defects
    assert set(map(str.lower, message.keys())) == {
        *("from", "to", "subject", "date", "message-id", OUR_HEADER.lower()),
        *("mime-version", "content-type", "content-transfer-encoding"),
    }


def test_nobody_sees_half_a_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = LocalMail(tmp_path)
    seen: list[list[Path]] = []
    real = os.fsync

    def look(handle: int) -> None:
        seen.append([*tmp_path.glob("**/new/*"), *tmp_path.glob("**/cur/*")])
        real(handle)

    monkeypatch.setattr(local.os, "fsync", look)
    path = perform(channel, letter())
    assert seen[0] == []  # synced before it stands where mail is read
    assert seen[-1] == [path]


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = LocalMail(tmp_path)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(local.os, "fsync", full)
    with pytest.raises(NotDone, match="No space left on device"):
        perform(channel, letter())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_same_marker_is_one_mail(tmp_path: Path) -> None:
    channel = LocalMail(tmp_path)
    assert perform(channel, letter()) == perform(channel, letter())
    assert len(list(tmp_path.glob("**/new/*"))) == 1


def test_a_mail_is_found_by_its_marker_wherever_a_client_moved_it(tmp_path: Path) -> None:
    channel = LocalMail(tmp_path)
    assert channel.find(MARKER) is None
    path = perform(channel, letter())
    found = channel.find(MARKER)
    assert found is not None
    assert found.provider_id == str(path)
    moved = path.parent.parent / "cur" / f"{path.name}:2,S"
    path.rename(moved)
    found = channel.find(MARKER)
    assert found is not None
    assert found.provider_id == str(moved)
    assert channel.find("<0190.caseyos@ours.exampl>") is None


def test_a_half_written_mail_is_not_found(tmp_path: Path) -> None:
    channel = LocalMail(tmp_path)
    channel.prepare(letter(), b"", MARKER)
    name = local._file_name(MARKER)
    (tmp_path / ".Outbox" / "tmp" / f"{name}.123").write_bytes(b"From: ")
    assert channel.find(MARKER) is None


@pytest.mark.parametrize("moved", [False, True])
def test_undo_removes_what_nobody_touched(tmp_path: Path, moved: bool) -> None:
    channel = LocalMail(tmp_path)
    path = perform(channel, letter())
    receipt = channel.find(MARKER)
    assert receipt is not None
    assert receipt.undo is not None
    if moved:
        path.rename(path.parent.parent / "cur" / f"{path.name}:2,S")
    assert channel.undo(receipt.undo).startswith("Removed")
    assert channel.find(MARKER) is None
    assert channel.undo(receipt.undo) == "It was gone already."


def test_undo_leaves_alone_what_somebody_changed(tmp_path: Path) -> None:
    channel = LocalMail(tmp_path)
    path = perform(channel, letter())
    receipt = channel.find(MARKER)
    assert receipt is not None
    assert receipt.undo is not None
    path.write_bytes(b"other words")
    with pytest.raises(NotDone, match="was changed since"):
        channel.undo(receipt.undo)
    assert path.read_bytes() == b"other words"


@pytest.mark.parametrize("channel", [LocalMail, LocalCalendar])
def test_a_folder_that_cannot_be_made_is_a_definite_no(
    tmp_path: Path, channel: type[LocalMail | LocalCalendar]
) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(NotDone, match="cannot be written"):
        channel(tmp_path / "taken" / "folder").check(meeting())


def test_a_meeting_is_a_valid_calendar_object(tmp_path: Path) -> None:
    path = perform(LocalCalendar(tmp_path), meeting(minutes=45), "0190@caseyos")
    raw = path.read_bytes()
    assert path.suffix == ".ics"
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    lines = raw.decode().replace("\r\n ", "").split("\r\n")
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert [line for line in lines if line.startswith(("BEGIN", "END"))] == [
        *("BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR"),
    ]
    properties = dict(line.split(":", 1) for line in lines if ":" in line)
    assert properties["UID"] == "0190@caseyos"
    assert properties["DTSTART"] == "20261201T140000Z"
    assert properties["DTEND"] == "20261201T144500Z"
    assert properties["DTSTAMP"] == "20261124T091230Z"
    assert properties["SUMMARY"] == r"Plan\; next\, steps\\ahead"
    assert properties["DESCRIPTION"] == r"Line one\nLine two\, with\; marks " + "é" * 80
    assert properties["ATTENDEE;RSVP=TRUE"] == "mailto:dana@theirs.example"


@given(subject=st.text(max_size=120), body=st.text(max_size=300))
def test_no_text_adds_a_line_to_a_meeting(subject: str, body: str) -> None:
    payload = Payload(
        ActionType.SCHEDULE_MEETING, "local", subject, body, (), {"start": "2026-12-01T15:00:00"}
    )
    try:
        wire = LocalCalendar(Path("never")).build(
            payload, marker="u@caseyos", execution_id=EXECUTION, at=AT
        )
    except UnicodeError:
        return
    lines = wire.decode().replace("\r\n ", "").split("\r\n")
    names = [line.split(":", 1)[0] for line in lines if line]
    expected = ["BEGIN", "VERSION", "PRODID", "METHOD", "BEGIN", "UID", "DTSTAMP", "DTSTART"]
    expected += ["DTEND", "SEQUENCE", "SUMMARY", *(["DESCRIPTION"] if body else [])]
    assert names == [*expected, "X-CASEYOS-EXECUTION", "END", "END"]


@pytest.mark.parametrize("start", [None, "", "tomorrow"])
def test_a_meeting_without_a_start_is_a_definite_no(tmp_path: Path, start: str | None) -> None:
    with pytest.raises(NotDone, match="has no start"):
        LocalCalendar(tmp_path).check(meeting(start=start))


def test_a_meeting_is_found_and_taken_back(tmp_path: Path) -> None:
    channel = LocalCalendar(tmp_path)
    perform(channel, meeting(), "0190@caseyos")
    receipt = channel.find("0190@caseyos")
    assert receipt is not None
    assert receipt.undo is not None
    channel.undo(receipt.undo)
    assert channel.find("0190@caseyos") is None


@pytest.fixture
def tasks(database: Database) -> LocalTasks:
    """The channel of tasks on a fresh database."""
    return LocalTasks(partial(unit_of_work, database))


def task(action: ActionType = ActionType.CREATE_TASK, **fields: object) -> Payload:
    return Payload(action, "local", "Call Dana", "about the yards", (), fields)


def add(tasks: LocalTasks, marker: str = "t1@caseyos") -> str:
    row = json.loads(tasks.build(task(), marker=marker, execution_id=uuid4(), at=AT))
    row["execution_id"] = None  # none is stored here that the task could point to
    with tasks.prepare(task(), json.dumps(row).encode(), marker) as ready:
        return ready.perform().provider_id


def test_a_task_is_one_row_for_its_marker(tasks: LocalTasks, database: Database) -> None:
    first, second = add(tasks), add(tasks)
    assert first == second
    with database.transaction() as connection:
        rows = connection.execute("SELECT title, notes, status FROM tasks").fetchall()
    assert rows == [{"title": "Call Dana", "notes": "about the yards", "status": "open"}]
    found = tasks.find("t1@caseyos")
    assert found is not None
    assert found.provider_id == first
    assert tasks.find("t2@caseyos") is None


def test_a_task_is_removed_unless_it_changed(tasks: LocalTasks, database: Database) -> None:
    add(tasks)
    receipt = tasks.find("t1@caseyos")
    assert receipt is not None
    assert receipt.undo is not None
    with database.transaction() as connection:
        connection.execute("UPDATE tasks SET version = version + 1")
    with pytest.raises(NotDone, match="changed since"):
        tasks.undo(receipt.undo)
    with database.transaction() as connection:
        connection.execute("UPDATE tasks SET version = version - 1")
    assert tasks.undo(receipt.undo) == "Removed the task."
    assert tasks.undo(receipt.undo) == "It was gone already."


def test_completing_a_task_can_be_taken_back(tasks: LocalTasks, database: Database) -> None:
    task_id = add(tasks)
    done = task(ActionType.COMPLETE_TASK, task_id=task_id)
    tasks.check(done)
    wire = tasks.build(done, marker="c1@caseyos", execution_id=uuid4(), at=AT)
    receipt = tasks.prepare(done, wire, "c1@caseyos").perform()
    with pytest.raises(NotDone, match="no open task"):
        tasks.prepare(done, wire, "c2@caseyos").perform()
    found = tasks.find("c1@caseyos")
    assert found is not None
    assert found.undo == receipt.undo
    assert receipt.undo is not None
    assert tasks.undo(receipt.undo) == "Reopened the task."
    with database.transaction() as connection:
        assert connection.execute("SELECT status FROM tasks").fetchall() == [{"status": "open"}]


def test_completing_needs_a_task(tasks: LocalTasks) -> None:
    with pytest.raises(NotDone, match="names no task"):
        tasks.check(task(ActionType.COMPLETE_TASK))


def test_what_a_dead_process_left_half_written_is_swept(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    mail, meetings = LocalMail(tmp_path / "mail"), LocalCalendar(tmp_path / "calendar")
    perform(mail, letter())
    perform(meetings, meeting(), "other@caseyos")
    folder = tmp_path / "mail" / ".Outbox" / "tmp"
    swept = [folder / f"a.eml.{gone.pid}", tmp_path / "calendar" / f"a.{gone.pid}.tmp"]
    swept.append(folder / f"old.eml.{os.getpid()}")
    kept = [folder / f"b.eml.{os.getpid()}", folder / "1700000000.M1P2.host", folder / "c.eml"]
    for path in swept + kept:
        path.write_bytes(b"half")
    os.utime(swept[2], (0, 0))
    perform(mail, letter(), "<second@ours.example>")
    perform(meetings, meeting(), "third@caseyos")
    assert [path for path in swept if path.exists()] == []
    assert all(path.exists() for path in kept)
