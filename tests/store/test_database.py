"""Connections heal before a statement has run, and errors become sentences."""

import psycopg
import pytest

from caseyos.errors import NotReady
from caseyos.store.database import Database


def test_a_dead_connection_is_replaced(database: Database) -> None:
    with database.transaction() as connection:
        pid = connection.info.backend_pid
    with psycopg.connect(database.conninfo, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
    with database.transaction() as connection:
        row = connection.execute("SELECT 1 AS one").fetchone()
    assert row == {"one": 1}


def test_an_error_rolls_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        connection.execute("INSERT INTO signals DEFAULT VALUES")
        raise ZeroDivisionError
    with database.transaction() as connection:
        assert connection.execute("SELECT count(*) AS n FROM signals").fetchone() == {"n": 0}


def test_what_is_prepared_outlives_its_transaction(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute("SELECT 4711 AS kept", prepare=True)
    with database.transaction() as connection:
        found = connection.execute(
            "SELECT count(*) AS n FROM pg_prepared_statements WHERE statement LIKE %s", ["%4711%"]
        ).fetchone()
    assert found == {"n": 1}


def test_transactions_do_not_nest(database: Database) -> None:
    with database.transaction(), pytest.raises(RuntimeError), database.transaction():
        pass


def test_nobody_there_is_a_sentence() -> None:
    with pytest.raises(NotReady, match="does not answer"):
        Database("host=/nowhere dbname=x").connect()
