"""The receipts: a chain that shows every change, and personal values that can be erased from it."""

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseyos.store.database import Database
from caseyos.store.unit_of_work import unit_of_work
from tests.store.conftest import Unit


def behind(unit: Unit, statement: str) -> None:
    """Change the log behind its triggers' back."""
    with unit() as uow:
        uow.connection.execute("SET LOCAL session_replication_role = replica")
        uow.connection.execute(statement)


def fill(unit: Unit, count: int = 5) -> None:
    for number in range(count):
        with unit() as uow:
            uow.audit.append(
                actor="casey",
                action="accept",
                subject=f"move:{number}",
                from_state="pending",
                to_state="accepted",
                reason="r",
                key="k",
                result="ok",
                detail={"n": number},
            )


def test_the_chain(unit: Unit) -> None:
    with unit() as uow:
        assert uow.audit.verify() == (0, None)
        assert uow.audit.head() is None
        assert uow.audit.hash_of(1) is None
    fill(unit)
    with unit() as uow:
        assert uow.audit.verify() == (5, None)
        head = uow.audit.head()
        assert head is not None
        assert head == (5, uow.audit.hash_of(5))
        assert len(head[1]) == 64


COLUMNS = ("actor", "action", "subject", "from_state", "to_state", "reason", "key", "result")


@pytest.mark.parametrize(
    "change",
    [
        *(f"{name} = 'x'" for name in COLUMNS),
        "detail = '{}'",
        "at = at + interval '1 microsecond'",
        "reason = NULL",
        "hash = sha256('x')",
    ],
)
def test_any_change_is_found_at_its_place(unit: Unit, change: str) -> None:
    fill(unit)
    behind(unit, f"UPDATE audit_log SET {change} WHERE seq = 3")
    with unit() as uow:
        assert uow.audit.verify() in ((5, 3), (5, 4))


@pytest.mark.parametrize("seq", [1, 3])
def test_a_missing_entry_is_found(unit: Unit, seq: int) -> None:
    fill(unit)
    behind(unit, f"DELETE FROM audit_log WHERE seq = {seq}")
    with unit() as uow:
        entries, first_bad = uow.audit.verify()
    assert entries == 4
    assert first_bad is not None and first_bad <= seq + 1


def test_moving_a_character_between_fields_is_found(unit: Unit) -> None:
    """Each field goes in with its length, so 'ab','c' is not 'a','bc'."""
    with unit() as uow:
        uow.audit.append(actor="ab", action="c")
    behind(unit, "UPDATE audit_log SET actor = 'a', action = 'bc'")
    with unit() as uow:
        assert uow.audit.verify() == (1, 1)


def test_personal_values_stand_beside_the_chain(unit: Unit) -> None:
    with unit() as uow:
        uow.audit.append(
            actor="casey", action="send", detail={"n": 1}, personal={"to": "dana@x.example"}
        )
    with unit() as uow:
        log = uow.connection.execute("SELECT audit_log::text AS row FROM audit_log").fetchone()
        kept = uow.connection.execute("SELECT * FROM audit_values").fetchall()
    assert log is not None and "dana" not in log["row"]
    assert [row["value"] for row in kept] == ["dana@x.example"]
    behind(unit, "DELETE FROM audit_values")
    with unit() as uow:
        assert uow.audit.verify() == (1, None)


def test_equal_values_cannot_be_told_from_the_chain(unit: Unit) -> None:
    with unit() as uow:
        for _ in range(2):
            uow.audit.append(actor="casey", action="send", personal={"to": "dana@x.example"})
    with unit() as uow:
        rows = uow.connection.execute("SELECT detail ->> 'to' AS said FROM audit_log").fetchall()
    assert len({row["said"] for row in rows}) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
            st.none() | st.just("") | st.just("x"),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_entries_verify(unit: Unit, entries: list[tuple[str, str | None]]) -> None:
    with unit() as uow:
        before, _ = uow.audit.verify()
        for actor, reason in entries:
            uow.audit.append(actor=actor, action="a", reason=reason, detail={"t": actor})
    with unit() as uow:
        assert uow.audit.verify() == (before + len(entries), None)


def test_many_writers_make_one_chain(dsn: str, unit: Unit) -> None:
    def write() -> None:
        own = Database(dsn)
        for _ in range(15):
            with unit_of_work(own) as uow:
                uow.audit.append(actor="casey", action="test")
        own.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with unit() as uow:
        assert uow.audit.verify() == (60, None)
