"""One transaction: all of it or nothing, and its events are told only when it is durable."""

import logging
from functools import cached_property

import pytest

from caseyos.domain.suppression import Entry
from caseyos.store.database import Database
from caseyos.store.unit_of_work import UnitOfWork, unit_of_work
from tests.store.conftest import Unit

REPOSITORIES = [
    name for name, kept in vars(UnitOfWork).items() if isinstance(kept, cached_property)
]


def test_every_repository_is_made_once(unit: Unit) -> None:
    assert len(REPOSITORIES) >= 12
    with unit() as uow:
        for name in REPOSITORIES:
            assert getattr(uow, name) is getattr(uow, name)


def test_a_clean_exit_commits(unit: Unit) -> None:
    with unit() as uow:
        uow.suppressions.add(Entry("a@x.example", "email"), "asked", "t")
        uow.audit.append(actor="casey", action="test")
    with unit() as uow:
        assert uow.audit.verify() == (1, None)
        assert uow.connection.execute("SELECT count(*) AS n FROM suppressions").fetchone() == {
            "n": 1
        }


def test_an_error_takes_everything_back_and_tells_nothing(
    unit: Unit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "caseyos.events")
    with pytest.raises(ZeroDivisionError), unit() as uow:
        uow.audit.append(actor="casey", action="test")
        uow.events.emit("signal_received", source="t")
        raise ZeroDivisionError
    with unit() as uow:
        assert uow.audit.verify() == (0, None)
    assert caplog.records == []


def test_a_commit_that_fails_tells_nothing(
    database: Database, unit: Unit, caplog: pytest.LogCaptureFixture
) -> None:
    with database.transaction() as connection:
        connection.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no'; END $$;"
            "CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION fail()"
        )
    caplog.set_level(logging.INFO, "caseyos.events")
    with pytest.raises(Exception, match="no"), unit() as uow:
        uow.events.emit("signal_received", source="t")
    assert caplog.records == []


def test_without_telemetry_nothing_is_written(database: Database, unit: Unit) -> None:
    with unit_of_work(database, telemetry=False) as uow:
        uow.events.emit("signal_received", source="t")
    with unit() as uow:
        assert uow.connection.execute("SELECT count(*) AS n FROM events").fetchone() == {"n": 0}
