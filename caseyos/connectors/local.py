"""The local channels: mail into a Maildir, meetings as .ics files, tasks as rows.

Nothing here leaves this computer, and everything can be taken back as long as nobody touched it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from caseyos.connectors.meeting import build_meeting, times
from caseyos.connectors.message import build_mail
from caseyos.domain.model import ActionType, Effect, Payload, Reversibility
from caseyos.domain.ports.channel import AtHand, NotDone, Prepared, Receipt

# What a process that died left half written: our name, and the process that wrote it.
_HALF_MAIL = re.compile(r".+\.eml\.(\d+)")
_HALF_MEETING = re.compile(r".+\.(\d+)\.tmp")
_OLD = timedelta(hours=36)  # the Maildir's own age limit for tmp


class _FileChannel:
    """An effect that is one file, named by its marker."""

    name = "local"
    outside = False
    reversibility = Reversibility.REVERSIBLE.value

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self, payload: Payload) -> None:
        """See that what is there of the folder is a folder and can be written."""
        there = next(path for path in (self._folder, *self._folder.parents) if path.exists())
        if not (there.is_dir() and os.access(there, os.W_OK)):
            raise NotDone(f"{self._folder} cannot be written.")

    def prepare(self, payload: Payload, wire: bytes, marker: str) -> Prepared:
        """Make the folders; there is nothing to connect to."""
        self.check(payload)
        try:
            self._make_folders()
        except OSError as error:
            raise NotDone(f"{self._folder} cannot be written: {error.strerror}") from error
        return AtHand(lambda: self._perform(payload, wire, marker))

    def undo(self, instructions: Mapping[str, Any]) -> str:
        """Delete the file if it is still what was written; gone already is as good."""
        path = Path(str(instructions["path"]))
        found = self._where(path)
        if found is None:
            return "It was gone already."
        if hashlib.sha256(found.read_bytes()).hexdigest() != instructions["digest"]:
            raise NotDone(f"{found.name} was changed since, so it is left alone.")
        found.unlink()
        return f"Removed {found.name}."

    def _perform(self, payload: Payload, wire: bytes, marker: str) -> Receipt:
        raise NotImplementedError

    def _make_folders(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _where(self, path: Path) -> Path | None:
        return path if path.exists() else None

    def _receipt(self, path: Path) -> Receipt:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        undo = {"kind": "remove_file", "path": str(path), "digest": digest}
        return Receipt(str(path), digest, undo)


class LocalMail(_FileChannel):
    """Mail as files of a Maildir: an Outbox for what is to be sent, Drafts for drafts."""

    def build(self, payload: Payload, *, marker: str, execution_id: UUID, at: datetime) -> bytes:
        """The message, CRLF line ends, with our marker headers."""
        return build_mail(payload, marker=marker, execution_id=execution_id, at=at)

    def effects(self, payload: Payload) -> tuple[Effect, ...]:
        """One file; the mail client sends it."""
        where = "Drafts" if payload.action_type == ActionType.CREATE_DRAFT else "Outbox"
        whom = ", ".join(payload.recipients) or "nobody yet"
        return (
            Effect("local", f"write 1 mail to {whom} into the {where} of your Maildir", "yes"),
            Effect("caseyos", "mark done, watch for a reply", "yes"),
        )

    def _perform(self, payload: Payload, wire: bytes, marker: str) -> Receipt:
        """Write to tmp, sync, and link into place: the Maildir way, so nobody sees half a mail."""
        box = self._box(payload.action_type)
        name = _file_name(marker)
        path = box / "new" / name
        temporary = box / "tmp" / f"{name}.{os.getpid()}"
        try:
            _write_synced(temporary, wire)
            try:
                os.link(temporary, path)
            except FileExistsError:
                pass  # an earlier attempt of this very marker got this far
            finally:
                temporary.unlink()
            _sync_folder(path.parent)
        except OSError as error:
            if path.exists():
                return self._receipt(path)
            raise NotDone(f"{box} cannot be written: {error.strerror}") from error
        return self._receipt(path)

    def find(self, marker: str) -> Receipt | None:
        """The file of this marker, whatever flags a mail client gave it."""
        name = _file_name(marker)
        for box in (".Outbox", ".Drafts"):
            found = self._where(self._folder / box / "new" / name)
            if found is not None:
                return self._receipt(found)
        return None

    def _box(self, action_type: str) -> Path:
        return self._folder / (".Drafts" if action_type == ActionType.CREATE_DRAFT else ".Outbox")

    def _make_folders(self) -> None:
        for box in (self._folder, self._folder / ".Outbox", self._folder / ".Drafts"):
            for part in ("cur", "new", "tmp"):
                (box / part).mkdir(parents=True, exist_ok=True, mode=0o700)
            _sweep(box / "tmp", _HALF_MAIL)

    def _where(self, path: Path) -> Path | None:
        if path.exists():
            return path
        # A mail client moves what it has shown from new to cur and adds its flags.
        moved = sorted((path.parent.parent / "cur").glob(f"{path.name}*"))
        return moved[0] if moved else None


class LocalCalendar(_FileChannel):
    """Meetings as one .ics file each (RFC 5545), named by their UID."""

    def build(self, payload: Payload, *, marker: str, execution_id: UUID, at: datetime) -> bytes:
        """The calendar object, as a message that publishes it."""
        return build_meeting(
            payload, marker=marker, execution_id=execution_id, at=at, method="PUBLISH"
        )

    def effects(self, payload: Payload) -> tuple[Effect, ...]:
        """One file; nobody is invited by it."""
        return (
            Effect("local", "write 1 meeting as an .ics file (nobody is invited by it)", "yes"),
            Effect("caseyos", "mark done", "yes"),
        )

    def check(self, payload: Payload) -> None:
        """A meeting needs a start."""
        times(payload)
        super().check(payload)

    def _make_folders(self) -> None:
        super()._make_folders()
        _sweep(self._folder, _HALF_MEETING)

    def _perform(self, payload: Payload, wire: bytes, marker: str) -> Receipt:
        """Write beside, sync, rename."""
        path = self._folder / f"{_file_name(marker).removesuffix('.eml')}.ics"
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            _write_synced(temporary, wire)
            temporary.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            raise NotDone(f"{path} cannot be written: {error.strerror}") from error
        return self._receipt(path)

    def find(self, marker: str) -> Receipt | None:
        """The file of this UID."""
        path = self._folder / f"{_file_name(marker).removesuffix('.eml')}.ics"
        return self._receipt(path) if path.exists() else None


class TaskStore(Protocol):
    """Task rows."""

    def add(self, marker: str, task: Mapping[str, Any]) -> tuple[UUID, int]:
        """Store a task once per marker; its id and version."""
        ...

    def by_marker(self, marker: str) -> tuple[UUID, int] | None:
        """The task of a marker."""
        ...

    def complete(self, task_id: UUID, marker: str) -> tuple[UUID, int] | None:
        """Complete an open task; None when there is none."""
        ...

    def completed_by(self, marker: str) -> tuple[UUID, int] | None:
        """The task that an execution with this marker completed."""
        ...

    def remove(self, task_id: UUID, version: int) -> bool | None:
        """Delete a task of this version; None when it is gone, False when it changed."""
        ...

    def reopen(self, task_id: UUID, version: int) -> bool | None:
        """Open a completed task again; None when it is gone, False when it changed."""
        ...


class TaskUnit(Protocol):
    """A transaction of its own, so that the effect is an effect and not part of its record."""

    @property
    def tasks(self) -> TaskStore:
        """The rows."""
        ...


class LocalTasks:
    """Tasks as rows of our own database."""

    name = "local"
    outside = False
    reversibility = Reversibility.REVERSIBLE.value

    def __init__(self, units: Callable[[], AbstractContextManager[TaskUnit]]) -> None:
        self._units = units

    def build(self, payload: Payload, *, marker: str, execution_id: UUID, at: datetime) -> bytes:
        """The row as canonical JSON."""
        row = {
            "marker": marker,
            "action": payload.action_type,
            "title": payload.subject,
            "notes": payload.body or None,
            "due_by": payload.fields.get("due"),
            "task_id": payload.fields.get("task_id"),
            "execution_id": str(execution_id),
        }
        return json.dumps(row, sort_keys=True, ensure_ascii=False).encode()

    def effects(self, payload: Payload) -> tuple[Effect, ...]:
        """One row."""
        verb = "complete" if payload.action_type == ActionType.COMPLETE_TASK else "add"
        return (
            Effect("local", f"{verb} 1 task on your list", "yes"),
            Effect("caseyos", "mark done", "yes"),
        )

    def check(self, payload: Payload) -> None:
        """Completing needs a task to complete."""
        if payload.action_type == ActionType.COMPLETE_TASK and not payload.fields.get("task_id"):
            raise NotDone("The move names no task to complete.")

    def prepare(self, payload: Payload, wire: bytes, marker: str) -> Prepared:
        """There is nothing to connect to."""
        self.check(payload)
        return AtHand(lambda: self._perform(payload, wire, marker))

    def _perform(self, payload: Payload, wire: bytes, marker: str) -> Receipt:
        """Add or complete the row, in a transaction of its own."""
        row = json.loads(wire)
        with self._units() as unit:
            if row["action"] == ActionType.COMPLETE_TASK:
                done = unit.tasks.complete(UUID(str(row["task_id"])), marker)
                if done is None:
                    raise NotDone("There is no open task with that id.")
                return _task_receipt(done, "reopen_task")
            return _task_receipt(unit.tasks.add(marker, row), "remove_task")

    def find(self, marker: str) -> Receipt | None:
        """The row of this marker."""
        with self._units() as unit:
            added = unit.tasks.by_marker(marker)
            if added is not None:
                return _task_receipt(added, "remove_task")
            completed = unit.tasks.completed_by(marker)
        return _task_receipt(completed, "reopen_task") if completed else None

    def undo(self, instructions: Mapping[str, Any]) -> str:
        """Remove or reopen the row if it is still as it was left."""
        task_id, version = UUID(str(instructions["task_id"])), int(instructions["version"])
        with self._units() as unit:
            if instructions["kind"] == "reopen_task":
                done, told = unit.tasks.reopen(task_id, version), "Reopened the task."
            else:
                done, told = unit.tasks.remove(task_id, version), "Removed the task."
        if done is None:
            return "It was gone already."
        if not done:
            raise NotDone("The task was changed since, so it is left alone.")
        return told


def _task_receipt(task: tuple[UUID, int], kind: str) -> Receipt:
    task_id, version = task
    digest = hashlib.sha256(f"{task_id}:{version}".encode()).hexdigest()
    undo = {"kind": kind, "task_id": str(task_id), "version": version}
    return Receipt(str(task_id), digest, undo)


def _file_name(marker: str) -> str:
    """A file name for a marker, the same every time and harmless in every file system."""
    plain = re.sub(r"[^A-Za-z0-9.-]", "_", marker.strip("<>"))[:120]
    return f"{plain}.eml"


def _sweep(folder: Path, half: re.Pattern[str]) -> None:
    """Remove what our own dead processes left half written; nobody else's files."""
    for path in folder.iterdir():
        found = half.fullmatch(path.name)
        if found is None:
            continue
        with suppress(OSError):
            age = time.time() - path.stat().st_mtime
            if age > _OLD.total_seconds() or not _runs(int(found[1])):
                path.unlink()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True


def _write_synced(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
