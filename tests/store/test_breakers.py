"""A breaker: counted over all processes, opened for a while, tried by one, closed by what works."""

from datetime import timedelta
from threading import Thread
from uuid import UUID, uuid4

from caseyos.store.database import Database
from caseyos.store.unit_of_work import unit_of_work
from tests.store.conftest import Unit

WAIT, LEASE = timedelta(minutes=1), timedelta(minutes=2)


def fail(unit: Unit, times: int = 1, most: int = 3) -> list[bool]:
    opened = []
    for _ in range(times):
        with unit() as uow:
            opened.append(uow.breakers.failed("smtp", "421", most=most, wait=WAIT) is not None)
    return opened


def state(unit: Unit) -> tuple[str, int, int]:
    with unit() as uow:
        (row,) = uow.breakers.all()
    return row["state"], row["failures"], row["openings"]


def probe(unit: Unit, execution: UUID | None = None) -> bool:
    with unit() as uow:
        return uow.breakers.try_probe("smtp", execution or uuid4(), LEASE)


def over(unit: Unit, column: str = "retry_at") -> None:
    with unit() as uow:
        uow.connection.execute(f"UPDATE breakers SET {column} = clock_timestamp()")


def test_it_opens_after_so_many_in_a_row_and_only_then(unit: Unit) -> None:
    assert fail(unit, 2) == [False, False]
    with unit() as uow:
        assert uow.breakers.worked("smtp") is None  # it was closed
    assert state(unit) == ("closed", 0, 0)
    assert probe(unit)
    assert fail(unit, 4) == [False, False, True, False]
    assert state(unit) == ("open", 4, 1)
    assert not probe(unit)


def test_one_probe_at_a_time_and_what_comes_of_it(unit: Unit) -> None:
    fail(unit, 3)
    over(unit)
    mine = uuid4()
    assert probe(unit, mine)
    assert not probe(unit)
    assert probe(unit, mine)  # the same one, taken up again
    assert fail(unit) == [True]
    assert state(unit) == ("open", 4, 2)
    over(unit)
    assert probe(unit)
    with unit() as uow:
        assert uow.breakers.worked("smtp") == "half_open"
    assert state(unit) == ("closed", 0, 0)


def test_a_probe_that_never_came_back_is_replaced(unit: Unit) -> None:
    fail(unit, 3)
    over(unit)
    assert probe(unit)
    assert not probe(unit)
    over(unit, "probe_until")
    assert probe(unit)


def test_it_waits_longer_each_time_but_never_over_an_hour(unit: Unit) -> None:
    waits = []
    for _ in range(9):
        with unit() as uow:
            until = uow.breakers.failed("smtp", "421", most=1, wait=WAIT)
            assert until is not None
            waits.append(round((until - uow.executions.now()).total_seconds() / 60))
        over(unit)
        assert probe(unit)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_of_many_processes_one_probes(unit: Unit, database: Database) -> None:
    fail(unit, 3)
    over(unit)
    passed: list[bool] = []

    def one() -> None:
        other = Database(database.conninfo)
        with unit_of_work(other) as uow:
            passed.append(uow.breakers.try_probe("smtp", uuid4(), LEASE))
        other.close()

    threads = [Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(passed) == [False] * 7 + [True]


def test_a_person_closes_it(unit: Unit) -> None:
    fail(unit, 3)
    with unit() as uow:
        assert uow.breakers.reset("smtp") == "open"
        assert uow.breakers.reset("smtp") is None
        assert uow.breakers.all() == []
    assert probe(unit)
