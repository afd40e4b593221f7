"""What a person decides: each decision, its refusals, and the way back."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from caseyos.app import App
from caseyos.app.clocks import FixedClock
from caseyos.app.references import resolve
from caseyos.domain.model import Move, MoveStatus
from caseyos.domain.views import Target
from caseyos.errors import Changed, NotFound, UsageError, WrongStatus
from tests.app.conftest import NOW, OpenApp


def add(app: App, title: str = "Call Lena", **options: Any) -> Target:
    return resolve(app, app.decisions.add(title, **options).code)


def move(app: App, target: Target) -> Move:
    return app.queue.get(target.move_id)


def receipts(app: App, target: Target) -> list[tuple[str, str, str]]:
    found = app.operations.activity(move_id=target.move_id)
    return [(one.what, str(one.from_state), str(one.to_state)) for one in reversed(found)]


def test_a_move_by_hand(app: App) -> None:
    made = app.decisions.add(
        "  Write to Dana ",
        due="tomorrow",
        minutes=30,
        action="send_email",
        recipient="Dana@X.example",
        revenue=50_000,
        owner="delegated",
    )
    assert (made.title, made.action_type, made.owner) == (
        "Write to Dana",
        "send_email",
        "delegated",
    )
    assert made.due_by == NOW.replace(hour=8, minute=0) + timedelta(days=1)
    assert made.context["recipient"] == "dana@x.example"
    assert made.reasoning is not None and "$50k" in made.reasoning
    assert {d.factor: d.known for d in made.drivers}["strategic"] is False


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"title": " "}, "needs a title"),
        ({"title": "x", "action": "fly"}, "no action 'fly'"),
        ({"title": "x", "owner": "bob"}, "no owner 'bob'"),
        ({"title": "x", "due": "yesterday"}, "no time I know"),
        ({"title": "x", "minutes": float("nan")}, "minutes is nan, which is not a figure"),
        ({"title": "x", "minutes": -1}, "effort cannot be negative"),
        ({"title": "x", "revenue": float("inf")}, "revenue is inf, which is not a figure"),
        ({"title": "x", "revenue": -5}, "money at stake cannot be negative"),
        ({"title": "x", "action": "send_email", "recipient": "dana"}, "not one e-mail address"),
    ],
)
def test_a_move_that_cannot_be_meant(app: App, options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        app.decisions.add(**options)
    assert app.intake.signals() == []


def test_accepting_binds_to_the_content_and_sends_nothing(app: App) -> None:
    target = add(app, action="send_email", recipient="dana@x.example")
    report = app.decisions.accept([target])
    assert [(item.before, item.after) for item in report.items] == [("pending", "accepted")]
    assert app.actions.outbox() == []
    (row,) = rows(app, "SELECT accepted_hash, accepted_at FROM command_queue_items")
    assert (len(row["accepted_hash"]), row["accepted_at"]) == (64, NOW)
    assert receipts(app, target)[-1] == ("accept", "pending", "accepted")


def rows(app: App, query: str, *values: Any) -> list[dict[str, Any]]:
    with app.database.transaction() as connection:
        return connection.execute(query, values).fetchall()


@pytest.mark.parametrize("when", ["tomorrow", "3d", "reply"])
def test_snoozing_and_waking(app: App, when: str) -> None:
    target = add(app)
    report = app.decisions.snooze([target], when)
    assert move(app, target).snoozed_until == report.until
    assert (report.until is None) is (when == "reply")
    app.decisions.wake([target])
    assert (move(app, target).status, move(app, target).snoozed_until) == ("pending", None)


def test_dismissing_has_a_reason_from_the_list(app: App) -> None:
    target = add(app)
    with pytest.raises(UsageError, match=r"'boring' is no reason; one of not-now"):
        app.decisions.dismiss([target], "boring")
    app.decisions.dismiss([target], "bad", note="no use")
    (row,) = rows(app, "SELECT reason, note FROM decisions")
    assert row == {"reason": "bad", "note": "no use"}


def test_not_now_comes_back_by_itself(app: App, open_app: OpenApp) -> None:
    target = add(app)
    report = app.decisions.dismiss([target], "not-now")
    assert report.note is not None and "2026-12-08" in report.note
    later = open_app(now=NOW.replace(year=2100))  # decisions are stamped by the database's clock
    later.generation.run()
    assert move(app, target).status == "pending"


def with_company(app: App, name: str = "Northwind") -> tuple[Target, UUID]:
    (row,) = rows(
        app,
        "INSERT INTO accounts (name, name_key) VALUES (%s, %s) RETURNING id",
        name,
        name.lower(),
    )
    target = add(app, f"Write to {name}")
    rows(
        app,
        "UPDATE command_queue_items SET account_id = %s WHERE id = %s RETURNING id",
        row["id"],
        target.move_id,
    )
    return target, row["id"]


def stopped(app: App) -> set[str]:
    return {row["value"] for row in rows(app, "SELECT value FROM suppressions")}


def test_stopping_a_company_is_one_step_with_a_way_back(app: App) -> None:
    first, company = with_company(app)
    app.decisions.dismiss([first], "stop-company")
    assert stopped(app) == {str(company)}
    app.decisions.undo()
    assert (stopped(app), move(app, first).status) == (set(), "pending")
    app.decisions.redo()
    assert (stopped(app), move(app, first).status) == ({str(company)}, "dismissed")


def test_undoing_one_stop_leaves_another(app: App) -> None:
    first, company = with_company(app)
    second = add(app, "Also Northwind")
    rows(
        app,
        "UPDATE command_queue_items SET account_id = %s WHERE id = %s RETURNING id",
        company,
        second.move_id,
    )
    app.decisions.dismiss([first], "stop-company")
    app.decisions.dismiss([second], "stop-company")
    app.decisions.undo()
    assert stopped(app) == {str(company)}


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("accept", "accept"),
        ("dismiss", "accept"),
        ("dismiss", "dismiss"),
        ("dismiss", "snooze"),
        ("accept", "snooze"),
        ("none", "wake"),
        ("none", "reopen"),
    ],
)
def test_a_wrong_status_is_refused_with_its_name(app: App, first: str, again: str) -> None:
    target = add(app)
    verbs = {
        "accept": lambda: app.decisions.accept([target]),
        "dismiss": lambda: app.decisions.dismiss([target]),
        "snooze": lambda: app.decisions.snooze([target], "tomorrow"),
        "wake": lambda: app.decisions.wake([target]),
        "reopen": lambda: app.decisions.reopen([target]),
        "none": lambda: None,
    }
    verbs[first]()
    before = move(app, target)
    with pytest.raises(WrongStatus, match=f"{target.code} is {before.status}, so it cannot be"):
        verbs[again]()
    assert move(app, target) == before


def test_a_batch_is_all_or_nothing_and_one_step_back(app: App) -> None:
    targets = [add(app, f"Move {n}") for n in range(3)]
    app.decisions.accept([targets[1]])
    with pytest.raises(WrongStatus):
        app.decisions.dismiss(targets)
    assert [move(app, one).status for one in targets] == ["pending", "accepted", "pending"]
    app.decisions.reopen([targets[1]])
    report = app.decisions.dismiss(targets, "done")
    assert report.batch_id is not None and len(report.items) == 3
    told = app.decisions.undo()
    assert len(told.sentences) == 3
    assert {move(app, one).status for one in targets} == {"pending"}


def test_a_move_that_is_gone(app: App) -> None:
    target = add(app)
    ghost = Target(UUID(int=5), "zzzz", "Gone", 1, "pending")
    with pytest.raises(Changed, match="is gone; nothing was changed"):
        app.decisions.accept([target, ghost])
    assert move(app, target).status == "pending"


@pytest.mark.parametrize("verb", ["accept", "dismiss", "snooze", "edit", "note"])
def test_undo_and_redo(app: App, verb: str) -> None:
    target = add(app, action="send_email", recipient="dana@x.example")
    before = state(app)
    {
        "accept": lambda: app.decisions.accept([target]),
        "dismiss": lambda: app.decisions.dismiss([target], "bad"),
        "snooze": lambda: app.decisions.snooze([target], "tomorrow"),
        "edit": lambda: app.decisions.edit(target, "Mine", "My words"),
        "note": lambda: app.decisions.note(target, "she is away"),
    }[verb]()
    after = state(app)
    assert after != before
    assert app.decisions.undo().move_ids == (target.move_id,)
    assert state(app) == before
    assert app.decisions.redo().move_ids == (target.move_id,)
    assert state(app) == after
    assert [row["kind"] for row in app.decisions.undo_list()] == [verb]


def state(app: App) -> list[dict[str, Any]]:
    fields = "status, snoozed_until, snoozed_for_reply, closed_reason, accepted_hash, accepted_at"
    return rows(app, f"SELECT {fields}, draft, note FROM command_queue_items")


def test_notes_add_up(app: App) -> None:
    target = add(app)
    app.decisions.note(target, "one")
    app.decisions.note(target, "two")
    assert state(app)[0]["note"] == "one\ntwo"


def test_nothing_to_take_back_is_an_answer(app: App) -> None:
    assert app.decisions.undo().sentences == ()
    assert app.decisions.redo().sentences == ()


def test_several_steps_back_and_a_decision_ends_redo(app: App) -> None:
    one, two = add(app, "One"), add(app, "Two")
    app.decisions.accept([one])
    app.decisions.dismiss([two])
    assert len(app.decisions.undo(5).sentences) == 2
    app.decisions.snooze([one], "tomorrow")
    assert app.decisions.redo().sentences == ()


def test_what_moved_on_since_is_not_taken_back(app: App) -> None:
    target = add(app)
    app.decisions.snooze([target], "tomorrow")
    rows(app, "UPDATE command_queue_items SET status = 'pending' RETURNING id")
    with pytest.raises(Changed, match="is pending by now, so that step is not taken back"):
        app.decisions.undo()


def test_what_cannot_be_taken_back_does_not_bar_the_steps_before_it(app: App) -> None:
    one, two, three = add(app, "One"), add(app, "Two"), add(app, "Three")
    app.decisions.dismiss([one])
    app.decisions.snooze([two], "tomorrow")
    app.decisions.dismiss([three])
    rows(app, "UPDATE command_queue_items SET status = 'pending' WHERE title = 'Two' RETURNING id")
    report = app.decisions.undo(3)
    assert len(report.sentences) == 1 and "Three" in report.sentences[0]
    assert isinstance(report.stopped, Changed) and "goes on to the step" in report.stopped.message
    assert "One" in app.decisions.undo().sentences[0]
    assert move(app, one).status == "pending"
    assert app.decisions.undo().sentences == ()


def test_an_acceptance_is_taken_back_after_its_effect_was(app: App) -> None:
    first, target = add(app, "First"), add(app)
    app.decisions.dismiss([first])
    app.decisions.accept([target])
    plan = app.actions.preview(target.move_id)
    app.actions.execute_plan(plan.id)
    undone = app.decisions.undo()
    assert undone.then == f"In the queue again: caseyos reopen {target.code}"
    assert move(app, target).status == "rolled_back"
    assert app.decisions.redo().sentences == ()
    assert "accept" in app.decisions.undo().sentences[0]
    assert move(app, target).status == "pending"
    assert "First" in app.decisions.undo().sentences[0]


def test_reopening_clears_what_closing_left(app: App) -> None:
    target = add(app, action="send_email", recipient="dana@x.example")
    app.decisions.accept([target])
    app.decisions.reopen([target])
    assert {k: v for k, v in state(app)[0].items() if v} == {"status": MoveStatus.PENDING}


def test_by_hand_without_its_play(open_app: OpenApp) -> None:
    app = open_app("[[play]]\nname = 'by_hand'\nenabled = false\n")
    with pytest.raises(NotFound, match="no play made a move"):
        app.decisions.add("Call Lena")


@pytest.mark.parametrize("hour", [0, 7, 9, 18, 23])
def test_due_today_is_due_until_the_day_is_over(app: App, hour: int) -> None:
    app.clock = FixedClock(datetime(2026, 11, 24, hour, 30, tzinfo=UTC))
    assert app.decisions.add("Call the printer", due="today").due_by == datetime(
        2026, 11, 24, 23, 59, tzinfo=UTC
    )
