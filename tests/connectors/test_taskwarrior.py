"""The channel `taskwarrior` against the real program, with a home of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from caseyos.connectors.taskwarrior import TaskwarriorTasks, uuid_for
from caseyos.domain.model import ActionType, Payload
from caseyos.domain.ports.channel import NotDone, Receipt

AT = datetime(2026, 11, 24, 9, 12, 30, tzinfo=UTC)
MARKER = "0190aa@caseyos"

if shutil.which("task") is None:  # CI installs it
    assert not os.environ.get("CI"), "Taskwarrior should be here: .ci/run installs it"
    pytest.skip("Taskwarrior is not installed", allow_module_level=True)


class Person:
    """The owner of the tasks, at a shell of their own."""

    def __init__(self, home: Path) -> None:
        self.environ = {"HOME": str(home), "PATH": os.environ["PATH"], "TASKRC": str(home / "rc")}
        self.environ["TASKDATA"] = str(home / "tasks")
        (home / "tasks").mkdir()
        (home / "rc").write_text("confirmation=on\n")

    def types(self, *words: str) -> str:
        """A command, and what it printed."""
        done = subprocess.run(
            ["task", "rc.confirmation=off", "rc.bulk=0", *words],
            env=self.environ,
            capture_output=True,
            text=True,
            check=True,
            input="",
        )
        return done.stdout

    def tasks(self) -> list[dict[str, Any]]:
        """Everything there is."""
        return json.loads(self.types("export") or "[]")  # type: ignore[no-any-return]


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


@pytest.fixture
def channel(person: Person) -> TaskwarriorTasks:
    return TaskwarriorTasks(person.environ)


def task(
    subject: str = "Call Dana", body: str = "about the yards\nand the price", **fields: Any
) -> Payload:
    return Payload(ActionType.CREATE_TASK, "taskwarrior", subject, body, (), fields)


def done(task_id: object) -> Payload:
    return Payload(ActionType.COMPLETE_TASK, "taskwarrior", "Done", "", (), {"task_id": task_id})


def perform(channel: TaskwarriorTasks, payload: Payload, marker: str = MARKER) -> Receipt:
    wire = channel.build(payload, marker=marker, execution_id=uuid4(), at=AT)
    with channel.prepare(payload, wire, marker) as ready:
        return ready.perform()


def undo_of(receipt: Receipt | None) -> Mapping[str, Any]:
    assert receipt is not None
    assert receipt.undo is not None
    return receipt.undo


def test_the_task_is_what_was_shown(channel: TaskwarriorTasks, person: Person) -> None:
    payload = task(due="2026-12-01T15:00:00+01:00")
    wire = channel.build(payload, marker=MARKER, execution_id=uuid4(), at=AT)
    with channel.prepare(payload, wire, MARKER) as ready:
        assert person.tasks() == []  # preparing changes nothing
        ready.perform()
    (made,) = person.tasks()
    (shown,) = json.loads(wire)
    assert {name: made[name] for name in shown} == shown
    assert made["due"] == "20261201T140000Z"
    assert made["uuid"] == str(uuid_for(MARKER))
    assert made["annotations"][0]["description"] == "about the yards / and the price"


def test_the_same_marker_is_one_task(channel: TaskwarriorTasks, person: Person) -> None:
    assert perform(channel, task()) == perform(channel, task())
    assert len(person.tasks()) == 1
    perform(channel, task(), "other@caseyos")
    assert len(person.tasks()) == 2


def test_what_its_owner_added_survives_a_second_try_and_completion(
    channel: TaskwarriorTasks, person: Person
) -> None:
    made = perform(channel, task()).provider_id
    person.types(made, "modify", "+urgent", "priority:H", "due:2027-01-05", "project:Yards")
    before = person.tasks()[0]
    perform(channel, task())  # a second try of the same marker
    assert person.tasks()[0] == before
    perform(channel, done(made), "d@caseyos")
    (after,) = person.tasks()
    assert after["status"] == "completed"
    assert sorted(after["tags"]) == ["caseyos", "urgent"]
    for name in ("priority", "due", "project", "annotations", "description", "entry"):
        assert after[name] == before[name]


def test_it_is_found_by_its_marker(channel: TaskwarriorTasks) -> None:
    assert channel.find(MARKER) is None
    made = perform(channel, task())
    found = channel.find(MARKER)
    assert found == made
    assert channel.find("0190a@caseyos") is None
    finished = perform(channel, done(made.provider_id), "d@caseyos")
    assert channel.find("d@caseyos") == finished
    assert channel.find("@caseyos") is None


def test_undo_deletes_what_nobody_changed(channel: TaskwarriorTasks, person: Person) -> None:
    receipt = perform(channel, task())
    assert channel.undo(undo_of(receipt)).startswith("Deleted")
    assert [one["status"] for one in person.tasks()] == ["deleted"]
    assert channel.undo(undo_of(receipt)) == "It was gone already."


def test_undo_leaves_alone_what_somebody_changed(channel: TaskwarriorTasks, person: Person) -> None:
    receipt = perform(channel, task())
    person.types(receipt.provider_id, "modify", "priority:H")
    with pytest.raises(NotDone, match="was changed in Taskwarrior since"):
        channel.undo(undo_of(receipt))
    assert [one["status"] for one in person.tasks()] == ["pending"]


def test_completing_is_taken_back(channel: TaskwarriorTasks, person: Person) -> None:
    person.types("add", "Theirs", "priority:L", "+home")
    theirs = person.tasks()[0]["uuid"]
    receipt = perform(channel, done(theirs), "d@caseyos")
    assert perform(channel, done(theirs), "d@caseyos") == receipt
    with pytest.raises(NotDone, match="no open task"):
        perform(channel, done(theirs), "e@caseyos")
    assert channel.undo(undo_of(receipt)).startswith("Reopened")
    (again,) = person.tasks()
    assert (again["status"], again["priority"], again["tags"]) == ("pending", "L", ["home"])
    assert "end" not in again
    assert channel.undo(undo_of(receipt)) == "It was open already."


@pytest.mark.parametrize("given", [None, "", "7", "; rm -rf /", "rc.data.location=/tmp"])
def test_completing_needs_the_id_of_a_task(channel: TaskwarriorTasks, given: object) -> None:
    with pytest.raises(NotDone, match=r"no task to complete|no id of a"):
        channel.check(done(given))


def test_a_task_that_is_not_there_is_not_completed(channel: TaskwarriorTasks) -> None:
    with pytest.raises(NotDone, match="no open task"):
        perform(channel, done(uuid4()))


@pytest.mark.parametrize(
    "subject",
    [
        "+tag project:evil due:now",
        "rc.hooks=off",
        "-- \\ \" ' [x] {y}",
        "é ← 漢字 🙂",
        "a\x1b[31mb\nc",
    ],
)
def test_words_are_words(channel: TaskwarriorTasks, person: Person, subject: str) -> None:
    perform(channel, task(subject))
    (made,) = person.tasks()
    assert made["description"] == subject.replace("\x1b", "").replace("\n", " / ")
    assert made["tags"] == ["caseyos"]
    assert "project" not in made


def test_the_owners_configuration_is_used_and_not_changed(
    channel: TaskwarriorTasks, person: Person
) -> None:
    rc = Path(person.environ["TASKRC"])
    before = rc.read_text()
    perform(channel, task())
    assert rc.read_text() == before
    assert any(Path(person.environ["TASKDATA"]).iterdir())


def test_a_hook_that_refuses_is_a_no(channel: TaskwarriorTasks, person: Person) -> None:
    hooks = Path(person.environ["TASKDATA"]) / "hooks"
    hooks.mkdir()
    refusing = hooks / "on-add.no"
    refusing.write_text("#!/bin/sh\necho not today\nexit 1\n")
    refusing.chmod(0o755)
    Path(person.environ["TASKRC"]).write_text(f"hooks.location={hooks}\n")
    with pytest.raises(NotDone):
        perform(channel, task())
    assert person.tasks() == []


def test_a_program_that_hangs_is_killed(person: Person, tmp_path: Path) -> None:
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "task").write_text("#!/bin/sh\nexec sleep 60\n")
    (bin_folder / "task").chmod(0o755)
    channel = TaskwarriorTasks(
        person.environ | {"PATH": f"{bin_folder}:{os.environ['PATH']}"}, timeout=0.3
    )
    with pytest.raises(NotDone, match="did not answer") as refused:
        perform(channel, task())
    assert refused.value.temporary


def test_without_the_program_or_its_configuration_it_says_so(person: Person) -> None:
    with pytest.raises(NotDone, match="not installed"):
        TaskwarriorTasks(person.environ | {"PATH": "/nowhere"}).check(task())
    Path(person.environ["TASKRC"]).unlink()
    with pytest.raises(NotDone, match="no configuration yet"):
        TaskwarriorTasks(person.environ).check(task())


def test_a_uuid_is_the_markers_for_ever() -> None:
    assert uuid_for("0190aa@caseyos") == UUID(f"{uuid_for(MARKER)}")
    assert uuid_for("a") != uuid_for("b")
