"""The switches: read as they stand at this moment, held so that no stop slips in between."""

import threading
from datetime import timedelta

import pytest

from caseyos.domain.guardrails import Switchboard
from caseyos.store.database import Database
from caseyos.store.unit_of_work import unit_of_work
from tests.store.conftest import Unit

HOUR = timedelta(hours=1)


def change(unit: Unit, name: str, value: dict[str, object], lasts: timedelta | None = None) -> None:
    with unit() as uow:
        uow.switches.change(name, value, lasts=lasts, reason="a test", actor="casey")


def test_nothing_set_is_safe(unit: Unit) -> None:
    with unit() as uow:
        assert uow.switches.read() == Switchboard("safe", None, ())
        assert uow.switches.hold() == Switchboard("safe", None, ())


@pytest.mark.parametrize(
    ("value", "lasts", "mode"),
    [
        ({"mode": "live"}, HOUR, "live"),
        ({"mode": "live"}, -HOUR, "safe"),
        ({"mode": "safe"}, None, "safe"),
        ({}, None, "safe"),
        ({"mode": "other"}, None, "safe"),
    ],
)
def test_mode(unit: Unit, value: dict[str, object], lasts: timedelta | None, mode: str) -> None:
    change(unit, "mode", value, lasts)
    with unit() as uow:
        assert uow.switches.read().mode == mode


def test_stops_with_their_reason_and_end(unit: Unit) -> None:
    change(unit, "stop:all", {"on": True}, HOUR)
    change(unit, "stop:outbound", {"on": False})
    change(unit, "stop:send_email", {"on": True}, -HOUR)
    with unit() as uow:
        (stop,) = uow.switches.read().stops
    assert (stop.level, stop.reason) == ("all", "a test")
    assert stop.until is not None


def test_a_change_waits_for_who_holds_them(dsn: str, unit: Unit) -> None:
    """A dispatch mark in flight commits before the stop does, and sees no stop."""
    order: list[str] = []
    begun = threading.Event()

    def stop() -> None:
        own = Database(dsn)
        begun.wait()
        with unit_of_work(own) as uow:
            uow.switches.change("stop:all", {"on": True}, lasts=None, reason=None, actor="c")
        order.append("stopped")
        own.close()

    change(unit, "mode", {"mode": "safe"})
    thread = threading.Thread(target=stop)
    thread.start()
    with unit() as uow:
        assert uow.switches.hold().stops == ()
        begun.set()
        thread.join(0.3)
        assert uow.switches.read().stops == ()
        order.append("marked")
    thread.join(30)
    assert order == ["marked", "stopped"]
    with unit() as uow:
        assert [one.level for one in uow.switches.hold().stops] == ["all"]
