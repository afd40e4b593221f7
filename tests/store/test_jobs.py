"""Job runs: at most one per job and period, only for whoever leads."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from caseyos.store.database import Database
from caseyos.store.leader import LeaderLock
from tests.store.conftest import Unit

MINUTE = timedelta(minutes=1)


@pytest.fixture
def epoch(database: Database) -> Iterator[int]:
    lock = LeaderLock(database, "daemon")
    assert lock.acquire()
    yield lock.epoch or 0
    lock.release()


def test_one_run_a_period(unit: Unit, epoch: int) -> None:
    with unit() as uow:
        run = uow.jobs.start("sync", "1", epoch=epoch, deadline=MINUTE)
        assert run is not None
        assert uow.jobs.start("sync", "1", epoch=epoch, deadline=MINUTE) is None
        assert uow.jobs.start("other", "1", epoch=epoch, deadline=MINUTE) is not None
        uow.jobs.finish(run, "ok", summary={"made": 3})
    with unit() as uow:
        latest = {one.job: one for one in uow.jobs.latest()}
    assert (latest["sync"].state, latest["sync"].error) == ("ok", None)
    assert latest["sync"].finished_at is not None
    assert latest["other"].state == "running"


def test_who_no_longer_leads_starts_nothing(unit: Unit, epoch: int) -> None:
    with unit() as uow:
        for wrong in (epoch - 1, epoch + 1):
            assert uow.jobs.start("sync", "1", epoch=wrong, deadline=MINUTE) is None


@pytest.mark.parametrize("late", [True, False])
def test_a_run_that_never_ended_is_closed_by_the_next(unit: Unit, epoch: int, late: bool) -> None:
    with unit() as uow:
        run = uow.jobs.start("sync", "1", epoch=epoch, deadline=MINUTE)
        assert run is not None
        if late:
            uow.connection.execute(
                "UPDATE job_runs SET started_at = started_at - interval '1 hour'"
            )
    with unit() as uow:
        uow.jobs.start("sync", "2", epoch=epoch, deadline=MINUTE)
        query = "SELECT state FROM job_runs WHERE id = %s"
        row = uow.connection.execute(query, [run]).fetchone()
        assert row == {"state": "timed_out" if late else "running"}
        if late:
            uow.jobs.finish(run, "ok", summary={})  # it comes to its end after all: too late
            assert uow.connection.execute(query, [run]).fetchone() == {"state": "timed_out"}


def test_history_is_kept_for_thirty_days(unit: Unit, epoch: int) -> None:
    with unit() as uow:
        for period in range(3):
            uow.jobs.start("sync", str(period), epoch=epoch, deadline=MINUTE)
        uow.connection.execute(
            "UPDATE job_runs SET started_at = now() - interval '31 days' WHERE period_key <> '2'"
        )
        assert uow.jobs.forget_old() == 2
        assert [run.period_key for run in uow.jobs.latest()] == ["2"]
