"""Signals in: imports, the built-in sources, quarantine, and how every source stands."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caseyos.config import parse_duration
from caseyos.domain.addresses import parse_address
from caseyos.domain.ports.intake import (
    ImportReport,
    Progress,
    SourceHealth,
    StageWords,
    signal_row,
)
from caseyos.errors import NotFound, UsageError

if TYPE_CHECKING:
    from caseyos.app.core import App
    from caseyos.app.sources import SyncReport

DEALS_SOURCE = "csv:deals"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How an import reads: column mapping, date format, currency, who we are."""

    accounts: Path | None = None
    products: Path | None = None
    date_format: str | None = None
    currency: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    me: tuple[str, ...] = ()
    source: str | None = None


def check_options(options: ImportOptions) -> None:
    """UsageError for what cannot be meant, before anything is opened or stored."""
    for address in options.me:
        try:
            parse_address(address)
        except UsageError as error:
            raise UsageError(f"--me: {error.message}", hint="--me you@example.com") from None
    form = options.date_format
    if form is not None and not readable_date_format(form):
        raise UsageError(
            f"--date-format {form!r} names no day, month and year.", hint="--date-format %d-%m-%Y"
        )
    code = options.currency
    if code is not None and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise UsageError(f"--currency takes three letters, not {code!r}.", hint="--currency EUR")


def readable_date_format(form: str) -> bool:
    """Whether a date written in this form reads back as itself."""
    told = date(2019, 11, 23)
    try:
        return datetime.strptime(told.strftime(form), form).date() == told
    except ValueError:
        return False


def _state(one: SourceHealth, every: float | None, allowed: float) -> str:
    """A source's health as a sentence; silence beyond `allowed` times its rate is said first."""
    silent = every is not None and (one.lag is None or one.lag > every * allowed)
    told = "never answered" if one.lag is None else f"silent for {_span(one.lag)}"
    parts = [f"{told}, expected every {_span(every)}"] if silent and every is not None else []
    if one.last_error:
        parts.append(one.last_error)
    return "; ".join(parts) or ("ok" if one.last_success_at else "never asked")


