"""Which signals ask for a move, whom it is to, and the reason where there is none."""

import pytest

from tests.pipeline.world import DAY, NOW, World, book


def test_a_play_that_lacks_an_address_makes_a_task_that_says_so(world: World) -> None:
    account = world.account()
    world.signal("renewal_due", account_id=account, data={"renewal_date": "2026-12-20"})
    world.generate()
    move = world.move()
    assert move["action_type"] == "create_task"
    assert move["action_context"]["missing"] == ["an address for Northwind"]
    assert move["title"].startswith("Find an address")


@pytest.mark.parametrize(
    "address", ["not an address", "a@x.example, b@x.example", 5, ["a@x.example"]]
)
def test_an_address_that_is_none_is_missing(world: World, address: object) -> None:
    world.signal("form_submitted", data={"from": address})
    world.generate()
    assert world.move()["action_type"] == "create_task"
    assert "recipient" not in world.move()["action_context"]


def test_a_bounced_person_is_not_the_one_to_write_to(world: World) -> None:
    account = world.account()
    world.contact("old@x.example", account_id=account, bounced_at=NOW)
    world.contact("new@x.example", account_id=account)
    world.signal("renewal_due", account_id=account, data={"renewal_date": "2026-12-20"})
    world.generate()
    assert world.move()["action_context"]["recipient"] == "new@x.example"


# -- no move, and why


@pytest.mark.parametrize(("days", "made"), [(29, True), (31, False), (4_000, False)])
def test_an_outside_event_may_be_too_old(world: World, days: int, made: bool) -> None:
    signal = world.signal(
        "form_submitted", occurred_at=NOW - days * DAY, data={"from": "d@x.example"}
    )
    report = world.generate()
    assert (report.created, report.too_old) == ((1, 0) if made else (0, 1))
    assert world.outcome(signal) == ((True, None) if made else (False, "too old"))


def test_an_internal_signal_is_never_too_old(world: World) -> None:
    deal = world.deal()
    world.signal(
        "deal_silent", deal_id=deal, occurred_at=NOW - 60 * DAY, data={"since": "2020-01-01"}
    )
    assert world.generate().created == 1


def test_a_play_may_look_further_back(world: World) -> None:
    world.signal("form_submitted", occurred_at=NOW - 60 * DAY)
    own = {"name": "old_forms", "on": "form_submitted", "action": "create_task", "title": "T"}
    assert world.generate(rules=book(own | {"max_age": "52w"})).created == 1


def test_a_signal_without_a_play_is_processed(world: World) -> None:
    for kind in ("email_received", "something_else"):
        signal = world.signal(kind)
        world.generate()
        assert world.outcome(signal) == (False, "no play matches")
    assert world.moves() == []


def test_an_exclusion_is_a_reason_and_never_a_low_score(world: World) -> None:
    account = world.account()
    world.contact(account_id=account)
    world.contact("fresh@y.example", last_contacted_at=NOW - DAY)
    world.contact("old@y.example", last_contacted_at=NOW - 4 * DAY)
    suppressions = {"dana@x.example": "email", "z.example": "domain", str(account): "account"}
    for value, kind in suppressions.items():
        world.do(
            "INSERT INTO suppressions (value, kind, reason, source) VALUES (%s, %s, 'asked', 't')",
            value,
            kind,
        )
    contacts = {row["email"]: row["id"] for row in world.rows("SELECT id, email FROM contacts")}
    contacts["p@z.example"] = world.contact("p@z.example")
    form = {"data": {"form": "demo"}}
    cases = {
        world.signal(
            "form_submitted", contact_id=contacts["dana@x.example"], **form
        ): "do-not-contact",
        world.signal(
            "form_submitted", contact_id=contacts["p@z.example"], **form
        ): "do-not-contact",
        world.signal("renewal_due", account_id=account, data={}): "do-not-contact",
        world.signal(
            "form_submitted", contact_id=contacts["fresh@y.example"], **form
        ): "a short while ago",
        world.signal(
            "manual", data={"title": "x", "action": "update_deal"}
        ): "no channel for update_deal",
    }
    allowed = [
        world.signal("form_submitted", contact_id=contacts["old@y.example"], **form),
        world.reply("<f@x>", contact_id=contacts["fresh@y.example"]),
        world.signal("email_bounced", contact_id=contacts["dana@x.example"], data={}),
    ]
    report = world.generate()
    for signal, words in cases.items():
        made, note = world.outcome(signal)
        assert (made, words in str(note)) == (False, True), note
    assert all(world.outcome(signal)[0] for signal in allowed)
    assert report.gated == sum(report.gates.values()) == len(cases)
    assert len(world.moves()) == len(allowed)


def test_a_reply_that_was_answered_makes_no_move(world: World) -> None:
    world.do(
        "INSERT INTO messages (message_id, direction, source, refs) VALUES"
        " ('<mine@me>', 'sent', 't', ARRAY['<1@x>'])"
    )
    signal = world.reply(number=1)
    world.generate()
    assert world.outcome(signal) == (False, "the reply has been answered")
