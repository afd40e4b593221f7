"""Tasks in Taskwarrior, by its own import and export: upserts of a UUID that our marker gives.

An import replaces a whole task, so a task that is there is exported, changed and imported again:
what its owner added stays. The owner's TASKRC and TASKDATA hold; nothing is written into either.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from caseyos.domain.model import ActionType, Effect, Payload, Reversibility
from caseyos.domain.ports.channel import AtHand, NotDone, Prepared, Receipt, Uncertain
from caseyos.domain.text import safe_line

MOVE, DONE = "caseyos_move", "caseyos_done"  # the fields that hold our markers
TIMEOUT = 20.0  # seconds; a hook of the owner's may take its time
MAX_OUTPUT = 4 * 1024 * 1024  # bytes
_OURS = (
    *("rc.confirmation=off", "rc.recurrence.confirmation=no", "rc.bulk=0", "rc.verbose=nothing"),
    *("rc.color=off", "rc.json.array=on", "rc.gc=off", "rc.recurrence=off"),
    *(f"rc.uda.{MOVE}.type=string", f"rc.uda.{MOVE}.label=CaseyOS"),
    *(f"rc.uda.{DONE}.type=string", f"rc.uda.{DONE}.label=CaseyOS"),
)
_WORKED_OUT = ("id", "urgency")  # in an export, and no part of the task
_GONE = ("deleted", "completed")
CHANGED = "The task was changed in Taskwarrior since, so it is left alone."

Task = Mapping[str, Any]


class TaskwarriorTasks:
    """The channel `taskwarrior`."""

    name = "taskwarrior"
    outside = False
    reversibility = Reversibility.REVERSIBLE.value

    def __init__(self, environ: Mapping[str, str], timeout: float = TIMEOUT) -> None:
        self._environ, self._timeout = dict(environ), timeout

    def build(self, payload: Payload, *, marker: str, execution_id: UUID, at: datetime) -> bytes:
        """What is imported: a whole new task, or the fields that complete one."""
        moment = _written(at)
        task: dict[str, Any]
        if payload.action_type == ActionType.COMPLETE_TASK:
            task = {"uuid": str(payload.fields.get("task_id")), "status": "completed"}
            task |= {"end": moment, DONE: marker}
        else:
            task = {"uuid": str(uuid_for(marker)), "status": "pending", "entry": moment}
            task |= {"description": _one_line(payload.subject), "tags": ["caseyos"], MOVE: marker}
            if payload.fields.get("due"):
                task["due"] = _written(datetime.fromisoformat(str(payload.fields["due"])))
            if payload.body.strip():
                notes = {"entry": moment, "description": _one_line(payload.body)}
                task["annotations"] = [notes]
        return json.dumps([task], sort_keys=True, ensure_ascii=False).encode()

    def effects(self, payload: Payload) -> tuple[Effect, ...]:
        """One task."""
        verb = "complete" if payload.action_type == ActionType.COMPLETE_TASK else "add"
        return (
            Effect("taskwarrior", f"{verb} 1 task in Taskwarrior", "yes"),
            Effect("caseyos", "mark done", "yes"),
        )

    def check(self, payload: Payload) -> None:
        """A program, a configuration of its owner's, and for completing a task to complete."""
        if shutil.which("task", path=self._environ.get("PATH")) is None:
            raise NotDone("Taskwarrior is not installed: there is no program called task.")
        if not self._configured():
            raise NotDone("Taskwarrior has no configuration yet: run task once and say yes.")
        if payload.action_type == ActionType.COMPLETE_TASK:
            given = payload.fields.get("task_id")
            if not given:
                raise NotDone("The move names no task to complete.")
            _uuid(given)

    def prepare(self, payload: Payload, wire: bytes, marker: str) -> Prepared:
        """See that Taskwarrior answers, and for completing that there is an open task."""
        self.check(payload)
        (wanted,) = json.loads(wire)
        present = self._export(_uuid(wanted["uuid"]))
        if payload.action_type == ActionType.COMPLETE_TASK:
            if present is None or (present["status"] in _GONE and present.get(DONE) != marker):
                raise NotDone("There is no open task with that id in Taskwarrior.")
            return AtHand(lambda: self._complete(wanted, marker))
        return AtHand(lambda: self._add(wanted, marker))

    def find(self, marker: str) -> Receipt | None:
        """The task that was made with this marker, or that it completed."""
        made = self._export(uuid_for(marker))
        if made is not None and made.get(MOVE) == marker:
            return _receipt(made, "delete_task")
        done = self._exported([f"{DONE}.is:{_plain(marker)}"])
        found = [task for task in done if task.get(DONE) == marker]
        return _receipt(found[0], "reopen_task") if found else None

    def undo(self, instructions: Mapping[str, Any]) -> str:
        """Delete or reopen the task if it is still as it was left."""
        task_id = _uuid(instructions["uuid"])
        present = self._export(task_id)
        reopens = instructions["kind"] == "reopen_task"
        if present is None or (not reopens and present["status"] == "deleted"):
            return "It was gone already."
        if reopens and present["status"] not in _GONE:
            return "It was open already."
        if _digest(present) != instructions["digest"]:
            raise NotDone(CHANGED)
        if reopens:
            self._import({k: v for k, v in present.items() if k not in ("end", DONE)}, "pending")
            return "Reopened the task in Taskwarrior."
        self._run([str(task_id), "delete"])
        return "Deleted the task in Taskwarrior."

    def _add(self, wanted: Task, marker: str) -> Receipt:
        present = self._export(_uuid(wanted["uuid"]))
        if present is None:
            self._effect(wanted, wanted["status"])
            present = self._left(wanted["uuid"])
        if present.get(MOVE) != marker:
            raise NotDone("Another task has that id in Taskwarrior.")
        return _receipt(present, "delete_task")

    def _complete(self, wanted: Task, marker: str) -> Receipt:
        present = self._export(_uuid(wanted["uuid"]))
        if present is None:
            raise NotDone("The task is gone from Taskwarrior.")
        if present.get(DONE) != marker:
            if present["status"] in _GONE:
                raise NotDone("There is no open task with that id in Taskwarrior.")
            self._effect({**present, **wanted}, "completed")
            present = self._left(wanted["uuid"])
            if present.get(DONE) != marker:
                raise NotDone("Taskwarrior did not complete the task.")
        return _receipt(present, "reopen_task")

    def _effect(self, task: Task, status: str) -> None:
        """The import; where it failed, what is there afterwards says whether it happened."""
        try:
            self._import(task, status)
        except NotDone as failed:
            try:
                present = self._export(_uuid(task["uuid"]))
            except NotDone as doubt:
                raise Uncertain(f"{failed.message} {doubt.message}") from doubt
            if present is None or any(present.get(k) != task.get(k) for k in (MOVE, DONE)):
                raise

    def _left(self, given: object) -> Task:
        """The task after its import; a Taskwarrior that cannot be asked leaves that open."""
        try:
            found = self._export(_uuid(given))
        except NotDone as doubt:
            raise Uncertain(doubt.message) from doubt
        if found is None:
            raise NotDone("Taskwarrior took the task and does not have it; a hook may forbid it.")
        return found

    def _import(self, task: Task, status: str) -> None:
        whole = {name: value for name, value in task.items() if name not in _WORKED_OUT}
        text = json.dumps([whole | {"status": status}], ensure_ascii=False)
        self._run(["import", "-"], text.encode())

    def _export(self, task_id: UUID) -> Task | None:
        found = self._exported([f"uuid:{task_id}"])
        return found[0] if found else None

    def _exported(self, wanted: list[str]) -> list[Task]:
        out = self._run([*wanted, "export"])
        try:
            tasks = json.loads(out.decode() or "[]")
        except ValueError as error:
            raise NotDone("Taskwarrior's export cannot be read.") from error
        return [task for task in tasks if isinstance(task, dict) and "status" in task]

    def _configured(self) -> bool:
        """Whether there is a configuration: without one, Taskwarrior asks a question first."""
        named = self._environ.get("TASKRC")
        home = Path(self._environ.get("HOME", "~")).expanduser()
        xdg = Path(self._environ.get("XDG_CONFIG_HOME") or home / ".config") / "task" / "taskrc"
        places = [Path(named).expanduser()] if named else [home / ".taskrc", xdg]
        return any(place.exists() for place in places)

    def _run(self, command: list[str], given: bytes = b"") -> bytes:
        """One call without a shell; NotDone where it does not end well within its time."""
        try:
            done = subprocess.run(  # noqa: S603 - no shell; a fixed program and its own words
                ["task", *_OURS, *command],  # noqa: S607 - the owner's own, by their PATH
                input=given,
                capture_output=True,
                timeout=self._timeout,
                env=self._environ,
                start_new_session=True,
                check=False,
            )
        except OSError as error:
            raise NotDone(f"Taskwarrior cannot be run: {error.strerror}.") from error
        except subprocess.TimeoutExpired as error:
            raise NotDone(
                f"Taskwarrior did not answer within {self._timeout:g} seconds.", temporary=True
            ) from error
        if done.returncode != 0 or len(done.stdout) > MAX_OUTPUT:
            said = safe_line(done.stderr.decode("utf-8", "replace").strip() or "nothing", 200)
            raise NotDone(f"Taskwarrior refused ({done.returncode}): {said}")
        return done.stdout


