"""The queue's reads: one rule for Today's Moves, pages that join up, scores that are explained."""

import json
import math
import random
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from caseyos.app import App
from caseyos.domain.views import PageKey, QueueFilter
from caseyos.errors import NotFound, UsageError
from tests.app.conftest import NOW, OpenApp

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def insert(app: App, **fields: Any) -> UUID:
    given: dict[str, Any] = {"priority_score": 50, "action_type": "create_task", "title": "T"}
    given |= fields
    if "action_context" in given:
        given["action_context"] = json.dumps(given["action_context"])
    columns, places = ", ".join(given), ", ".join(["%s"] * len(given))
    query = f"INSERT INTO command_queue_items ({columns}) VALUES ({places}) RETURNING id"
    with app.database.transaction() as connection:
        row = connection.execute(query, list(given.values())).fetchone()
    assert row is not None
    return UUID(str(row["id"]))


# -- Today's Moves


@pytest.mark.parametrize(
    ("status", "due", "shown"),
    [
        ("pending", -400 * DAY, True),
        ("pending", timedelta(), True),
        ("pending", DAY, True),
        ("pending", DAY + timedelta(seconds=1), False),
        ("pending", None, False),
        *[(s, HOUR, False) for s in ("accepted", "snoozed", "dismissed", "executed", "expired")],
    ],
)
def test_which_moves_are_todays(app: App, status: str, due: timedelta | None, shown: bool) -> None:
    move = insert(app, status=status, due_by=None if due is None else NOW + due)
    today = app.queue.today()
    assert [one.id for one in today.moves] == ([move] if shown else [])
    assert today.due_count == shown
    assert today.total_pending == (status == "pending")
    assert today.accepted_count == (status == "accepted")
    assert today.as_of == NOW


def test_best_first_then_the_sooner_then_the_older(app: App) -> None:
    early = {"due_by": NOW, "created_at": NOW - DAY}
    ranked = [
        insert(app, priority_score=90.1, due_by=NOW + HOUR),
        insert(app, priority_score=90, **early),
        insert(app, priority_score=90, **(early | {"created_at": NOW})),
        insert(app, priority_score=90, due_by=NOW + HOUR),
        insert(app, priority_score=0, due_by=NOW - 300 * DAY),
    ]
    assert [move.id for move in app.queue.today().moves] == ranked


def test_ten_of_many_and_what_stands_beside_them(app: App) -> None:
    for score in range(15):
        insert(app, priority_score=score, due_by=NOW)
    today = app.queue.today()
    assert [move.aps for move in today.moves] == [float(score) for score in range(14, 4, -1)]
    assert (today.total_pending, today.due_count) == (15, 15)
    assert len(app.queue.today(limit=3).moves) == 3


def test_reading_it_is_told(app: App) -> None:
    move = insert(app, due_by=NOW)
    app.queue.today()
    with app.database.transaction() as connection:
        told = connection.execute(
            "SELECT item_id FROM events WHERE name = 'recommendation_viewed'"
        ).fetchall()
    assert told == [{"item_id": move}]


# -- filters and pages


FILTERS: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({"owner": "casey"}, {"owner": "casey"}, {"owner": "delegated"}),
    ({"action_type": "send_email"}, {"action_type": "send_email"}, {}),
    ({"source": "csv"}, {"source": "csv:deals"}, {"source": "csvx"}),
    ({"source": "csv:deals"}, {"source": "csv:deals"}, {"source": "csv:other"}),
    (
        {"account": "north"},
        {"action_context": {"account": "Northwind"}},
        {"action_context": {"account": "Acme"}},
    ),
    (
        {"account": "100%"},
        {"action_context": {"account": "100% Ltd"}},
        {"action_context": {"account": "1000 Ltd"}},
    ),
    ({"min_aps": 60.5}, {"priority_score": 60.5}, {"priority_score": 60.4}),
    ({"due": "today"}, {"due_by": NOW + DAY}, {"due_by": NOW + 2 * DAY}),
    ({"due": "week"}, {"due_by": NOW + 7 * DAY}, {"due_by": NOW + 8 * DAY}),
    ({"status": "dismissed"}, {"status": "dismissed"}, {}),
    ({"text": "lena"}, {"title": "Call LENA now"}, {"title": "Call Ravi"}),
    ({"text": "a_b"}, {"title": "a_b"}, {"title": "axb"}),
    ({"text": "'; DROP TABLE"}, {"title": "say '; DROP TABLE"}, {"title": "x"}),
    ({"text": "[/]"}, {"title": "[/]"}, {"title": "x"}),
]


@pytest.mark.parametrize(("chosen", "meant", "other"), FILTERS)
def test_filters(
    app: App, chosen: dict[str, Any], meant: dict[str, Any], other: dict[str, Any]
) -> None:
    wanted = insert(app, **meant)
    insert(app, **other)
    found = app.queue.page(QueueFilter(**chosen))
    assert [move.id for move in found.moves] == [wanted]
    assert app.queue.count(QueueFilter(**chosen)) == 1


