"""import and signals: what comes in."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caseyos.cli.drawing import table
from caseyos.cli.shown import local_time
from caseyos.domain.text import safe_line
from caseyos.errors import PartlyDone, UsageError

if TYPE_CHECKING:
    from caseyos.cli.session import Session
    from caseyos.domain.ports.intake import ImportReport

app = typer.Typer(help="What was observed.", no_args_is_help=True, add_completion=False)


def import_(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(help="A CSV export, an mbox, a Maildir, a folder.")],
    accounts: Annotated[Path | None, typer.Option(help="The companies, as CSV.")] = None,
    products: Annotated[Path | None, typer.Option(help="The price list, as CSV.")] = None,
    date_format: Annotated[str | None, typer.Option(help="Such as %d-%m-%Y.")] = None,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="COLUMN=field; may be repeated.")
    ] = None,
    me: Annotated[
        list[str] | None, typer.Option("--me", help="Your own address; may be repeated.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="A name for this source.")] = None,
    currency: Annotated[str | None, typer.Option(help="Such as EUR.")] = None,
) -> None:
    """Import deals from a CSV export, or mail from a folder. Twice adds nothing."""
    from caseyos.app.intake import ImportOptions

    session: Session = ctx.obj
    pairs: dict[str, str] = {}
    for one in mapping or []:
        column, equals, name = one.rpartition("=")
        if not equals:
            raise UsageError(f"--map takes COLUMN=field, not {one!r}.")
        pairs[column] = name
    options = ImportOptions(
        accounts=accounts,
        products=products,
        date_format=date_format,
        currency=currency,
        mapping=pairs,
        me=tuple(me or ()),
        source=source,
    )
    bar = _Progress(quiet=session.flags.quiet)
    report = session.app.intake.import_path(path, options, bar)
    bar.done()
    session.out.emit("import", report, human=lambda: _report_lines(report))


@app.command("list")
def list_(
    ctx: typer.Context,
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this signal type.")] = None,
    unmatched: Annotated[bool, typer.Option(help="Only what made no move.")] = False,
    quarantine: Annotated[bool, typer.Option(help="What could not be taken.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10000)] = 30,
) -> None:
    """Signals, newest first, and what each became."""
    session: Session = ctx.obj
    if quarantine:
        rows = session.app.intake.quarantined(limit)
        cells = [(str(r["id"])[-8:], r["source"], r["place"] or "", r["reason"]) for r in rows]
        session.out.emit(
            "quarantine",
            [dict(row) for row in rows],
            human=lambda: (
                table(("id", "source", "where", "why"), cells, widths=(8, 16, 40, 60))
                if rows
                else ["The quarantine is empty."]
            ),
        )
        return
    rows = session.app.intake.signals(source=source, kind=kind, unmatched=unmatched, limit=limit)

    def human() -> Iterable[str]:
        if not rows:
            yield "No signals. They come from: caseyos import FILE, caseyos signals sync"
            return
        shown = [
            (
                local_time(row["occurred_at"] or row["created_at"], session.zone)[4:],
                row["source"],
                row["signal_type"],
                row["evidence"],
                f"→ {row['move_code']}" if row["move_code"] else row["note"] or row["error"] or "",
            )
            for row in rows
        ]
        yield from table(
            ("when", "source", "kind", "what", "result"), shown, widths=(24, 14, 18, 48, 30)
        )

    def plain() -> Iterable[tuple[object, ...]]:
        for row in rows:
            when = row["occurred_at"] or row["created_at"]
            made = row["move_code"] or row["note"] or row["error"]
            yield (row["id"], when, row["source"], row["signal_type"], row["evidence"], made)

    session.out.emit("signals", [dict(row) for row in rows], human=human, plain=plain)


@app.command()
def show(ctx: typer.Context, ref: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """One signal with its data."""
    session: Session = ctx.obj
    row = session.app.intake.signal(ref)

    def human() -> Iterable[str]:
        for name, value in row.items():
            if name == "data":
                for key, one in value.items():
                    yield f"  data.{key:<14} {safe_line(one, 160)}"
            elif value is not None:
                yield f"  {name:<19} {safe_line(value, 160)}"

    session.out.emit("signal", dict(row), human=human)


@app.command()
def retry(ctx: typer.Context, ref: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Take a quarantined mail again."""
    session: Session = ctx.obj
    report = session.app.intake.retry(ref)
    session.out.emit("retry", report, human=lambda: _report_lines(report))


@app.command()
def sync(
    ctx: typer.Context,
    source: Annotated[str | None, typer.Argument(help="Only this source.")] = None,
) -> None:
    """Ask the sources for news, and note what came of what was sent."""
    session: Session = ctx.obj
    report = session.app.intake.sync(source)
    outcomes = session.app.operations.generate()

    def human() -> Iterable[str]:
        for name, count in report.items.items():
            yield f"  {name:<18} {count} new"
        for name, error in report.failures.items():
            yield f"  {name:<18} failed: {safe_line(error)}"
        made, news = outcomes.get("created", 0), report.signals
        yield f"Fetched {news:,} new {'signal' if news == 1 else 'signals'}."
        yield f"Made {made:,} new {'move' if made == 1 else 'moves'} of all that was waiting."

    data = {"sources": report.items, "failures": report.failures, "generation": outcomes}
    session.out.emit("sync", data, human=human)
    if report.failures:
        raise PartlyDone(
            f"{len(report.failures)} of {len(report.items) + len(report.failures)} sources failed.",
            hint="caseyos doctor",
        )


class _Progress:
    """A count on stderr once a second has passed; nothing where stderr is no terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._begun = time.monotonic()
        self._shown = False
        self._on = sys.stderr.isatty() and not quiet

    def __call__(self, done: int, total: int | None) -> None:
        if not self._on or time.monotonic() - self._begun < 1:
            return
        self._shown = True
        share = f" of {total:,} ({done * 100 // total} %)" if total else ""
        sys.stderr.write(f"\r{done:,}{share} … ")
        sys.stderr.flush()

    def done(self) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * 40 + "\r")


def _report_lines(report: ImportReport) -> Iterable[str]:
    yield f"Read {report.rows:,} in {report.seconds:.1f} s:"
    for name, number in report.counts.items():
        yield f"  {number:>7,}  {safe_line(name)}"
    for kind, number in report.signals.items():
        yield f"  {number:>7,}  new signals: {kind}"
    if not report.signals:
        yield "        0  new signals"
    if report.quarantined:
        yield f"  {report.quarantined:>7,}  in quarantine (caseyos signals list --quarantine)"
        for reason in report.reasons:
            yield f"           {safe_line(reason, 110)}"
    for note in report.notes:
        yield f"  note: {safe_line(note, 140)}"
    yield "Next: caseyos tick"