def uuid_for(marker: str) -> UUID:
    """The UUID of the task that a marker makes."""
    return uuid5(NAMESPACE_URL, f"caseyos:{marker}")


def environment(home: Path) -> dict[str, str]:
    """The environment a call gets: the owner's, with a home of its own where none is set."""
    return {"HOME": str(home), **os.environ}


def _receipt(task: Task, kind: str) -> Receipt:
    digest = _digest(task)
    return Receipt(
        str(task["uuid"]), digest, {"kind": kind, "uuid": str(task["uuid"]), "digest": digest}
    )


def _digest(task: Task) -> str:
    kept = {name: value for name, value in task.items() if name not in _WORKED_OUT}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _uuid(given: object) -> UUID:
    try:
        return UUID(str(given))
    except ValueError:
        raise NotDone(f"{safe_line(given, 60)!r} is no id of a Taskwarrior task.") from None


def _plain(marker: str) -> str:
    """A marker as it may stand in a filter: letters, digits and what a marker is made of."""
    return "".join(c for c in marker if c.isalnum() or c in "@.-#")


def _one_line(text: str) -> str:
    """Several lines as one, which is all that Taskwarrior shows of a description."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    joined = " / ".join(line for line in lines if line)
    return "".join(c for c in joined if c.isprintable())[:2000]


def _written(moment: datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
