"""Local tasks: one per marker, taken back only while nobody changed them."""

from uuid import UUID

import psycopg
import pytest

from tests.store.conftest import Unit

TASK = {"title": "Call Lena", "notes": "soon"}


def test_a_marker_makes_one_task(unit: Unit) -> None:
    for _ in range(2):
        with unit() as uow:
            made = uow.tasks.add("m1", TASK)
            assert uow.tasks.by_marker("m1") == made
    with unit() as uow:
        assert uow.tasks.add("m2", TASK)[0] != made[0]
        assert uow.tasks.by_marker("m3") is None


def test_completing_once(unit: Unit) -> None:
    with unit() as uow:
        task, version = uow.tasks.add("m1", TASK)
        done = uow.tasks.complete(task, "c1")
        assert done is not None and done[0] == task and done[1] > version
        assert uow.tasks.completed_by("c1") == done
        assert uow.tasks.complete(task, "c2") is None
        assert uow.tasks.complete(UUID(int=1), "c3") is None


@pytest.mark.parametrize("changed", [False, True])
def test_taking_it_back(unit: Unit, changed: bool) -> None:
    with unit() as uow:
        task, version = uow.tasks.add("m1", TASK)
    if changed:
        with unit() as uow:
            uow.tasks.complete(task, "c1")
    with unit() as uow:
        assert uow.tasks.remove(task, version) is not changed
        assert uow.tasks.remove(UUID(int=1), 1) is None


def test_opening_it_again(unit: Unit) -> None:
    with unit() as uow:
        task, _ = uow.tasks.add("m1", TASK)
        done = uow.tasks.complete(task, "c1")
        assert done is not None
        assert uow.tasks.reopen(task, done[1] + 5) is False
        assert uow.tasks.reopen(*done) is True
        assert uow.tasks.reopen(UUID(int=1), 1) is None
        assert uow.tasks.complete(task, "c2") is not None


@pytest.mark.parametrize("change", ["title = 'Call Max'", "notes = NULL", "due_by = now()"])
def test_a_change_by_plain_sql_counts(unit: Unit, dsn: str, change: str) -> None:
    with unit() as uow:
        task, version = uow.tasks.add("m1", TASK)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"UPDATE tasks SET {change}")
    with unit() as uow:
        assert uow.tasks.remove(task, version) is False
        assert uow.tasks.remove(task, version + 1) is True


def test_reopening_twice_is_as_good_as_once(unit: Unit) -> None:
    """A process may die between opening a task again and recording it."""
    with unit() as uow:
        task, _ = uow.tasks.add("marker", TASK)
        done = uow.tasks.complete(task, "other")
        assert done is not None
        assert uow.tasks.reopen(*done) is True
        assert uow.tasks.reopen(*done) is True