def _span(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length * (2 if unit == "days" else 1):
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


class Intake:
    """What brings news in."""

    def __init__(self, app: App) -> None:
        self._app = app

    def import_path(
        self, path: Path, options: ImportOptions, progress: Progress | None = None
    ) -> ImportReport:
        """Import a CSV export, an mbox, a Maildir or a folder of mail.

        Importing the same thing again adds nothing. Rows that cannot be taken go to quarantine.
        """
        if not path.exists():
            raise UsageError(f"There is nothing at {path}.")
        check_options(options)
        begun = time.monotonic()
        watch = progress or (lambda _done, _total: None)
        if path.is_dir() or path.suffix.lower() in (".mbox", ".eml", ".mbx"):
            report = self._import_mail(path, options, watch)
        else:
            report = self._import_deals(path, options, watch)
        report.seconds = time.monotonic() - begun
        return report

    def sync(self, source: str | None = None, *, due_only: bool = False) -> SyncReport:
        """Ask every enabled source, or one by name; a failing source does not stop the others."""
        return self._app.sources.sync(source, due_only=due_only)

    def signals(
        self,
        *,
        source: str | None = None,
        kind: str | None = None,
        unmatched: bool = False,
        limit: int = 50,
    ) -> list[Mapping[str, Any]]:
        """Signals, newest first."""
        with self._app.unit_of_work() as uow:
            return uow.intake.signals(source=source, kind=kind, unmatched=unmatched, limit=limit)

    def signal(self, prefix: str) -> Mapping[str, Any]:
        """One signal by the beginning of its id."""
        with self._app.unit_of_work() as uow:
            found = uow.intake.signals(prefix=prefix.lower(), limit=2)
        if not found:
            raise NotFound(f"There is no signal {prefix!r}.", hint="caseyos signals list")
        if len(found) > 1:
            raise UsageError(f"{prefix!r} begins the ids of several signals.")
        return found[0]

    def quarantined(self, limit: int = 100) -> list[Mapping[str, Any]]:
        """What could not be taken."""
        with self._app.unit_of_work() as uow:
            return uow.intake.quarantined(limit)

    def retry(self, prefix: str) -> ImportReport:
        """Take a quarantined mail again; a row of a file is taken by importing the file again."""
        from caseyos.pipeline import ingest_mail

        with self._app.unit_of_work() as uow:
            found = uow.intake.quarantined_one(prefix.lower())
        if len(found) != 1:
            raise NotFound(
                f"There is no single quarantined entry {prefix!r}.",
                hint="caseyos signals list --quarantine",
            )
        entry = found[0]
        if str(entry["source"]).startswith("calendar:"):
            raise UsageError(
                f"{entry['place']} is an event of {entry['source']}: {entry['reason']}.",
                hint="change it in your calendar; it is read again when it changes",
            )
        if not str(entry["source"]).startswith(("mail", "mbox", "imap")):
            raise UsageError(
                f"{entry['place']} is a row of a file: {entry['reason']}.",
                hint="mend the file, then caseyos import it again",
            )
        report = ImportReport()
        ingest_mail.take_mail(
            self._app.unit_of_work,
            [(entry["place"], bytes(entry["raw"] or b""))],
            source=entry["source"],
            me=self.me(),
            report=report,
        )
        if report.quarantined == 0:
            with self._app.unit_of_work() as uow:
                uow.intake.resolve(entry["id"])
        return report

    def sources(self) -> tuple[SourceHealth, ...]:
        """How every source stands."""
        with self._app.unit_of_work() as uow:
            return uow.intake.health()

    def take(self, signals: Sequence[Mapping[str, Any]]) -> int:
        """Store signals that were made elsewhere, with the people they name; how many were new."""
        people = [
            {"email": signal["contact"], "name": signal["data"].get("from_name")}
            for signal in signals
            if signal["contact"]
        ]
        with self._app.unit_of_work() as uow:
            uow.intake.upsert_contacts(people)
            new = uow.intake.add_signals(signals)
            for source in {str(signal["source"]) for signal in signals}:
                count = sum(signal["source"] == source for signal in signals)
                kind = source.split(":", 1)[0]
                uow.intake.advance(source, kind, seen=count, cursor={}, version=None)
                uow.events.emit("signal_received", source=source, count=count)
        return new

    def states(self) -> tuple[tuple[str, str], ...]:
        """Every source and how it stands, in words: ok, an error, or silent for too long."""
        settings = self._app.config.settings
        allowed = float(settings.alerts.source_silent.rstrip("x"))
        expected = {
            f"{one.kind}:{one.name}": parse_duration(one.every).total_seconds()
            for one in settings.source
            if one.enabled
        }
        return tuple(
            (one.source, _state(one, expected.get(one.source), allowed)) for one in self.sources()
        )

    def add_manual(self, external_id: str, evidence: str, data: Mapping[str, Any]) -> None:
        """Store a signal a person made by hand."""
        signal = signal_row(
            source="manual",
            signal_type="manual",
            external_id=external_id,
            occurred_at=self._app.clock.now(),
            evidence=evidence,
            data=data,
            contact=data.get("recipient"),
        )
        with self._app.unit_of_work() as uow:
            uow.intake.add_signals([signal])
            uow.events.emit("signal_received", source="manual", count=1)

    def me(self) -> frozenset[str]:
        """The addresses that are ours: configured, and told at imports."""
        settings = self._app.config.settings
        configured = {one.lower() for source in settings.source for one in source.me}
        with self._app.unit_of_work() as uow:
            told = uow.intake.mail_owners()
        return frozenset({settings.send.from_address.lower(), *configured, *told} - {""})

    def _import_deals(self, path: Path, options: ImportOptions, progress: Progress) -> ImportReport:
        from caseyos.connectors import csv
        from caseyos.pipeline import ingest

        report = ImportReport()
        units = self._app.unit_of_work
        source = options.source or DEALS_SOURCE
        # Every file is opened and its columns found before the first row is stored.
        table = csv.Table(
            path,
            csv.DEAL_COLUMNS,
            required=("external_id", "stage"),
            mapping=options.mapping,
        )
        accounts = options.accounts and csv.Table(
            options.accounts, csv.ACCOUNT_COLUMNS, required=("name",)
        )
        products = options.products and csv.Table(
            options.products, csv.PRODUCT_COLUMNS, required=("name", "list_price")
        )
        if products:
            ingest.take_products(units, csv.products(products), source, report)
        if accounts:
            rows = csv.accounts(accounts, date_format=options.date_format)
            ingest.take_accounts(units, rows, source, report)
        report.rows = 0
        deals = self._app.config.settings.deals
        ingest.take_deals(
            units,
            csv.deals(
                table,
                date_format=options.date_format,
                currency=options.currency or deals.currency,
            ),
            source=source,
            words=StageWords(tuple(deals.stages), tuple(deals.won), tuple(deals.lost)),
            now=self._app.clock.now(),
            report=report,
            total=table.rows(),
            progress=progress,
        )
        if table.unused:
            report.notes.append(f"columns not used: {', '.join(table.unused[:8])}")
        return report

    def _import_mail(self, path: Path, options: ImportOptions, progress: Progress) -> ImportReport:
        from caseyos.connectors import mailbox
        from caseyos.pipeline import ingest_mail

        me = frozenset(address.strip().lower() for address in options.me)
        if not me:
            me = self.me()
        if not me:
            raise UsageError(
                "An import of mail needs to know which address is yours.",
                hint=f"caseyos import {path} --me you@example.com",
            )
        report = ImportReport()
        ingest_mail.take_mail(
            self._app.unit_of_work,
            mailbox.mails(path),
            source=options.source or "mail:import",
            me=me,
            report=report,
            total=mailbox.count(path),
            progress=progress,
        )
        return report
