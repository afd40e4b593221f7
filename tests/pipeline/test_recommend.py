"""Signals become scored, explained moves: once, together, and with a reason where they do not."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.pipeline.world import DAY, HOUR, NOW, World

# -- from one signal to one move


def test_a_move_and_its_reasoning(world: World) -> None:
    account = world.account(sector="Retail")
    contact = world.contact(account_id=account)
    deal = world.deal(amount=50_000, account_id=account)
    signal = world.signal(
        "deal_stage_changed",
        deal_id=deal,
        account_id=account,
        occurred_at=NOW,
        data={"direction": "forward", "to": "Engaging"},
    )
    report = world.generate()
    assert (report.signals, report.created, report.refreshed, report.failed) == (1, 1, 0, 0)
    move = world.move()
    assert move["action_type"] == "send_email"
    assert move["title"] == "Keep Northwind moving: Yards is in Engaging"
    assert move["due_by"] == NOW + DAY
    assert move["status"] == "pending" and move["owner"] == "casey"
    assert (move["account_id"], move["contact_id"], move["deal_id"]) == (account, contact, deal)
    assert move["action_context"]["recipient"] == "dana@x.example"
    (reason,) = world.rows("SELECT * FROM action_recommendations")
    assert (reason["signal_id"], reason["id"]) == (signal, move["recommendation_id"])
    assert float(reason["aps_score"]) == float(move["priority_score"]) == 35 + 22.5 + 12 + 20
    assert sum(Decimal(str(d["points"])) for d in reason["drivers"]) == reason["aps_score"]
    assert "($50k)" in reason["reasoning"]
    assert float(reason["revenue_impact"]) == 50_000
    assert world.outcome(signal) == (True, None)


# -- running it again


def test_running_it_twice_changes_nothing(world: World) -> None:
    account = world.account()
    world.contact(account_id=account)
    world.signal("renewal_due", account_id=account, data={"renewal_date": "2026-12-20"})
    world.signal("email_received", data={"from": "dana@x.example"})
    world.signal("form_submitted", occurred_at=NOW - 60 * DAY)
    world.signal("manual", data={"title": "x", "effort": "long"})
    world.reply()
    world.generate()
    before = world.everything()
    report = world.generate()
    assert world.everything() == before
    assert (report.signals, report.created, report.refreshed, report.rescored) == (0, 0, 0, 0)


def test_several_signals_about_one_situation_make_one_move(world: World) -> None:
    """One move, whose drivers list every signal, in one batch and over several."""
    signals = [
        world.reply(number=n, evidence=f"answer {n}", occurred_at=NOW - (5 - n) * HOUR)
        for n in (3, 1, 2)
    ]
    world.generate()
    signals.append(world.reply(number=4, evidence="answer 4", occurred_at=NOW - HOUR))
    report = world.generate()
    assert (report.created, report.refreshed) == (0, 1)
    move = world.move()
    assert move["action_context"]["evidence"] == [f"answer {n}" for n in (1, 2, 3, 4)]
    query = "SELECT drivers FROM action_recommendations WHERE id = %s"
    (reason,) = world.rows(query, move["recommendation_id"])
    assert reason["drivers"][1]["evidence"] == [f"answer {n}" for n in (1, 2, 3, 4)]
    assert {row["move_id"] for row in world.rows("SELECT move_id FROM signals")} == {move["id"]}
    assert all(world.outcome(signal) == (True, None) for signal in signals)


def test_the_latest_event_has_the_last_word_in_whatever_order_they_come(world: World) -> None:
    for number in (2, 3, 1):
        world.reply(number=number, occurred_at=NOW - (5 - number) * HOUR)
        world.generate()
    move = world.move()
    assert move["action_context"]["thread"]["in_reply_to"] == "<3@x>"
    assert move["due_by"] == NOW - 2 * HOUR + DAY
    assert move["title"].endswith("mail 3")


def test_a_newer_signal_refreshes_score_due_and_words(world: World) -> None:
    deal = world.deal(amount=1_000)
    data = {"direction": "forward", "to": "Engaging", "from": "dana@x.example"}
    world.signal("deal_stage_changed", deal_id=deal, occurred_at=NOW - 20 * HOUR, data=data)
    world.generate()
    before = world.move()
    world.do("UPDATE deals SET amount = 50000")
    world.signal(
        "deal_stage_changed", deal_id=deal, occurred_at=NOW, data=data | {"to": "Proposal"}
    )
    world.generate()
    after = world.move()
    assert (after["id"], after["code"]) == (before["id"], before["code"])
    assert after["priority_score"] > before["priority_score"]
    assert after["due_by"] == before["due_by"] + 20 * HOUR
    assert after["title"].endswith("is in Proposal")
    assert after["version"] > before["version"]


def test_an_accepted_move_keeps_its_words_and_its_rank_follows(world: World) -> None:
    world.reply(number=1, occurred_at=NOW - 3 * HOUR)
    world.generate()
    world.do("UPDATE command_queue_items SET status = 'accepted'")
    before = world.move()
    world.reply(number=2, occurred_at=NOW - HOUR)
    world.generate()
    after = world.move()
    assert (after["title"], after["action_context"]) == (before["title"], before["action_context"])
    assert after["due_by"] == before["due_by"] + 2 * HOUR


@pytest.mark.parametrize("status", ["dismissed", "executed", "expired", "failed"])
def test_a_closed_move_does_not_stand_in_the_way_of_a_new_one(world: World, status: str) -> None:
    world.reply(number=1)
    world.generate()
    world.do("UPDATE command_queue_items SET status = %s", status)
    world.reply(number=2)
    world.generate()
    assert sorted(move["status"] for move in world.moves()) == sorted([status, "pending"])


def test_situations_are_kept_apart(world: World) -> None:
    for thread in ("<a@x>", "<b@x>"):
        world.reply(thread)
    for deal in (world.deal(), world.deal()):
        world.signal("deal_created", deal_id=deal)
    assert world.generate().created == 4


# -- signals that cannot be processed


POISON: list[Any] = [
    {"title": "x", "effort": "long"},
    {"title": "x", "effort": -5},
    {"title": "x", "effort": 1e12},
    {"title": "x", "effort": True},
    {"title": "x", "effort": {"minutes": 5}},
    {"title": "x", "action": "fly"},
    {"title": "x", "action": ["create_task"]},
]


def test_a_signal_nobody_can_use_is_marked_and_holds_up_no_other(world: World) -> None:
    bad = []
    for data in POISON:
        bad.append(world.add("signals", source="t", signal_type="manual", evidence="bad"))
        world.do("UPDATE signals SET data = %s::jsonb WHERE id = %s", json.dumps(data), bad[-1])
    bad.append(world.add("signals", source="t", signal_type="manual", evidence="bad"))
    world.do(
        """UPDATE signals SET data = '{"title": "x", "revenue": 1e400}' WHERE id = %s""", bad[-1]
    )
    good = world.signal(data={"title": "Good"})
    report = world.generate()
    assert (report.failed, report.created) == (len(bad), 1)
    for signal in bad:
        made, error = world.outcome(signal)
        assert made is False and error
    assert world.outcome(good)[0]
    assert world.generate().signals == 0


HARMLESS: list[dict[str, Any]] = [
    {},
    {"title": None},
    {"title": 5},
    {"title": "x" * 100_000},
    {"title": "\u202e[/]\u200b{{ 7 * 7 }}"},
    {"title": "x", "due": "soon"},
    {"title": "x", "due": 5},
    {"title": "x", "due": "9999-12-31T23:59:59+00:00"},
    {"title": "x", "due": "0001-01-01T00:00:00+00:00"},
    {"title": "x", "revenue": -5},
    {"title": "x", "revenue": 1e300},
    {"title": "x", "revenue": "lots"},
    {"title": "x", "owner": "nobody"},
    {"title": "x", "recipient": 5, "from": {"a": 1}},
    {"title": "x", "subject": ["a"], "notes": {"a": 1}, "evidence": 5},
    {"title": "x", "start": 5, "meeting_id": ["x"]},
]


def test_odd_data_still_makes_a_move(world: World) -> None:
    signals = [world.signal(data=data) for data in HARMLESS]
    report = world.generate()
    assert (report.created, report.failed) == (len(HARMLESS), 0)
    assert all(world.outcome(signal) == (True, None) for signal in signals)
    for move in world.moves():
        assert move["title"].isprintable() and len(move["title"]) <= 160
        assert 0 <= move["priority_score"] <= 100


def test_an_endless_key_is_shortened(world: World) -> None:
    for _ in range(2):
        world.reply("<" + "x" * 50_000 + "@x>")
    assert world.generate().created == 1
    assert len(world.move()["dedupe_key"]) < 100


# -- plain scripts (SPEC section 2)


def test_the_fewest_fields_a_script_knows(world: World) -> None:
    now = datetime.now(UTC)
    world.do(
        "INSERT INTO signals (id, source, signal_type, data, processed, created_at) VALUES"
        " (gen_random_uuid(), 'script', 'form_submitted', '{\"from\": \"d@x.example\"}', false, %s)",
        now,
    )
    world.do(
        "INSERT INTO command_queue_items (id, priority_score, action_type, action_context, status,"
        " owner, due_by, created_at, updated_at) VALUES (gen_random_uuid(), 50, 'create_task', '{}',"
        " 'pending', 'casey', %s, %s, %s)",
        now + HOUR,
        now,
        now,
    )
    report = world.generate(now)
    assert (report.created, report.failed) == (1, 0)
    assert [move["action_type"] for move in world.moves()] == ["create_task", "send_email"]
    assert all(len(move["code"]) >= 4 for move in world.moves())
    world.generate(now + 2 * DAY)
    assert {move["status"] for move in world.moves()} == {"pending"}


def test_a_bare_row_of_every_kind_is_processed(world: World) -> None:
    from caseyos.domain.model import SignalType

    for kind in SignalType:
        world.add("signals", source="script", signal_type=kind, data={})
    report = world.generate(datetime.now(UTC))
    assert report.failed == 0
    assert report.signals == len(SignalType)


def test_a_situation_that_is_over_expires_its_move(world: World) -> None:
    won, lively, waiting = (world.deal(last_activity_on=date(2026, 11, 1)) for _ in range(3))
    silent = {"since": "2026-11-01", "due": "2026-11-20T17:00:00+00:00"}
    for deal in (won, lively, waiting):
        world.signal("deal_silent", deal_id=deal, data=silent)
    world.reply(number=1)
    assert world.generate().created == 4
    world.do("UPDATE deals SET stage_kind = 'won' WHERE id = %s", won)
    world.do("UPDATE deals SET last_activity_on = '2026-11-23' WHERE id = %s", lively)
    world.do(
        "INSERT INTO messages (message_id, direction, source, refs) VALUES"
        " ('<mine@me>', 'sent', 't', ARRAY['<1@x>'])"
    )
    report = world.generate()
    assert report.expired == 3
    closed = {m["deal_id"]: m["closed_reason"] for m in world.moves() if m["status"] == "expired"}
    assert closed == {
        won: "the deal is won",
        lively: "the deal is no longer silent",
        None: "it has been answered",
    }
    receipts = world.rows("SELECT from_state, to_state FROM audit_log WHERE action = 'expire'")
    assert receipts == [{"from_state": "pending", "to_state": "expired"}] * 3


def test_untouched_moves_expire_and_accepted_ones_do_not(world: World) -> None:
    for _ in range(2):
        world.signal("deal_created", deal_id=world.deal())
    world.generate()
    one, _ = world.moves()
    world.do("UPDATE command_queue_items SET status = 'accepted' WHERE id = %s", one["id"])
    with world.database.transaction() as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("UPDATE command_queue_items SET updated_at = now() - interval '31 days'")
    assert world.generate().expired == 1
    assert sorted(move["status"] for move in world.moves()) == ["accepted", "expired"]


def test_a_snoozed_move_wakes_in_its_time(world: World) -> None:
    world.signal("deal_created", deal_id=world.deal())
    world.generate()
    world.do("UPDATE command_queue_items SET status = 'snoozed', snoozed_until = %s", NOW + HOUR)
    assert world.generate(NOW + HOUR - timedelta(seconds=1)).woken == 0
    assert world.generate(NOW + HOUR).woken == 1
    assert world.move()["status"] == "pending"


def test_what_was_dismissed_as_not_now_is_asked_about_again(world: World) -> None:
    first, second, third = (world.deal() for _ in range(3))
    silent = {"since": "2026-11-01", "due": "2026-11-20T17:00:00+00:00"}
    for deal in (first, second, third):
        world.signal("deal_silent", deal_id=deal, data=silent)
    world.generate()
    world.do(
        "UPDATE command_queue_items SET status = 'dismissed', closed_reason = 'not-now',"
        " decided_at = %s",
        NOW,
    )
    world.do("UPDATE command_queue_items SET closed_reason = 'bad' WHERE deal_id = %s", second)
    world.do("UPDATE deals SET stage_kind = 'won' WHERE id = %s", third)
    assert world.generate(NOW + 14 * DAY - timedelta(seconds=1)).woken == 0
    report = world.generate(NOW + 14 * DAY)
    assert (report.woken, report.expired) == (2, 1)
    stands = {m["deal_id"]: (m["status"], m["closed_reason"]) for m in world.moves()}
    assert stands == {
        first: ("pending", None),
        second: ("dismissed", "bad"),
        third: ("expired", "the deal is won"),
    }


def test_a_situation_with_a_newer_move_is_not_asked_about_twice(world: World) -> None:
    for number in (1, 2, 3):
        world.reply(number=number)
        world.generate()
        if number < 3:
            world.do(
                "UPDATE command_queue_items SET status = 'dismissed', decided_at = %s,"
                " closed_reason = 'not-now' WHERE status = 'pending'",
                NOW,
            )
    assert world.generate(NOW + 20 * DAY).woken == 0
    world.do("UPDATE command_queue_items SET status = 'executed' WHERE status = 'pending'")
    assert world.generate(NOW + 20 * DAY).woken == 1


def test_events_tell_of_each_signal_and_move(world: World) -> None:
    world.signal("deal_created", deal_id=world.deal())
    world.signal("email_received")
    world.generate()
    told = world.rows("SELECT name, item_id, data FROM events ORDER BY name")
    names = [row["name"] for row in told]
    assert names == ["recommendation_generated", "signal_processed", "signal_processed"]
    assert told[0]["item_id"] == world.move()["id"]
    assert set(told[0]["data"]) == {"aps", "drivers", "latency_ms"}


# -- two threads on a long backlog


def test_a_backlog_is_one_result_however_many_work_on_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caseyos.pipeline.recommend.BATCH", 7)
    deals = [world.deal() for _ in range(5)]
    for number in range(150):
        world.signal(
            "deal_stage_changed",
            deal_id=deals[number % 5],
            # Shuffled: the latest event of a deal lies anywhere in the pile.
            occurred_at=NOW - timedelta(minutes=1 + number * 37 % 150),
            data={"direction": "forward", "to": f"Stage {number * 37 % 150}"},
            evidence=f"step {number}",
        )
    report = world.generate()
    assert (report.signals, report.created, report.failed) == (150, 5, 0)
    assert not world.rows("SELECT id FROM signals WHERE NOT processed OR move_id IS NULL")
    moves = world.moves()
    assert len(moves) == 5
    for move in moves:
        (last,) = world.rows(
            "SELECT data ->> 'to' AS stage FROM signals WHERE deal_id = %s"
            " ORDER BY occurred_at DESC LIMIT 1",
            move["deal_id"],
        )
        assert move["title"].endswith(f"is in {last['stage']}")
    events = world.rows("SELECT item_id FROM events WHERE name = 'signal_processed'")
    assert len(events) == len({one["item_id"] for one in events}) == 150


def test_a_fault_in_one_thread_is_the_runs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caseyos.pipeline.recommend.BATCH", 2)
    for _ in range(12):
        world.signal()

    def fail(*_: Any) -> None:
        raise MemoryError("no room")

    assert world.generate().signals == 12
    for _ in range(12):
        world.signal()
    monkeypatch.setattr("caseyos.pipeline.recommend.consider", fail)
    with pytest.raises(MemoryError, match="no room"):
        world.generate()
    assert len(world.rows("SELECT id FROM signals WHERE NOT processed")) == 12


@pytest.mark.parametrize(
    ("context", "title"),
    [
        ({}, "Schedule meeting"),
        ({"recipient": "d@x.example"}, "Schedule meeting: d@x.example"),
        ({"subject": "Pricing"}, "Pricing"),
        (["a", "list"], "Schedule meeting"),
    ],
)
def test_a_plain_row_has_a_title_and_a_context(world: World, context: Any, title: str) -> None:
    world.do(
        "INSERT INTO command_queue_items (id, priority_score, action_type, action_context, status,"
        " owner, due_by, created_at, updated_at) VALUES (gen_random_uuid(), 50,"
        " 'schedule_meeting', %s, 'pending', 'casey', now(), now(), now())",
        json.dumps(context),
    )
    kept = context if isinstance(context, dict) else {"given": context}
    assert (world.move()["title"], world.move()["action_context"]) == (title, kept)


def test_a_plain_form_names_who_filled_it_in(world: World) -> None:
    data = {"email": "Dana@X.example", "name": "Dana"}
    world.add("signals", source="script", signal_type="form_submitted", data=data)
    world.add("signals", source="script", signal_type="nonsense", data=[1, 2])
    report = world.generate()
    assert (report.created, report.failed, report.unmatched) == (1, 0, 1)
    assert world.move()["action_type"] == "send_email"
    assert world.move()["title"].startswith("Answer Dana:")
    assert world.move()["action_context"]["recipient"] == "dana@x.example"
