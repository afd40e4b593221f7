"""What every channel promises: the preview is the effect, once, found again, taken back, no network
before its time. A new channel gets its case here.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from caseyos.app.channels import CLASSES
from caseyos.connectors.caldav import CalDavMeetings, CalendarAccount
from caseyos.connectors.imap_drafts import ImapDrafts
from caseyos.connectors.imap_session import open_session
from caseyos.connectors.imap_smtp import SmtpMail
from caseyos.connectors.local import LocalCalendar, LocalMail, LocalTasks
from caseyos.connectors.mail_account import MailAccount
from caseyos.connectors.taskwarrior import TaskwarriorTasks
from caseyos.domain.model import ActionType, Payload, Reversibility
from caseyos.domain.ports.channel import Channel, NotDone, Receipt
from caseyos.store.unit_of_work import unit_of_work
from tests.servers.place import missing
from tests.servers.post import account_on, smtp_of
from tests.servers.radicale import Account

AT = datetime(2026, 11, 24, 9, 12, 30, tzinfo=UTC)
ABSENT = ("0190aa.caseyos@ours.example", "<0190aa.caseyos@ours.example>")


@dataclass
class Case:
    """One channel, one payload, and what lies where its effects go.

    `there` gives every effect as the bytes of its preview; `once` is false where the place itself
    cannot tell a second time (there the pipeline's key does).
    """

    channel: Channel
    payload: Payload
    there: Callable[[], list[bytes]]
    marker: str
    execution: UUID
    once: bool = True
    leaves_trace: bool = False  # what was taken back can still be found
    as_kept: Callable[[bytes], bytes] = bytes  # a preview, as the place gives it back

    def wire(self) -> bytes:
        """The bytes of the preview."""
        return self.channel.build(
            self.payload, marker=self.marker, execution_id=self.execution, at=AT
        )

    def perform(self) -> Receipt:
        """The whole way of one execution."""
        with self.channel.prepare(self.payload, self.wire(), self.marker) as ready:
            return ready.perform()


def payload(action: str, channel: str, **fields: object) -> Payload:
    given = {
        "from": "casey@ours.example",
        "from_name": "Casey Ö",
        "organizer": "casey@ours.example",
    }
    body = "Hi Dana,\n\n.dot – 5 €\n"
    recipients = ("dana@theirs.example",)
    return Payload(action, channel, "Plan; next, “steps”", body, recipients, given | fields)


def _mail_marker(execution: UUID) -> str:
    return f"<{execution.hex}.caseyos@ours.example>"


def _local_mail(action: str, request: pytest.FixtureRequest) -> Case:
    folder: Path = request.getfixturevalue("tmp_path") / "mail"
    execution = uuid4()

    def there() -> list[bytes]:
        return [path.read_bytes() for path in sorted(folder.glob(".*/new/*"))]

    return Case(
        LocalMail(folder), payload(action, "local"), there, _mail_marker(execution), execution
    )


def _local_calendar(request: pytest.FixtureRequest) -> Case:
    folder: Path = request.getfixturevalue("tmp_path") / "calendar"
    execution = uuid4()
    meeting = payload(ActionType.SCHEDULE_MEETING, "local", start="2026-12-01T15:00:00+01:00")
    return Case(
        LocalCalendar(folder),
        meeting,
        lambda: [path.read_bytes() for path in sorted(folder.glob("*.ics"))],
        f"{execution.hex}@caseyos",
        execution,
    )


def _local_tasks(request: pytest.FixtureRequest) -> Case:
    database = request.getfixturevalue("database")
    units = partial(unit_of_work, database)
    execution = uuid4()
    with units() as unit:  # a task points to the execution that made it
        unit.executions.insert(
            {
                "id": execution,
                "move_id": None,
                "move_version": None,
                "action_type": "create_task",
                "channel": "local",
                "state": "simulated",
                "dry_run": True,
                "request": {},
                "request_hash": "",
                "wire": b"",
                "marker": f"{execution.hex}@caseyos",
                "actor": "casey",
                "reversibility": "reversible",
            }
        )
    kept = ("title", "notes", "marker")

    def there() -> list[bytes]:
        with database.transaction() as connection:
            rows = connection.execute("SELECT title, notes, marker FROM tasks").fetchall()
        return [json.dumps([row[name] for name in kept]).encode() for row in rows]

    return Case(
        LocalTasks(units),
        payload(ActionType.CREATE_TASK, "local"),
        there,
        f"{execution.hex}@caseyos",
        execution,
        as_kept=lambda wire: json.dumps([json.loads(wire)[name] for name in kept]).encode(),
    )


def _folder(account: MailAccount, folder: str) -> list[bytes]:
    with open_session(account) as session:
        session.client.select_folder(folder, readonly=True)
        uids = session.client.search()
        found = session.client.fetch(uids, [b"BODY.PEEK[]"]) if uids else {}
        return [found[uid][b"BODY[]"] for uid in uids]


def _imap_draft(request: pytest.FixtureRequest) -> Case:
    account = account_on(request.getfixturevalue("dovecot"), request.getfixturevalue("mailbox"))
    execution = uuid4()
    return Case(
        ImapDrafts(account),
        payload(ActionType.CREATE_DRAFT, "imap:work"),
        lambda: _folder(account, "Entwürfe"),
        _mail_marker(execution),
        execution,
    )


def _smtp(action: str, request: pytest.FixtureRequest) -> Case:
    sink = request.getfixturevalue("sink")
    user = request.getfixturevalue("mailbox")
    account = account_on(request.getfixturevalue("dovecot"), user, smtp=smtp_of(sink))
    execution = uuid4()
    return Case(
        SmtpMail(account),
        payload(action, "imap:work"),
        lambda: [one.content for one in sink.taken],
        _mail_marker(execution),
        execution,
        once=False,
    )


def _caldav(request: pytest.FixtureRequest) -> Case:
    account: Account = request.getfixturevalue("account")
    channel = CalDavMeetings(
        CalendarAccount("work", account.url, account.name, lambda: account.password)
    )
    execution = uuid4()
    start = payload(ActionType.SCHEDULE_MEETING, "calendar:work", start="2026-12-01T15:00:00+01:00")

    def unfolded(raw: bytes) -> bytes:
        """Its properties: a server may fold and order them its own way."""
        lines = raw.replace(b"\r\n ", b"").replace(b"\n ", b"").split(b"\n")
        own = [line.strip() for line in lines if line.strip()]
        return b"\n".join(sorted(line for line in own if not line.startswith(b"PRODID")))

    return Case(
        channel,
        start,
        lambda: [unfolded(raw) for raw in account.events()],
        f"{execution.hex}@caseyos",
        execution,
        as_kept=unfolded,
    )


def _taskwarrior(request: pytest.FixtureRequest) -> Case:
    if shutil.which("task") is None:
        missing("task (taskwarrior)")
    home: Path = request.getfixturevalue("tmp_path")
    environ = {"HOME": str(home), "PATH": os.environ["PATH"], "TASKRC": str(home / "rc")}
    environ["TASKDATA"] = str(home / "tasks")
    (home / "tasks").mkdir()
    (home / "rc").write_text("")
    execution = uuid4()

    def essence(task: Mapping[str, Any]) -> bytes:
        return json.dumps([task[name] for name in ("uuid", "description", "status")]).encode()

    def there() -> list[bytes]:
        done = subprocess.run(
            ["task", "export"], env=environ, capture_output=True, input=b"", check=True
        )
        tasks = json.loads(done.stdout or b"[]")
        return [essence(task) for task in tasks if task["status"] != "deleted"]

    return Case(
        TaskwarriorTasks(environ),
        payload(ActionType.CREATE_TASK, "taskwarrior"),
        there,
        f"{execution.hex}@caseyos",
        execution,
        leaves_trace=True,  # Taskwarrior keeps what was deleted
        as_kept=lambda wire: essence(json.loads(wire)[0]),
    )


CASES: Mapping[str, Callable[[pytest.FixtureRequest], Case]] = {
    "local mail": partial(_local_mail, ActionType.SEND_EMAIL),
    "local follow-up": partial(_local_mail, ActionType.FOLLOW_UP),
    "local draft": partial(_local_mail, ActionType.CREATE_DRAFT),
    "local task": _local_tasks,
    "local meeting": _local_calendar,
    "imap draft": _imap_draft,
    "smtp mail": partial(_smtp, ActionType.SEND_EMAIL),
    "smtp follow-up": partial(_smtp, ActionType.FOLLOW_UP),
    "caldav meeting": _caldav,
    "taskwarrior task": _taskwarrior,
}


@pytest.fixture(params=CASES, ids=str)
def case(request: pytest.FixtureRequest) -> Case:
    """Every channel, with a place of its own."""
    return CASES[request.param](request)


def test_every_channel_is_here() -> None:
    here = {LocalMail, LocalTasks, LocalCalendar, ImapDrafts, SmtpMail, CalDavMeetings}
    here |= {TaskwarriorTasks}
    assert {found.partition(":")[2] for found in CLASSES.values()} == {one.__name__ for one in here}


def test_the_preview_is_the_effect(case: Case) -> None:
    wire = case.wire()
    assert case.wire() == wire  # the same every time
    receipt = case.perform()
    assert case.there() == [case.as_kept(wire)]
    assert receipt.refused == ()
    assert receipt.provider_id
    assert len(receipt.digest) == 64


def test_the_same_marker_twice_is_one_effect(case: Case) -> None:
    first = case.perform()
    if not case.once:
        assert case.channel.reversibility == Reversibility.FINAL
        return
    second = case.perform()
    assert len(case.there()) == 1
    assert (second.provider_id, second.undo) == (first.provider_id, first.undo)


def test_an_effect_is_found_by_its_marker_and_by_no_other(case: Case) -> None:
    assert case.channel.find(case.marker) is None
    receipt = case.perform()
    found = case.channel.find(case.marker)
    assert found is not None
    assert found.undo == receipt.undo
    assert [case.channel.find(absent) for absent in ABSENT] == [None, None]


def test_an_effect_is_taken_back_where_it_says_so(case: Case) -> None:
    receipt = case.perform()
    if case.channel.reversibility == Reversibility.FINAL:
        assert receipt.undo is None
        with pytest.raises(NotDone):
            case.channel.undo({})
        return
    assert receipt.undo is not None
    assert json.loads(json.dumps(receipt.undo)) == receipt.undo  # it is stored as JSON
    assert case.channel.undo(receipt.undo)
    assert case.there() == []
    assert case.leaves_trace or case.channel.find(case.marker) is None
    assert case.channel.undo(receipt.undo) == "It was gone already."


def test_preparing_is_no_effect(case: Case) -> None:
    with case.channel.prepare(case.payload, case.wire(), case.marker) as ready:
        assert ready.refused == ()
    assert case.there() == []
    assert case.channel.find(case.marker) is None


def test_a_preview_touches_no_network(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def touched(*_: object, **__: object) -> None:
        raise AssertionError("a preview touched the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, touched)
    for name in ("getaddrinfo", "create_connection", "gethostbyname"):
        monkeypatch.setattr(socket, name, touched)
    case.channel.check(case.payload)
    assert case.wire()
    effects = case.channel.effects(case.payload)
    assert len(effects) >= 2
    assert all(effect.sentence and effect.undo for effect in effects)
    assert case.channel.outside == (case.channel.name.partition(":")[1] == ":")
