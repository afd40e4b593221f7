"""The sources that are configured: which class reads each kind, asking them, and how it went.

Each batch is one commit with the cursor; what the batch holds says by which stage it is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caseyos.config import parse_duration
from caseyos.config.model import Source as Configured
from caseyos.domain.ports.intake import ImportReport
from caseyos.domain.ports.source import Source, Surroundings
from caseyos.errors import CaseyError, NotFound, Overtaken, UsageError

if TYPE_CHECKING:
    from caseyos.app.core import App

LOCAL_MAIL = "maildir:local"
INTERNAL = "internal"
# Made from its `[[source]]` table and its `Surroundings`; only the one that is asked is loaded.
KINDS: Mapping[str, str] = {
    "maildir": "caseyos.connectors.mailbox:MailFolder",
    "mbox": "caseyos.connectors.mailbox:MailFolder",
    "calendar": "caseyos.connectors.calendar_source:CalendarSource",
    "imap": "caseyos.connectors.imap_source:ImapSource",
}
MAIL = ("maildir", "mbox", "imap")  # kinds whose batches are mail
# Kinds whose servers tell of news by themselves.
LISTENERS: Mapping[str, str] = {"imap": "caseyos.connectors.imap_listener:ImapListener"}
FILES = ("maildir", "mbox", "csv")  # kinds that are nothing without a path

Read = Callable[[], int]


@dataclass(slots=True)
class SyncReport:
    """What asking the sources gave, by source; errors by source."""

    items: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def signals(self) -> int:
        """New signals of all sources."""
        return sum(self.items.values())


class Sources:
    """Asking for news."""

    def __init__(self, app: App) -> None:
        self._app = app

    def sync(self, source: str | None = None, *, due_only: bool = False) -> SyncReport:
        """Ask every enabled source, or those of a kind; one that fails stops no other.

        One that is asked for by its name raises its error once that is noted.
        `due_only` passes over those that were asked within their interval.
        """
        report = SyncReport()
        for name, read in self._chosen(source, due_only=due_only).items():
            try:
                report.items[name] = read()
            except (CaseyError, OSError) as error:
                report.failures[name] = _told(error)
                with self._app.unit_of_work() as uow:
                    uow.intake.fail(name, name.split(":", 1)[0], _told(error)[:300])
                if name == source:
                    raise
        return report

    def check(self, source: str | None) -> None:
        """NotFound where there is no such source."""
        self._chosen(source, due_only=False)

    def listened(self) -> tuple[str, ...]:
        """The sources that can tell of news by themselves, as configured."""
        return tuple(
            f"{one.kind}:{one.name}"
            for one in self._app.config.settings.source
            if one.enabled and one.idle and one.kind in LISTENERS
        )

    def listen(
        self, source: str, heard: Callable[[], object], stopping: Callable[[], bool]
    ) -> bool:
        """Listen to one of `listened` until `stopping`; False where its server tells nothing."""
        around = self._around(source, frozenset())
        listener = _class(LISTENERS[source.split(":", 1)[0]])(around.account)
        return bool(listener.listen(heard, stopping))

    def _chosen(self, source: str | None, *, due_only: bool) -> Mapping[str, Read]:
        readers = self._readers()
        if source is not None:
            chosen = {
                name: read
                for name, read in readers.items()
                if name == source or name.split(":", 1)[0] == source
            }
            if not chosen:
                raise NotFound(
                    f"There is no source {source!r}.", hint=f"sources: {', '.join(readers)}"
                )
            readers = chosen
        if due_only:
            early = self._asked_lately()
            readers = {name: read for name, read in readers.items() if name not in early}
        return readers

    def _readers(self) -> dict[str, Read]:
        folder = self._app.config.paths.maildir
        local = Configured(kind="maildir", name="local", path=str(folder))
        readers: dict[str, Read] = {LOCAL_MAIL: lambda: self._read(local) if folder.is_dir() else 0}
        for one in self._app.config.settings.source:
            if one.enabled and (one.path or one.kind not in FILES):
                read = self._export if one.kind == "csv" else self._read
                readers[f"{one.kind}:{one.name}"] = partial(read, one)
        readers[INTERNAL] = self._observe
        return readers

    def _asked_lately(self) -> set[str]:
        """The configured sources whose interval since the last try is not over."""
        every = {
            f"{one.kind}:{one.name}": parse_duration(one.every)
            for one in self._app.config.settings.source
        }
        with self._app.unit_of_work() as uow:
            return uow.intake.tried_within(every)

    def _read(self, one: Configured) -> int:
        """Ask one source, storing each batch in one commit with the cursor; its new signals."""
        from caseyos.pipeline import ingest, ingest_mail

        name, units = f"{one.kind}:{one.name}", self._app.unit_of_work
        with units() as uow:
            cursor, version = uow.intake.cursor(name)
        me = frozenset(address.lower() for address in one.me) or self._app.intake.me()
        me |= {one.user.lower()} if "@" in one.user else set()
        reading = _loaded(one.kind)(one, self._around(name, me)).batches(cursor)
        report = ImportReport()
        # A daemon and a person may ask at once: the one that comes second has nothing left to do.
        with suppress(Overtaken), closing(reading):
            for batch in reading:
                if batch.signals or one.kind not in MAIL:
                    version = ingest.take_signals(
                        units, batch, source=name, version=version, report=report
                    )
                else:
                    version = ingest_mail.take_batch(
                        units, batch, source=name, me=me, version=version, report=report
                    )
        return sum(report.signals.values())

    def _around(self, name: str, me: frozenset[str]) -> Surroundings:
        from caseyos.app.accounts import calendar_account, mail_account

        app = self._app
        account = calendar_account if name.startswith("calendar:") else mail_account
        return Surroundings(
            name,
            me,
            app.clock.now,
            app.secret,
            account=lambda: account(app, name),
            zone=app.config.zone,
        )

    def _export(self, one: Configured) -> int:
        """Import a configured export again when its file is another than last time."""
        from caseyos.app.intake import ImportOptions

        source, path = f"csv:{one.name}", Path(one.path).expanduser()
        with self._app.unit_of_work() as uow:
            cursor, _ = uow.intake.cursor(source)
        if not path.is_file():
            raise UsageError(f"There is no file {path}.")
        # Taken before reading: a file that changes meanwhile is read once more, which adds nothing.
        stamp = str(path.stat().st_mtime_ns)
        signals = 0
        if cursor.get("stamp") != stamp:
            options = ImportOptions(
                accounts=Path(one.accounts).expanduser() if one.accounts else None,
                products=Path(one.products).expanduser() if one.products else None,
                date_format=one.date_format or None,
                currency=one.currency or None,
                mapping=one.columns,
                source=source,
            )
            signals = sum(self._app.intake.import_path(path, options).signals.values())
        with self._app.unit_of_work() as uow:
            uow.intake.advance(source, "csv", seen=0, cursor={"stamp": stamp}, version=None)
        return signals

    def _observe(self) -> int:
        """What happened inside: silence, renewals, stale drafts."""
        from caseyos.domain.business_time import calendar
        from caseyos.pipeline import internal

        settings = self._app.config.settings
        rule = internal.SilenceRule(
            first_stage=settings.deals.silent_days_first,
            later=settings.deals.silent_days,
            calendar=calendar(settings.calendar.business_days, settings.calendar.holidays),
            zone=self._app.config.zone,
        )
        return internal.observe(self._app.unit_of_work, rule, self._app.clock.now())


def _told(error: CaseyError | OSError) -> str:
    """An error as it is kept: with the command that helps, where there is one."""
    hint = getattr(error, "hint", None)
    return f"{error} ({hint})" if hint else str(error)


def _loaded(kind: str) -> Callable[[Configured, Surroundings], Source]:
    """The class that reads a kind; the configuration has none but these."""
    made: Callable[[Configured, Surroundings], Source] = _class(KINDS[kind])
    return made


def _class(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)
