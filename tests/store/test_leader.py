"""The leader's lock: one holder, a higher epoch each time, and no holder that does not know it lost."""

from caseyos.store.database import Database
from caseyos.store.leader import LeaderLock
from tests.store.conftest import Unit


def test_one_leads_at_a_time(database: Database, unit: Unit) -> None:
    one, other = LeaderLock(database, "daemon"), LeaderLock(database, "tick")
    assert one.acquire() and one.held()
    assert not other.acquire() and not other.held()
    with unit() as uow:
        leads = uow.jobs.leader()
    assert leads is not None and (leads.role, leads.epoch) == ("daemon", one.epoch)
    one.release()
    with unit() as uow:
        assert uow.jobs.leader() is None
    assert other.acquire()
    assert other.epoch is not None and other.epoch > 1
    other.release()


def test_each_turn_has_a_higher_epoch(database: Database) -> None:
    lock = LeaderLock(database, "tick")
    epochs = []
    for _ in range(3):
        assert lock.acquire()
        epochs.append(lock.epoch or 0)
        lock.release()
    assert epochs == sorted(set(epochs))


def test_who_lost_the_session_knows_and_another_leads(database: Database, unit: Unit) -> None:
    one, other = LeaderLock(database, "daemon"), LeaderLock(database, "daemon")
    assert one.acquire()
    before = one.epoch
    with unit() as uow:
        uow.connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            " AND pid <> pg_backend_pid()"
        )
    assert not one.held()
    assert one.epoch is None
    assert other.acquire()
    assert (other.epoch or 0) > (before or 0)
    other.release()


def test_giving_back_twice_is_nothing(database: Database) -> None:
    lock = LeaderLock(database, "tick")
    lock.release()
    assert lock.acquire()
    lock.release()
    lock.release()
    assert not lock.held()
