"""The do-not-contact list as every front end calls it: add, remove, list, check, import."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.domain.suppression import ACCOUNT, Entry, entry_of
from caseyos.errors import NotFound, UsageError

if TYPE_CHECKING:
    from caseyos.app.core import App

Row = Mapping[str, Any]
ADDRESSES = ("email", "e-mail", "address", "mail", "domain", "value")  # heads of a CSV's column


@dataclass(frozen=True, slots=True)
class ListReport:
    """What changed on the list; `bad` are lines that are neither address nor domain."""

    changed: tuple[str, ...]
    already: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()


class Suppressions:
    """Who must not be written to. Every change is one step that undo takes back."""

    def __init__(self, app: App) -> None:
        self._app = app

    def add(
        self, values: Sequence[str], *, company: str | None = None, reason: str | None = None
    ) -> ListReport:
        """Put addresses, domains or a company on the list."""
        entries = [entry_of(value) for value in values]
        if company is not None:
            entries.append(self._company(company))
        if not entries:
            raise UsageError("Nobody was named.", hint="caseyos dnc add dana@acme.example")
        return self._add(entries, reason, ())

    def remove(self, values: Sequence[str], *, company: str | None = None) -> ListReport:
        """Take entries off the list: exactly these, not what else speaks of the same people."""
        entries = [entry_of(value) for value in values]
        if company is not None:
            entries.append(self._company(company))
        with self._app.unit_of_work() as uow:
            gone = [row for one in entries if (row := uow.suppressions.remove(one.value))]
            if not gone:
                raise NotFound("That is not on the list.", hint="caseyos dnc list")
            self._write_down(uow, "unsuppress", gone)
        changed = tuple(str(row["value"]) for row in gone)
        left = tuple(one.value for one in entries if one.value not in changed)
        return ListReport(changed, left)

    def listed(self, text: str | None = None) -> list[Row]:
        """The list, newest first."""
        with self._app.unit_of_work() as uow:
            return uow.suppressions.listed(text)

    def check(self, value: str) -> list[Row]:
        """The entries that keep us from an address or a domain; none when it may be written to."""
        with self._app.unit_of_work() as uow:
            return uow.suppressions.speaking_of(entry_of(value))

    def import_file(self, path: Path, *, reason: str | None = None) -> ListReport:
        """Put a file's addresses and domains on the list: one a line, or a CSV with a head.

        Lines that are neither are told, and the others are taken.
        """
        try:
            text = path.read_bytes().decode("utf-8-sig", "replace")
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
        entries: list[Entry] = []
        bad: list[str] = []
        reasons: dict[str, str] = {}
        for number, (value, why) in enumerate(_rows(text), 1):
            try:
                one = entry_of(value)
            except UsageError:
                bad.append(f"{number}: {value[:80]}")
                continue
            entries.append(one)
            if why:
                reasons[one.value] = why
        return self._add(entries, reason or f"imported from {path.name}", tuple(bad), reasons)

    def take_back(self, uow: Any, steps: Sequence[Row], *, again: bool = False) -> tuple[str, ...]:
        """Undo (or do again) what steps of the journal did to the list; what was done, in words."""
        told = []
        for step in steps:
            add = (step["kind"] == "suppress") == again
            for one in step["after"]["entries"]:
                if add:
                    uow.suppressions.add(
                        Entry(one["value"], one["kind"]), one["reason"], one["source"]
                    )
                else:
                    uow.suppressions.remove(one["value"], one["source"])
            count = len(step["after"]["entries"])
            verb = "on the do-not-contact list" if add else "off the do-not-contact list"
            told.append(f"{count} {'entry' if count == 1 else 'entries'} {verb} again")
            self._receipts(uow, "suppress" if add else "unsuppress", step["after"]["entries"])
        uow.decisions.mark([step["id"] for step in steps], undone=not again)
        return tuple(told)

    def _add(
        self,
        entries: Sequence[Entry],
        reason: str | None,
        bad: tuple[str, ...],
        reasons: Mapping[str, str] | None = None,
    ) -> ListReport:
        from caseyos.app.generation import new_id

        source = f"dnc:{new_id()}"
        added: list[Row] = []
        already: list[str] = []
        with self._app.unit_of_work() as uow:
            for one in dict.fromkeys(entries):
                why = (reasons or {}).get(one.value) or reason
                if uow.suppressions.add(one, why, source):
                    added.append(
                        {"value": one.value, "kind": one.kind, "reason": why, "source": source}
                    )
                else:
                    already.append(one.value)
            if added:
                self._write_down(uow, "suppress", added)
        return ListReport(tuple(str(one["value"]) for one in added), tuple(already), bad)

    def _write_down(self, uow: Any, kind: str, rows: Sequence[Row]) -> None:
        kept = [{name: row[name] for name in ("value", "kind", "reason", "source")} for row in rows]
        uow.decisions.journal(
            kind=kind,
            move_id=None,
            actor=self._app.actor,
            before={},
            after={"entries": kept},
            reason=rows[0]["reason"],
        )
        self._receipts(uow, kind, kept)

    def _receipts(self, uow: Any, kind: str, rows: Sequence[Row]) -> None:
        for row in rows:
            uow.audit.append(
                actor=self._app.actor,
                action=kind,
                subject="suppression",
                reason=row["reason"],
                detail={"kind": row["kind"]},
                personal={"value": row["value"]},
            )

    def _company(self, name: str) -> Entry:
        try:
            return Entry(str(UUID(name)), ACCOUNT)
        except ValueError:
            pass
        with self._app.unit_of_work() as uow:
            found = uow.suppressions.account_named(name)
        if found is None:
            raise NotFound(f"There is no company {name!r}.", hint=f"caseyos find {name}")
        return Entry(str(found[0]), ACCOUNT)


def _rows(text: str) -> list[tuple[str, str | None]]:
    """Each line's address or domain and, in a CSV that has one, its reason."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        return []
    head = [cell.strip().lower() for cell in next(csv.reader([lines[0]]))]
    at = next((head.index(name) for name in ADDRESSES if name in head), None)
    if at is None:
        return [(line.split(",")[0].strip().strip('"'), None) for line in lines]
    why = head.index("reason") if "reason" in head else None
    rows = list(csv.reader(io.StringIO("\n".join(lines[1:]))))
    return [
        (row[at].strip(), row[why].strip() if why is not None and len(row) > why else None)
        for row in rows
        if len(row) > at
    ]
