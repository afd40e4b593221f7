"""Running it: one pass for cron, job runs once a period, readiness that never lies."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from caseyos.app import App
from caseyos.app.operations import figures
from caseyos.domain.views import QueueFilter
from caseyos.errors import TryLater
from tests.app.conftest import NOW, OpenApp


@dataclass(frozen=True)
class Job:
    """A job as the daemon declares it."""

    run: Callable[[], Mapping[str, Any]]
    name: str = "tidy"
    every: timedelta = timedelta(days=36_500)
    deadline: timedelta = timedelta(minutes=1)
    recorded: bool = True


def runs(app: App) -> list[dict[str, Any]]:
    with app.database.transaction() as connection:
        return connection.execute("SELECT job, state, error, summary FROM job_runs").fetchall()


def test_a_pass_fetches_generates_and_sends(open_app: OpenApp) -> None:
    app = open_app("[send]\nfrom_address = 'casey@me.example'\nquiet_hours = ''\n")
    app.intake.add_manual("m:1", "Call Lena", {"title": "Call Lena"})
    report = app.operations.tick()
    assert report.skipped is None
    assert list(report.steps) == ["sync", "generate", "send", "reconcile"]
    assert report.steps["generate"]["created"] == 1
    assert report.failures == ()
    assert app.queue.count(QueueFilter()) == 1


def test_without_sending(app: App) -> None:
    assert list(app.operations.tick(send=False).steps) == ["sync", "generate"]


def test_no_time_left_is_told(app: App) -> None:
    report = app.operations.tick(max_seconds=-1)
    assert report.steps == {}
    assert len(report.failures) == 4
    assert "no time left" in report.failures[0]


def test_it_skips_politely_when_somebody_leads(app: App, open_app: OpenApp) -> None:
    other = open_app()
    assert other.operations.leader.acquire()
    try:
        report = app.operations.tick()
        assert report.steps == {}
        assert report.skipped is not None and "is ticking (pid" in report.skipped
        assert app.operations.send_due_unless_led() is None
    finally:
        other.operations.leader.release()
    assert app.operations.tick().skipped is None
    assert app.operations.send_due_unless_led() is not None


def test_a_failing_source_is_told_and_stops_nobody(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app(f"[[source]]\nkind = 'maildir'\nname = 'gone'\npath = '{tmp_path}/nowhere'\n")
    report = app.operations.tick()
    assert "maildir:gone: There is no mail folder" in report.failures[0]
    assert "generate" in report.steps


@pytest.fixture
def epoch(app: App) -> Iterator[int]:
    """The App leads."""
    assert app.operations.leader.acquire()
    yield app.operations.leader.epoch or 0
    app.operations.leader.release()


def test_a_job_runs_once_a_period_and_again_for_a_new_leader(app: App, epoch: int) -> None:
    ran: list[int] = []
    job = Job(lambda: {"ran": ran.append(1) or UUID(int=1), "when": NOW})
    for _ in range(2):
        app.operations.run_job(job, epoch)
    assert len(ran) == 1
    assert app.operations.leader.acquire()
    app.operations.run_job(job, epoch)  # the old epoch is fenced off
    assert len(ran) == 1
    app.operations.run_job(job, app.operations.leader.epoch or 0)
    assert len(ran) == 2
    assert [run["state"] for run in runs(app)] == ["ok", "ok"]
    assert runs(app)[0]["summary"] == {"ran": str(UUID(int=1)), "when": str(NOW)}


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize(
    ("failure", "said"),
    [(TryLater("Busy."), "Busy."), (ValueError("dana@x.example"), "ValueError")],
)
def test_a_failed_job_is_recorded_without_peoples_data(
    app: App, epoch: int, recorded: bool, failure: Exception, said: str
) -> None:
    def fail() -> Mapping[str, Any]:
        raise failure

    with pytest.raises(type(failure)):
        app.operations.run_job(Job(fail, recorded=recorded), epoch)
    assert [(run["state"], run["error"]) for run in runs(app)] == [("failed", said)]


def test_a_job_that_is_not_recorded_leaves_nothing_when_it_goes_well(app: App, epoch: int) -> None:
    app.operations.run_job(Job(dict, recorded=False), epoch)
    assert runs(app) == []


def test_old_runs_are_forgotten(app: App, epoch: int) -> None:
    app.operations.run_job(Job(dict), epoch)
    assert app.operations.tidy() == {"job_runs": 0}
    with app.database.transaction() as connection:
        connection.execute(
            "UPDATE job_runs SET started_at = started_at - interval '31 days',"
            " finished_at = finished_at - interval '31 days'"
        )
    assert app.operations.tidy() == {"job_runs": 1}


def test_jobs_by_configuration(open_app: OpenApp) -> None:
    app = open_app("[jobs.tidy]\nenabled = false\n[jobs.sync]\nevery = '10m'\n")
    assert not app.operations.job_enabled("tidy")
    assert app.operations.job_enabled("sync") and app.operations.job_enabled("other")
    assert app.operations.interval("sync", timedelta(hours=1)) == timedelta(minutes=10)
    assert app.operations.interval("other", timedelta(hours=1)) == timedelta(hours=1)


def test_readiness_is_asked_anew_every_time(app: App, open_app: OpenApp) -> None:
    assert app.operations.readiness().ready
    extra = app.operations.readiness({"scheduler": "stopped"})
    assert (extra.ready, extra.checks["scheduler"]) == (False, "stopped")
    with app.database.transaction() as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    newer = app.operations.readiness()
    assert not newer.ready
    assert "newer" in newer.checks["migrations"]
    gone = open_app(DATABASE_URL="postgresql://nobody:hunter2@127.0.0.1:1/none")
    answer = gone.operations.readiness()
    assert not answer.ready
    assert "hunter2" not in str(answer)


def test_the_status_line(app: App) -> None:
    app.decisions.add("Call Lena", due="tomorrow")
    app.decisions.add("Call Ravi", due="2027-01-01")
    app.switchboard.stop("outbound")
    found = app.operations.status()
    assert (found.pending, found.due, found.accepted, found.mode) == (2, 1, 0, "safe")
    assert found.stops == ("outbound",)
    assert found.daemon is None
    assert found.top_aps is not None


def test_activity_and_figures(app: App) -> None:
    from caseyos.app.references import resolve

    target = resolve(app, app.decisions.add("Call Lena").code)
    app.decisions.accept([target])
    (entry,) = app.operations.activity(what="accept")
    assert (entry.who, entry.move_code, entry.from_state) == ("casey", target.code, "pending")
    assert app.operations.activity(before=entry.seq, what="accept") == ()
    stats = app.operations.stats(datetime.now(UTC) - timedelta(hours=1))
    assert (stats.signals, stats.moves_made, stats.queue_depth) == (1, 1, 0)
    assert stats.decided == {"accept": 1}


@pytest.mark.parametrize(
    ("report", "plain"),
    [
        ({"a": {1: (2, 3)}}, {"a": {1: (2, 3)}}),
        (None, {}),
        (5, {}),
        (Job, {}),
    ],
)
def test_reports_as_figures(report: object, plain: dict[str, Any]) -> None:
    assert figures(report) == plain


def test_a_record_becomes_plain_values() -> None:
    @dataclass
    class Report:
        made: int
        ids: set[UUID]
        at: datetime

    assert figures(Report(3, {UUID(int=1)}, NOW)) == {
        "made": 3,
        "ids": [str(UUID(int=1))],
        "at": str(NOW),
    }
