"""The demo profile: an invented world run through the real pipeline, on the embedded database.

Nothing in it is real and nothing leaves this computer; every refusal and failure shown happened.
"""

from __future__ import annotations

import json
import shutil
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from caseyos.app.core import App
from caseyos.app.demo_story import COMPANIES, DEMO, GONE, ME, PROPOSAL, RAIL, Story
from caseyos.app.intake import ImportOptions
from caseyos.config.paths import DEMO_PROFILE
from caseyos.domain.model import ExecutionResult
from caseyos.domain.views import QueueFilter, Target
from caseyos.errors import CaseyError, NotReady
from caseyos.log import configure_logging

_READY = "demo.json"
_CONFIG = """\
# Written by caseyos demo start; removed by caseyos demo stop.
[send]
from_address = "{me}"
from_name = "Casey"
quiet_hours = ""
[limits.follow_up]
spacing = "0s"
[limits.send_email]
spacing = "0s"
[icp.sectors]
values = ["logistics", "medical"]
weight = 2
[icp.employees]
min = 50
max = 2000
weight = 1
[[source]]
kind = "maildir"
name = "old-laptop"
every = "15m"
path = "{old}"
"""


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the demo holds; `made` says whether this call made it."""

    made: bool
    moves: int
    signals: int
    sent: int
    outcomes: int
    seconds: float


def open_demo() -> App:
    """The demo's App: its own configuration and the embedded database, whatever else is set."""
    return App.open(profile=DEMO_PROFILE, origin="demo")


def start() -> tuple[App, DemoReport]:
    """Make the demo, or find it as it was left. One that was cut short is made anew."""
    begun = time.monotonic()
    app = open_demo()
    ready = app.config.paths.data_dir / _READY
    try:
        kept = DemoReport(**json.loads(ready.read_text()))
    except (OSError, ValueError, TypeError):
        stop()
    else:
        _brought_up(app)
        return app, replace(kept, made=False, seconds=time.monotonic() - begun)
    app = _configured(app)
    configure_logging(app.config.paths.log_file)
    _live_through(app, Story(datetime.now(UTC).replace(microsecond=0)))
    report = _counted(app, time.monotonic() - begun)
    ready.write_text(json.dumps(asdict(report)))
    return app, report


def _brought_up(app: App) -> None:
    """Open the demo's database; one that an earlier program left is migrated."""
    try:
        app.database  # noqa: B018 - opening it checks the schema
    except NotReady:
        app.database_admin.migrate()


def stop() -> bool:
    """Remove the demo's database, files and configuration; False when there was none."""
    app = open_demo()
    paths = app.config.paths
    there = paths.data_dir.exists()
    server = app.database_admin.server
    if server is not None:
        server.remove()
    for folder in (paths.data_dir, paths.state_dir, paths.cache_dir, paths.config_file.parent):
        shutil.rmtree(folder, ignore_errors=True)
    return there


def _configured(app: App) -> App:
    paths = app.config.paths
    for folder in (paths.data_dir, paths.config_file.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    old = paths.data_dir / "old-laptop"
    paths.config_file.touch(mode=0o600)
    paths.config_file.write_text(_CONFIG.format(me=ME, old=old))
    return open_demo()


def _live_through(app: App, story: Story) -> None:
    """Two months, in order: exports and mail, answers written, outcomes, and this morning."""
    folder = app.config.paths.data_dir / "exports"
    folder.mkdir(exist_ok=True)
    accounts, products, deals, later = story.write_tables(folder)
    app.intake.import_path(deals, ImportOptions(accounts=accounts, products=products))
    app.intake.take(story.past_forms())
    app.generation.run()
    _answer_past_forms(app)
    mail = _write_maildir(app, story)
    app.intake.import_path(mail, ImportOptions(me=(ME,)))
    app.intake.take(story.visits())
    _by_hand(app)
    app.intake.import_path(later, ImportOptions())
    app.intake.sync("internal")
    _break_a_source(app)
    app.operations.generate()
    _fail_a_send(app)


def _answer_past_forms(app: App) -> None:
    """The forms of the last weeks were answered: real executions, with what came of them."""
    words = {DEMO: "meeting", PROPOSAL: "replied", RAIL: "shipped", GONE: "stop"}
    of_address = {COMPANIES[who].address: word for who, word in words.items()}
    for move in app.queue.page(QueueFilter(action_type="send_email", source="form")).moves:
        _execute(app, move.id)
        word = of_address.get(str(move.context["recipient"]))
        if word:
            app.outcomes.record(Target.of(move), word)


def _execute(app: App, move_id: UUID) -> ExecutionResult:
    return app.actions.execute_plan(app.actions.preview(move_id).id)


def _write_maildir(app: App, story: Story) -> Path:
    """The mail folder, as a mail program keeps it."""
    folder = app.config.paths.data_dir / "archive"
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for key, raw in story.mails():
        (folder / "cur" / f"{key}.demo:2,S").write_bytes(raw)
    return folder


def _by_hand(app: App) -> None:
    """Moves a person noted: a draft, a task, and that task to tick off."""
    company = COMPANIES[4]
    app.decisions.add(
        f"Draft the case study for {company.name}",
        action="create_draft",
        recipient=company.address,
        due="tomorrow",
        minutes=30,
    )
    noted = app.decisions.add("Send the signed order form to finance", due="2h", minutes=5)
    app.decisions.add(
        "Tick off: the order form is with finance",
        action="complete_task",
        due="2h",
        minutes=5,
        task_id=_execute(app, noted.id).provider_id,
    )


def _break_a_source(app: App) -> None:
    """A laptop that is gone: its folder was read once, two days ago, and is missing since."""
    name = "maildir:old-laptop"
    then = datetime.now(UTC) - timedelta(days=2)
    with app.unit_of_work() as uow:
        uow.intake.advance(name, "maildir", seen=3, cursor={}, version=None, at=then)
    with suppress(CaseyError):
        app.intake.sync(name)


def _fail_a_send(app: App) -> None:
    """A mail that could not be written, because something lay in the Outbox's place."""
    chosen = QueueFilter(action_type="send_email", source="csv")
    moves = app.queue.page(chosen).moves
    if not moves:
        return
    box = app.config.paths.maildir / ".Outbox"
    aside = box.with_name(".aside")
    box.rename(aside)
    box.write_text("not a folder")
    try:
        _execute(app, moves[-1].id)
    except CaseyError:
        pass  # the refusal is the point: it is on record now
    finally:
        box.unlink()
        aside.rename(box)


def _counted(app: App, seconds: float) -> DemoReport:
    with app.unit_of_work() as uow:
        row = uow.overview.totals()
    return DemoReport(True, row["moves"], row["signals"], row["sent"], row["outcomes"], seconds)
