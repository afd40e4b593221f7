"""The table of jobs, and what one run of a job leaves behind in a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from caseyos.app import App
from caseyos.daemon.jobs import Job, job_table
from caseyos.errors import NotReady

MakeApp = Callable[..., App]


@pytest.fixture
def make_app(dsn: str, tmp_path: Path) -> Iterator[MakeApp]:
    """An App on a fresh database, with settings as environment variables."""
    made: list[App] = []

    def make(**settings: str) -> App:
        environ = {"HOME": str(tmp_path), "DATABASE_URL": dsn, **settings}
        made.append(App.open(environ=environ, origin="daemon"))
        return made[-1]

    yield make
    for app in made:
        app.operations.leader.release()
        app.close()


def job(run: Callable[[], Mapping[str, Any]], *, recorded: bool = True) -> Job:
    return Job("probe", timedelta(hours=1), run, timedelta(minutes=1), recorded)


def rows(dsn: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(
            "SELECT state, error, summary, finished_at IS NOT NULL FROM job_runs ORDER BY id"
        ).fetchall()


def test_the_table_follows_the_configuration(make_app: MakeApp, tmp_path: Path) -> None:
    config = tmp_path / ".config" / "caseyos"
    config.mkdir(parents=True)
    (config / "caseyos.toml").write_text(
        '[jobs.sync]\nenabled = false\n[jobs.generate]\nevery = "1m"\n'
    )
    table = {one.name: one for one in job_table(make_app())}
    assert list(table) == ["outbox", "reconcile", "generate", "tidy"]
    assert table["generate"].every == timedelta(minutes=1)
    assert table["outbox"].every == timedelta(seconds=5)
    assert all(one.deadline >= timedelta(minutes=1) for one in table.values())
    for one in table.values():
        one.run()


@pytest.mark.parametrize(("every", "looks"), [("30s", 30), ("10m", 120), ("1s", 5), (None, 120)])
def test_sources_are_looked_at_as_often_as_the_shortest_interval_asks(
    make_app: MakeApp, tmp_path: Path, every: str | None, looks: int
) -> None:
    config = tmp_path / ".config" / "caseyos"
    config.mkdir(parents=True)
    source = f'[[source]]\nkind = "csv"\nname = "a"\nevery = "{every}"\n' if every else ""
    (config / "caseyos.toml").write_text(source)
    table = {one.name: one for one in job_table(make_app())}
    assert table["sync"].every == timedelta(seconds=looks)


def test_a_period_has_one_run_and_its_figures(make_app: MakeApp, dsn: str) -> None:
    app = make_app()
    assert app.operations.leader.acquire()
    epoch = app.operations.leader.epoch
    assert epoch is not None
    runs: list[int] = []

    def counts() -> Mapping[str, Any]:
        runs.append(1)
        return {"moves": 3, "by": {"play": 2}}

    app.operations.run_job(job(counts), epoch)
    app.operations.run_job(job(counts), epoch)
    assert runs == [1]
    assert rows(dsn) == [("ok", None, {"moves": 3, "by": {"play": 2}}, True)]


def test_an_ex_leader_starts_nothing(make_app: MakeApp, dsn: str) -> None:
    app, other = make_app(), make_app()
    assert app.operations.leader.acquire()
    old = app.operations.leader.epoch
    assert old is not None
    assert not other.operations.leader.acquire()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'"
            " AND objid = 7421002 AND granted"
        )
    # The old leader was not told; the new one leads under a higher epoch.
    assert other.operations.leader.acquire()
    assert other.operations.leader.epoch == old + 1

    def never() -> Mapping[str, Any]:
        raise AssertionError("an ex-leader ran a job")

    app.operations.run_job(job(never), old)
    assert rows(dsn) == []
    assert not app.operations.leader.held()


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize(
    ("failure", "said"),
    [(NotReady("The database is away."), "The database is away."), (KeyError("x"), "KeyError")],
)
def test_a_failure_is_recorded_and_raised(
    make_app: MakeApp, dsn: str, failure: Exception, said: str, recorded: bool
) -> None:
    app = make_app()
    assert app.operations.leader.acquire()

    def fails() -> Mapping[str, Any]:
        raise failure

    with pytest.raises(type(failure)):
        app.operations.run_job(job(fails, recorded=recorded), app.operations.leader.epoch or 0)
    assert rows(dsn) == [("failed", said, {}, True)]


def test_runs_that_never_ended_are_closed_and_stay_closed(make_app: MakeApp, dsn: str) -> None:
    app = make_app()
    assert app.operations.leader.acquire()
    epoch = app.operations.leader.epoch or 0
    hour = replace(job(lambda: {}), every=timedelta(hours=1))
    with app.unit_of_work() as uow:
        hung = uow.jobs.start("probe", "long ago", epoch=epoch, deadline=hour.deadline)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("UPDATE job_runs SET started_at = started_at - interval '2 minutes'")
    app.operations.run_job(hour, epoch)
    assert hung is not None
    with app.unit_of_work() as uow:
        uow.jobs.finish(hung, "ok", summary={})  # it woke up after all
    states = [(state, error) for state, error, _, _ in rows(dsn)]
    assert states == [("timed_out", "it passed its deadline, or its daemon died"), ("ok", None)]


def test_an_unrecorded_job_leaves_no_row(make_app: MakeApp, dsn: str) -> None:
    app = make_app()
    assert app.operations.leader.acquire()
    app.operations.run_job(job(lambda: {}, recorded=False), app.operations.leader.epoch or 0)
    assert rows(dsn) == []
