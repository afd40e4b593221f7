"""What changed is told to who listens, once it is committed."""

import pytest

from caseyos.errors import NotReady
from caseyos.store.database import Database
from caseyos.store.news import News
from tests.store.conftest import Insert, Unit


def test_a_change_is_told_when_it_is_committed(
    database: Database, unit: Unit, insert: Insert
) -> None:
    insert("signals", signal_type="manual")
    news = News(database)
    with unit() as uow:
        uow.connection.execute("INSERT INTO signals DEFAULT VALUES")
        assert news.wait(0.01) == set()
    assert news.wait(30) == {"signals"}
    assert news.wait(0.01) == set()
    news.close()


def test_a_lost_connection_is_said(database: Database, unit: Unit) -> None:
    news = News(database)
    with unit() as uow:
        uow.connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query = 'LISTEN caseyos' AND datname = current_database()"
        )
    with pytest.raises(NotReady, match="went away"):
        news.wait(30)
    news.close()
