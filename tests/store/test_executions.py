"""Attempts: every change of state carries its own guard; the engine above has tests of its own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from caseyos.domain.suppression import Entry
from caseyos.store.database import Database
from caseyos.store.unit_of_work import unit_of_work
from tests.store.conftest import Insert, Unit

Move = Callable[..., UUID]
LEASE = timedelta(minutes=2)


@pytest.fixture
def queued(insert: Insert, move: Move) -> Callable[..., UUID]:
    """Insert an execution of an accepted move, queued where a test says nothing else."""

    def make(**fields: Any) -> UUID:
        given: dict[str, Any] = {"action_type": "send_email", "state": "queued", "channel": "local"}
        given["move_id"] = move(status="accepted")
        return insert("executions", **(given | fields))

    return make


def state(unit: Unit, execution: UUID) -> str:
    with unit() as uow:
        found = uow.executions.get(execution)
    assert found is not None
    return str(found["state"])


def test_a_key_is_used_once_for_ever(unit: Unit, move: Move) -> None:
    def values() -> dict[str, Any]:
        return {
            "id": uuid4(),
            "move_id": about,
            "action_type": "create_task",
            "channel": "local",
            "state": "queued",
            "dry_run": False,
            "idempotency_key": "k",
            "request": {"a": 1},
            "request_hash": "h",
            "wire": b"w",
            "marker": str(uuid4()),
            "actor": "casey",
            "move_version": 1,
            "reversibility": "reversible",
        }

    about = move()
    with unit() as uow:
        assert uow.executions.insert(values()) is not None
        assert uow.executions.insert(values()) is None
        assert uow.executions.latest_real(about) is not None


def test_a_claim_takes_what_is_due_once(unit: Unit, queued: Callable[..., UUID]) -> None:
    due = queued()
    queued(not_before=datetime.now(UTC) + timedelta(hours=1))
    queued(state="blocked")
    with unit() as uow:
        taken = uow.executions.claim(LEASE)
        assert taken is not None
        assert (taken["id"], taken["state"], taken["attempt"]) == (due, "claimed", 1)
        assert taken["lease_token"] is not None
        assert uow.executions.claim(LEASE) is None
        assert uow.executions.claim(LEASE, due) is None


def test_two_workers_never_claim_the_same(
    dsn: str, unit: Unit, queued: Callable[..., UUID]
) -> None:
    ids = {queued() for _ in range(2)}
    other = Database(dsn)
    with unit() as uow, unit_of_work(other) as beside:
        both = [uow.executions.claim(LEASE), beside.executions.claim(LEASE)]
        assert beside.executions.claim(LEASE) is None
    other.close()
    assert {row["id"] for row in both if row} == ids


@pytest.mark.parametrize("wrong", ["token", "state", "lease", "move"])
def test_the_point_of_no_return_needs_our_living_lease(
    unit: Unit, queued: Callable[..., UUID], wrong: str
) -> None:
    about = queued()
    with unit() as uow:
        taken = uow.executions.claim(LEASE)
        assert taken is not None
        token = uuid4() if wrong == "token" else taken["lease_token"]
        change = {
            "state": "UPDATE executions SET state = 'queued'",
            "lease": "UPDATE executions SET lease_until = now() - interval '1 second'",
            "move": "UPDATE command_queue_items SET status = 'pending'",
        }.get(wrong)
        if change:
            uow.connection.execute(change)
        assert not uow.executions.mark_dispatch(about, token)
    assert state(unit, about) != "dispatching"


def test_the_whole_way(unit: Unit, queued: Callable[..., UUID]) -> None:
    about = queued()
    with unit() as uow:
        taken = uow.executions.claim(LEASE)
        assert taken is not None
        assert uow.executions.mark_dispatch(about, taken["lease_token"])
        assert not uow.executions.mark_dispatch(about, taken["lease_token"])
        was = uow.executions.settle(
            about,
            before=["dispatching"],
            after="succeeded",
            provider_id="p1",
            undo={"kind": "file"},
            rollback_token="rb_1",
        )
        assert was == "dispatching"
        assert uow.executions.settle(about, before=["dispatching"], after="failed") is None
        assert uow.executions.by_rollback_token("rb_1") == about
        assert uow.executions.by_rollback_token("rb_2") is None
        assert uow.executions.undone(about, "undone")
        assert not uow.executions.undone(about, "undone")
    assert state(unit, about) == "undone"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("claimed", "queued"),
        ("dispatching", "unknown"),
        ("queued", "queued"),
        ("unknown", "unknown"),
    ],
)
def test_what_a_dead_worker_left(
    unit: Unit, queued: Callable[..., UUID], before: str, after: str
) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    about = queued(state=before, lease_until=past, lease_token=uuid4())
    living = queued(state=before, lease_until=past + LEASE, lease_token=uuid4())
    with unit() as uow:
        found = uow.executions.recover()
    assert state(unit, about) == after
    assert state(unit, living) == before
    told = {"claimed": "released", "dispatching": "lost"}.get(before)
    assert {name: [r["id"] for r in rows] for name, rows in found.items() if rows} == (
        {told: [about]} if told else {}
    )


def test_a_block_ends_in_its_time(unit: Unit, queued: Callable[..., UUID]) -> None:
    now = datetime.now(UTC)
    over = queued(state="blocked", blocked_until=now - timedelta(seconds=1))
    later = queued(state="blocked", blocked_until=now + timedelta(hours=1))
    forever = queued(state="blocked")
    with unit() as uow:
        assert [row["id"] for row in uow.executions.recover()["unblocked"]] == [over]
    assert [state(unit, one) for one in (over, later, forever)] == ["queued", "blocked", "blocked"]


@pytest.mark.parametrize(
    ("before", "recalled"),
    [
        ("queued", True),
        ("blocked", True),
        ("claimed", False),
        ("dispatching", False),
        ("succeeded", False),
    ],
)
def test_recalling(unit: Unit, queued: Callable[..., UUID], before: str, recalled: bool) -> None:
    about = queued(state=before)
    with unit() as uow:
        found = uow.executions.get(about)
        assert found is not None
        assert len(uow.executions.recall(found["move_id"])) == recalled
    assert state(unit, about) == ("cancelled" if recalled else before)


def test_looking_unknown_ones_up_ever_more_rarely(unit: Unit, queued: Callable[..., UUID]) -> None:
    about = queued(state="unknown", next_reconcile_at=datetime.now(UTC) - timedelta(seconds=1))
    waits: list[float] = []
    for _ in range(5):
        with unit() as uow:
            assert [row["id"] for row in uow.executions.to_reconcile()] == [about]
            uow.executions.look_again(about)
            assert uow.executions.to_reconcile() == []
            row = uow.connection.execute(
                "SELECT extract(epoch FROM next_reconcile_at - clock_timestamp())::float8 AS wait"
                " FROM executions"
            ).fetchone()
            assert row is not None
            if row["wait"] is None:
                break
            waits.append(row["wait"])
            uow.connection.execute(
                "UPDATE executions SET next_reconcile_at = now() - interval '1 second'"
            )
    assert [round(wait / 30) for wait in waits] == [1, 4, 20, 120]  # 30 s, 2 min, 10 min, 1 h


def test_what_the_guardrails_ask(unit: Unit, queued: Callable[..., UUID], insert: Insert) -> None:
    now = datetime.now(UTC)
    account = insert("accounts", name="Acme", name_key="acme")
    for minutes, recipient in ((10, "d@x.example"), (90, "e@x.example"), (60 * 30, "d@x.example")):
        queued(
            state="succeeded",
            dispatched_at=now - timedelta(minutes=minutes),
            recipient=recipient,
            recipient_domain="x.example",
        )
    queued(state="simulated", dry_run=True, dispatched_at=now, recipient="d@x.example")
    queued(action_type="create_task", state="succeeded", dispatched_at=now)

    def facts(recipient: str | None, company: UUID | None = None) -> dict[str, Any]:
        with unit() as uow:
            return dict(
                uow.executions.guard_facts(
                    action_type="send_email", recipient=recipient, account_id=company
                )
            )

    found = facts("d@x.example")
    counted = {name: found[name] for name in ("hour", "day", "recipient_week", "domain_day")}
    assert counted == {"hour": 1, "day": 2, "recipient_week": 2, "domain_day": 2}
    assert found["suppressed"] is None
    assert abs((found["last"] - (now - timedelta(minutes=10))).total_seconds()) < 1
    assert found["recipient_first"] < found["day_first"] < found["hour_first"]
    with unit() as uow:
        uow.suppressions.add(Entry("x.example", "domain"), "asked", "t")
        uow.suppressions.add(Entry(str(account), "account"), "stop", "t")
    assert facts("d@x.example")["suppressed"] == "x.example: asked"
    assert facts("d@y.example")["suppressed"] is None
    assert facts("d@y.example", account)["suppressed"] == f"{account}: stop"
    assert facts(None)["suppressed"] is None


def test_our_own_mail_is_remembered_until_it_is_taken_back(
    unit: Unit, queued: Callable[..., UUID], insert: Insert
) -> None:
    about = queued(state="succeeded")
    contact = insert("contacts", email="d@x.example")
    with unit() as uow:
        for _ in range(2):
            uow.executions.note_sent(
                message_id="<m@x>",
                execution_id=about,
                refs=["<a@x>"],
                subject="s",
                contact_id=contact,
            )
        assert uow.intake.sent_among(["<m@x>", "<a@x>"]) == {"<m@x>"}
        row = uow.connection.execute("SELECT last_contacted_at FROM contacts").fetchone()
        assert row is not None and row["last_contacted_at"] is not None
        uow.executions.undone(about, "undone")
        assert uow.intake.sent_among(["<m@x>"]) == set()


def test_a_moves_status_changes_only_from_what_it_was(unit: Unit, move: Move) -> None:
    about = move(status="accepted")
    with unit() as uow:
        assert not uow.executions.set_move(about, before=["pending"], after="executed")
        assert uow.executions.set_move(about, before=["accepted", "pending"], after="executed")
        found = uow.moves.get(about)
    assert found is not None and found.status == "executed" and found.executed_at is not None