def test_without_a_status_everything_is_shown(app: App) -> None:
    for status in ("pending", "executed", "dismissed"):
        insert(app, status=status)
    assert len(app.queue.page(QueueFilter(status=None)).moves) == 3


@pytest.mark.parametrize("size", [1, 2, 7, 40, 100])
def test_pages_join_up_to_the_whole(app: App, size: int) -> None:
    chance = random.Random(size)
    for _ in range(40):
        insert(
            app,
            priority_score=chance.choice([0, 35.7, 50, 99.9, 100]),
            due_by=chance.choice([None, NOW, NOW + DAY, NOW + 9 * DAY]),
            created_at=NOW - chance.choice([0, 1]) * HOUR,
        )
    whole = app.queue.page(QueueFilter(), limit=200).moves
    order = [(-m.aps, m.due_by is None, m.due_by or NOW, m.created_at, m.id) for m in whole]
    assert order == sorted(order)
    found: list[UUID] = []
    after: PageKey | None = None
    for _ in range(math.ceil(40 / size) + 1):
        page = app.queue.page(QueueFilter(), after=after, limit=size)
        found += [move.id for move in page.moves]
        after = page.next_key
        if after is None:
            break
    assert found == [move.id for move in whole]


# -- one move


def test_a_move_that_is_not_there(app: App) -> None:
    with pytest.raises(NotFound, match="There is no move"):
        app.queue.get(UUID(int=1))
    for read in (app.queue.detail, app.queue.why):
        with pytest.raises(NotFound):
            read("zzzz")


def test_a_move_in_full(app: App) -> None:
    code = app.decisions.add("Call Lena", due="tomorrow").code
    app.actions.execute_plan(app.actions.preview(app.queue.detail(code).move.id).id)
    found = app.queue.detail(code)
    assert [signal["signal_type"] for signal in found.signals] == ["manual"]
    assert [execution["state"] for execution in found.executions] == ["succeeded"]
    assert found.move.status == "executed"
    assert found.move.execution_state == "succeeded"
    assert "executed" in {entry["to_state"] for entry in found.history}


def test_why_a_score_is_what_it_is(app: App) -> None:
    code = app.decisions.add("Call Lena", due="tomorrow", minutes=5, revenue=50_000).code
    why = app.queue.why(code)
    assert sum(Decimal(str(d.points)) for d in why.move.drivers) == Decimal(str(why.move.aps))
    assert why.weights_version == 1
    assert (why.change, why.deltas) == (None, ())
    assert why.evidence == ("Call Lena",)


@pytest.mark.parametrize("days", [1.1, 3, 6])
def test_what_changed_since_yesterday_re_adds(app: App, open_app: OpenApp, days: float) -> None:
    code = app.decisions.add("Call Lena", due="2026-12-01", revenue=12_345).code
    for late in (days - 1, days):
        open_app(now=NOW + late * DAY).generation.run()
    later = open_app(now=NOW + days * DAY)
    why = later.queue.why(code)
    assert why.change is not None and why.change > 0
    assert sum(Decimal(str(d.points)) for d in why.deltas) == Decimal(str(why.change))
    moved = {delta.factor: delta for delta in why.deltas}
    assert "→" in moved.pop("urgency").sentence
    assert all(abs(delta.points) == 0.1 for delta in moved.values())  # of a tenth's rounding


def test_a_script_s_row_without_reasoning_is_explained_as_far_as_it_goes(app: App) -> None:
    move = insert(app, action_context={"evidence": ["seen by a script"]})
    why = app.queue.why(app.queue.get(move).code)
    assert (why.move.drivers, why.change, why.evidence) == ((), None, ("seen by a script",))


@pytest.mark.parametrize("text", ["northwind", "DANA", "x.exa", "100%", "a_b", "[/]"])
def test_search_takes_words_literally(app: App, text: str) -> None:
    insert(app, title="Write to 100% Ltd about a_b and [/]")
    insert(app, title="Write to 1000 Ltd about axb")
    with app.database.transaction() as connection:
        connection.execute(
            "INSERT INTO accounts (name, name_key) VALUES ('Northwind', 'northwind')"
        )
        connection.execute("INSERT INTO contacts (name, email) VALUES ('Dana', 'd@x.example')")
    found = app.queue.find(text)
    assert len(found) == 1
    kind = {"northwind": "company", "DANA": "person", "x.exa": "person"}.get(text, "move")
    assert found[0].kind == kind


def test_trying_a_score_out_needs_no_database(open_app: OpenApp) -> None:
    app = open_app(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    made = app.queue.simulate(revenue=50_000, days=1, minutes=15, icp=0.9)
    assert made.aps == 87.5
    with pytest.raises(UsageError, match="icp is 2"):
        app.queue.simulate(revenue=1, days=1, minutes=1, icp=2)
