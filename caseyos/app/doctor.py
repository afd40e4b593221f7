"""The doctor: what is wrong, what it means, and the one command that fixes it."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from typing import TYPE_CHECKING

from caseyos.app.daemon_lock import DaemonFile
from caseyos.domain.reports import Finding
from caseyos.errors import CaseyError

if TYPE_CHECKING:
    from pathlib import Path

    from caseyos.app.core import App

LITTLE_DISK = 500 * 1024 * 1024  # bytes


def examine(app: App) -> tuple[Finding, ...]:
    """Every check, in order; a check that cannot run is a finding, not an error."""
    return (*_files(app), *_database(app), *_logins(app), *_running(app))


def _files(app: App) -> Iterator[Finding]:
    path = app.config.paths.config_file
    yield Finding("CD-001", "ok", "configuration valid", str(path) if path.exists() else "defaults")
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding(
            "CD-002", "warn", "configuration readable", "others can read it", f"chmod 600 {path}"
        )
    free = min(shutil.disk_usage(folder).free for folder in _folders(app))
    level = "ok" if free > LITTLE_DISK else "FAIL"
    fix = None if level == "ok" else "free some disk space"
    told = f"{free / 1e9:.0f} GB free" if free >= 1e9 else f"{free / 1e6:.0f} MB free"
    yield Finding("CD-070", level, "disk", told, fix)


def _database(app: App) -> Iterator[Finding]:
    found = app.database_admin.status()
    if not found.reachable:
        fix = "caseyos init" if found.kind == "embedded" else "caseyos config explain database.url"
        yield Finding("CD-010", "FAIL", "database reachable", str(found.error), fix)
        return
    told = f"{found.kind} {found.server_version}"
    yield Finding("CD-010", "ok", "database reachable", told)
    if found.present_revision != found.wanted_revision:
        told = f"{found.present_revision or 'none'}, wanted {found.wanted_revision}"
        yield Finding("CD-011", "FAIL", "migrations at head", told, found.remedy)
        return
    yield Finding("CD-011", "ok", "migrations at head", str(found.present_revision))
    try:
        yield from _content(app)
    except CaseyError as error:
        yield Finding("CD-012", "FAIL", "database usable", error.message, error.hint)


def _content(app: App) -> Iterator[Finding]:
    with app.unit_of_work() as uow:
        quarantined = uow.overview.quarantined()
        sources = uow.intake.health()
    chain = app.actions.audit_verify()
    if quarantined:
        yield Finding(
            "CD-030",
            "warn",
            "quarantine",
            f"{quarantined} entries could not be taken",
            "caseyos signals list --quarantine",
        )
    for source in sources:
        if source.last_error:
            yield Finding(
                "CD-031", "warn", f"source {source.source}", source.last_error, "caseyos tick"
            )
    if chain.intact:
        yield Finding("CD-040", "ok", "receipts intact", f"{chain.entries} entries")
    else:
        told = f"broken at {chain.first_bad}"
        yield Finding("CD-040", "FAIL", "receipts intact", told, "caseyos audit verify")
    for stop in app.switchboard.stops():
        why = f": {stop.reason}" if stop.reason else ""
        code, title = ("CD-051", "stopped by itself") if stop.automatic else ("CD-050", "stopped")
        yield Finding(code, "warn", title, f"{stop.level}{why}", f"caseyos resume {stop.level}")
    for breaker in app.actions.breakers():
        if breaker["state"] != "closed":
            told = f"{breaker['channel']}: {breaker['reason']}"
            yield Finding("CD-052", "warn", "breaker open", told, "caseyos ops breakers")


def _logins(app: App) -> Iterator[Finding]:
    """Whether every account's secret is in its place; nothing is dialled and none is read."""
    for login in app.logins.all():
        kind, _, name = login.name.partition(":")
        if login.kept is False:
            told = f"{login.place} is not there"
            fix = f"caseyos auth login {kind} {name}"
            yield Finding("CD-032", "FAIL", f"login {login.name}", told, fix)
        else:
            yield Finding("CD-032", "ok", f"login {login.name}", f"in {login.place}")


def _running(app: App) -> Iterator[Finding]:
    state = DaemonFile(app.config.paths.state_dir).running()
    told = f"pid {state.pid}" if state else "off; caseyos tick from cron does as well"
    yield Finding("CD-020", "ok", "daemon", told)
    reports = app.config.settings.telemetry.crash_reports
    yield Finding("CD-080", "ok", "privacy", f"crash reports {reports}, usage data never")


def _folders(app: App) -> Iterator[Path]:
    """Where things are written: our data, and the embedded database, which root keeps elsewhere."""
    server = app.database_admin.server
    for folder in (app.config.paths.data_dir, *((server.home,) if server else ())):
        yield next(one for one in (folder, *folder.parents) if one.exists())
