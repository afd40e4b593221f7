"""One command's session: its flags, the App it calls, and the two streams it writes to."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from caseyos.app import App
from caseyos.cli.flags import Flags
from caseyos.cli.output import Output
from caseyos.errors import Declined, Refused, UsageError

if TYPE_CHECKING:
    from uuid import UUID

    from caseyos.domain.views import Target


class Session:
    """What a command function gets as `ctx.obj`."""

    def __init__(self, flags: Flags) -> None:
        self.flags = flags
        self.out = Output(flags)

    @cached_property
    def app(self) -> App:
        """The App, with the clock that `--as-of` asks for."""
        from caseyos.log import configure_logging

        app = App.open(
            profile=self.flags.profile,
            config_path=Path(self.flags.config) if self.flags.config else None,
        )
        level = ("INFO", "DEBUG", "DEBUG")[min(self.flags.verbose, 2)]
        configure_logging(app.config.paths.log_file, level)
        if app.config.settings.telemetry.sentry_dsn:
            from caseyos.app import crash_reports

            crash_reports.follow(app.config)
        if self.flags.as_of:
            from caseyos.app.clocks import FixedClock

            app.clock = FixedClock(moment(self.flags.as_of, self.zone_of(app)))
        return app

    @cached_property
    def zone(self) -> tzinfo | None:
        """The zone times are shown in; None is the system's."""
        return self.zone_of(self.app)

    def zone_of(self, app: App) -> tzinfo | None:
        """The display zone: `--tz`, the configuration, or the system's own."""
        name = self.flags.tz
        if not name:
            return app.config.zone
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise UsageError(f"There is no time zone {name!r}; one is Europe/Lisbon.") from None

    def remember(self) -> None:
        """Keep what the hot reads need, where this command has opened the database."""
        opened = "app" in vars(self) and {"database", "reader"} & vars(self.app).keys()
        if opened and not self.flags.config:
            from caseyos.app.glance import remember

            remember(self.app, self.flags.environ)

    @property
    def interactive(self) -> bool:
        """Whether somebody can answer a question."""
        return not self.flags.no_input and sys.stdin.isatty() and sys.stderr.isatty()

    def targets(self, names: Iterable[str]) -> tuple[Target, ...]:
        """The moves that were named; `-` reads names from standard input."""
        from caseyos.app.references import check_unchanged, resolve_all

        wanted: list[str] = []
        for name in names:
            if name == "-":
                wanted += [line.split()[0] for line in sys.stdin if line.strip()]
            else:
                wanted.append(name)
        if not wanted:
            raise UsageError("No move was named.", hint="caseyos today")
        found = resolve_all(self.app, wanted)
        for target in found:
            check_unchanged(target)
        return found

    def told(self, move_ids: Iterable[UUID]) -> None:
        """The person was just shown what became of these moves; their row numbers stay good."""
        from caseyos.app.references import acknowledge

        acknowledge(self.app, list(move_ids))

    def confirm(self, question: str, word: str, *, instead: str) -> None:
        """Ask for `word`; Declined on anything else, Refused where nobody can answer."""
        if not self.interactive:
            raise Refused(
                "This asks before it acts, and nobody can answer here.", hint=f"add {instead}"
            )
        self.out.ask(f"{question} Type  {word}  to go on: ")
        if sys.stdin.readline().strip().lower() != word:
            raise Declined("Nothing was done.")


def moment(text: str, zone: tzinfo | None) -> datetime:
    """A date (taken as 9 in the morning) or a date with a time, as an aware moment."""
    try:
        if len(text) == 10:
            found = datetime.combine(date.fromisoformat(text), time(9))
        else:
            found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is not a date such as 2026-12-20 or 2026-12-20T14:30."
        ) from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone) if zone else found.astimezone()
    return found.astimezone(UTC)
