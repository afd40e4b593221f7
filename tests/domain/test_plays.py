"""The shipped plays against the contract's table, and what a play may be made of."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import caseyos
from caseyos.domain.model import INTERNAL_SIGNALS, SignalType
from caseyos.domain.plays import (
    Candidate,
    Play,
    candidate,
    compile_plays,
    due_by,
    override,
    too_old,
)
from caseyos.errors import ConfigError

NOW = datetime(2026, 11, 24, 14, 12, tzinfo=UTC)
FROM = NOW - timedelta(hours=2)  # when the event happened
START = NOW + timedelta(hours=20)
SHIPPED = tomllib.loads((Path(caseyos.__file__).parent / "plays" / "default.toml").read_text())[
    "play"
]
PLAYS = {play.name: play for play in compile_plays(SHIPPED)}
IDS = {name: UUID(int=n) for n, name in enumerate(("signal", "contact", "deal", "account"), 1)}


def facts(stage_kind: str = "open", **data: Any) -> dict[str, Any]:
    return {
        "signal_id": IDS["signal"],
        "contact_id": IDS["contact"],
        "deal_id": IDS["deal"],
        "account_id": IDS["account"],
        "occurred_at": FROM,
        "recipient": "dana@x.example",
        "who": "Dana",
        "whom": "Northwind",
        "subject": "pricing",
        "deal_name": "Yards",
        "evidence": "seen",
        "deal": {"stage_kind": stage_kind},
        "account": {"name": "Northwind"},
        "data": data,
    }


FORWARD = facts(direction="forward", to="Engaging")
BACK = facts(direction="back", to="Prospecting")
WON = facts("won", direction="won")
LOST = facts("lost", direction="lost")
OPEN = facts()
SILENT = facts(silent_days=11, due="2026-11-20T17:00:00+00:00")
MEETING = facts(title="Demo", start=START.isoformat(), meeting_id="m1")
RENEWAL = facts(renewal_date="2026-12-20", silent_days=15)
BATCH = facts(batch_id="b1", size=12, untouched=5)
HAND = facts(
    title="Call Lena", due="2026-11-25T09:00:00+00:00", action="schedule_meeting", effort=45
)
TODAY = NOW.replace(hour=17, minute=0)
HOURS, DAYS = timedelta(hours=1), timedelta(days=1)

# play: signal, facts that make it, action, due, minutes, what one live move is for (SPEC section 4)
TABLE: dict[str, tuple[str, dict[str, Any], str, datetime, float, str]] = {
    "inbound_form": ("form_submitted", OPEN, "send_email", FROM + 4 * HOURS, 15, "contact"),
    "answer_reply": (
        "email_replied",
        facts(thread_key="<a@x>"),
        "follow_up",
        FROM + DAYS,
        15,
        "<a@x>",
    ),
    "bad_address": ("email_bounced", OPEN, "create_task", FROM + 3 * DAYS, 20, "contact"),
    "first_touch": ("deal_created", OPEN, "send_email", FROM + 2 * DAYS, 15, "deal"),
    "deal_forward": ("deal_stage_changed", FORWARD, "send_email", FROM + DAYS, 15, "deal"),
    "deal_back": ("deal_stage_changed", BACK, "follow_up", FROM + DAYS, 20, "deal"),
    "deal_won": ("deal_stage_changed", WON, "create_task", FROM + DAYS, 30, "deal"),
    "deal_lost": ("deal_stage_changed", LOST, "create_task", FROM + 7 * DAYS, 15, "deal"),
    "deal_silent": (
        "deal_silent",
        SILENT,
        "follow_up",
        datetime(2026, 11, 20, 17, tzinfo=UTC),
        15,
        "deal",
    ),
    "meeting_prep": ("meeting_soon", MEETING, "create_task", START - HOURS, 20, "m1"),
    "meeting_agenda": ("meeting_booked", MEETING, "create_task", START - DAYS, 15, "m1"),
    "meeting_recap": ("meeting_ended", MEETING, "follow_up", FROM + 4 * HOURS, 15, "m1"),
    "stale_draft": ("draft_stale", facts(draft_id="d1"), "create_task", TODAY, 5, "d1"),
    "stalled_batch": ("bulk_stalled", BATCH, "create_task", TODAY, 10, "b1"),
    "renewal": ("renewal_due", RENEWAL, "send_email", FROM + 3 * DAYS, 30, "account"),
    "at_risk": ("account_at_risk", RENEWAL, "schedule_meeting", FROM + DAYS, 30, "account"),
    "by_hand": (
        "manual",
        HAND,
        "schedule_meeting",
        datetime(2026, 11, 25, 9, tzinfo=UTC),
        45,
        "signal",
    ),
}
# Facts under which a signal of the same type does not make the play.
UNLIKE: dict[str, tuple[dict[str, Any], ...]] = {
    "first_touch": (facts("won"), facts("lost")),
    "deal_forward": (BACK, WON, LOST, facts("won", direction="forward")),
    "deal_back": (FORWARD, WON, LOST, facts("lost", direction="back")),
    "deal_won": (FORWARD, BACK, LOST),
    "deal_lost": (FORWARD, BACK, WON),
    "deal_silent": (facts("won", silent_days=11), facts("lost", silent_days=11)),
}


def matching(signal: str, given: dict[str, Any]) -> list[str]:
    return [play.name for play in PLAYS.values() if play.on == signal and play.when(given)]


def propose(name: str, given: dict[str, Any]) -> Candidate:
    return candidate(PLAYS[name], given, now=NOW, zone=UTC)


def test_the_shipped_plays_are_the_tables() -> None:
    assert list(PLAYS) == list(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_the_table(name: str) -> None:
    signal, given, action, due, effort, entity = TABLE[name]
    assert matching(signal, given) == [name]
    made = propose(name, given)
    assert made.action_type == action
    assert made.due_by == due
    assert made.effort == effort
    assert made.dedupe_key == f"{name}:{IDS.get(entity, entity)}"
    assert made.missing == ()
    assert made.title and "{" not in made.title


@pytest.mark.parametrize("name", TABLE)
def test_what_does_not_make_it(name: str) -> None:
    others = {signal for signal, *_ in TABLE.values()} - {TABLE[name][0]}
    assert all(name not in matching(signal, TABLE[name][1]) for signal in others)
    for given in UNLIKE.get(name, ()):
        assert name not in matching(TABLE[name][0], given)


@pytest.mark.parametrize("kind", ["email_received", "deliverable_due", "approval_pending", "other"])
def test_signals_without_a_play(kind: str) -> None:
    assert matching(kind, OPEN) == []


@pytest.mark.parametrize("name", TABLE)
def test_every_play_survives_facts_that_are_missing(name: str) -> None:
    bare = {"signal_id": IDS["signal"], "data": {}, "deal": {"stage_kind": "open"}, "account": {}}
    made = propose(name, bare)
    assert made.title
    assert "None" not in made.title
    assert made.dedupe_key == f"{name}:{IDS['signal']}"


@pytest.mark.parametrize("name", TABLE)
def test_without_an_address_a_task_says_so(name: str) -> None:
    _signal, given, action, due, *_ = TABLE[name]
    made = propose(name, given | {"recipient": None})
    if action in ("send_email", "follow_up", "schedule_meeting"):
        assert made.action_type == "create_task"
        assert made.missing == ("an address for Northwind",)
        assert made.title.startswith("Find an address, then ")
    else:
        assert (made.action_type, made.missing) == (action, ())
    assert made.due_by == due


def test_a_batch_says_how_many_it_unblocks() -> None:
    assert propose("stalled_batch", BATCH).unblocks == 5
    assert propose("renewal", RENEWAL).unblocks == 0


@pytest.mark.parametrize(
    ("days", "old"), [(-1, False), (0, False), (30, False), (30.01, True), (4_000, True)]
)
def test_outside_events_grow_old_and_internal_ones_do_not(days: float, old: bool) -> None:
    play = PLAYS["inbound_form"]
    then = NOW - timedelta(days=days)
    for kind in SignalType:
        assert too_old(play, kind, then, NOW) is (old and kind not in INTERNAL_SIGNALS)
    assert not too_old(play, "form_submitted", None, NOW)


def test_a_play_may_set_its_own_age() -> None:
    (play,) = compile_plays([_play(max_age="2w")])
    assert too_old(play, "form_submitted", NOW - timedelta(days=15), NOW)
    assert not too_old(play, "form_submitted", NOW - timedelta(days=13), NOW)


@pytest.mark.parametrize(
    ("spec", "given", "due"),
    [
        ("90s", OPEN, FROM + timedelta(seconds=90)),
        ("1.5h", OPEN, FROM + 1.5 * HOURS),
        ("2w", OPEN, FROM + 14 * DAYS),
        ("1d", OPEN | {"occurred_at": None}, NOW + DAYS),
        ("today", OPEN, TODAY),
        ("start-30m", MEETING, START - timedelta(minutes=30)),
        ("start-1h", OPEN, None),
        ("observed", OPEN, None),
        ("as given", facts(due="soon"), None),
        ("as given", facts(due=5), None),
        ("as given", facts(due="2026-11-25"), datetime(2026, 11, 25, tzinfo=UTC)),
    ],
)
def test_due(spec: str, given: dict[str, Any], due: datetime | None) -> None:
    assert due_by(spec, given, now=NOW, zone=UTC) == due


def _play(**fields: Any) -> dict[str, Any]:
    return {"name": "mine", "on": "form_submitted", "action": "create_task", "title": "T"} | fields


def test_ones_own_fields_are_laid_over_a_shipped_play() -> None:
    mine = {"name": "deal_silent", "effort": 10.0, "when": None, "title": None}
    plays = {p.name: p for p in compile_plays(override(SHIPPED, [mine, _play()]))}
    assert plays["deal_silent"].effort == 10
    assert plays["deal_silent"].due == "observed"
    assert not plays["deal_silent"].when(facts("won"))
    assert list(plays)[-1] == "mine"


def test_a_play_can_be_switched_off() -> None:
    off = override(SHIPPED, [{"name": "deal_silent", "enabled": False}])
    assert "deal_silent" not in {play.name for play in compile_plays(off)}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"on": ""}, "Play 'mine' says no 'on'"),
        ({"action": None}, "Play 'mine' says no 'action'"),
        ({"title": ""}, "Play 'mine' says no 'title'"),
        ({"action": "fly"}, "there is no action 'fly'"),
        ({"effort": -1}, "effort is minutes"),
        ({"effort": float("nan")}, "effort is minutes"),
        ({"due": "soon"}, "expected a length of time"),
        ({"due": "start-"}, "expected a length of time"),
        ({"max_age": "1y"}, "expected a length of time"),
        ({"when": "data.x =="}, "cannot be read"),
        ({"when": "true }} {{ false"}, "cannot be read"),
        ({"when": "x" * 2_001}, "longer than 2000"),
        ({"when": "range(9)"}, "cannot be read"),
        ({"title": "{% for x in data %}{% endfor %}"}, "for is not for templates"),
        ({"title": "{{ x|center(99999) }}"}, "the filter center"),
        ({"title": "{{ x"}, "cannot be read"),
        ({"unblocks": "'x' | center(9)"}, "cannot be read"),
    ],
)
def test_a_play_that_cannot_be_meant(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as refusal:
        compile_plays([_play(**fields)])
    assert refusal.value.message.isprintable()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"when": "data.text * 3"}, "its condition fails"),
        ({"when": "data.text > 3"}, "its condition fails"),
        ({"when": "1 / data.zero"}, "its condition fails"),
        ({"title": "{{ data.text * 3 }}"}, "its title fails"),
        ({"title": "{{ 1 / data.zero }}"}, "its title fails"),
    ],
)
def test_a_play_that_fails_on_its_facts(fields: dict[str, Any], words: str) -> None:
    (play,) = compile_plays([_play(**fields)])
    given = facts(text="x", zero=0)
    with pytest.raises(ConfigError, match=words):
        play.when(given) and play.title(given)


def title_of(title: str, **data: Any) -> str:
    (play,) = compile_plays([_play(title=title)])
    return play.title(facts(**data))


def test_a_title_is_one_safe_line() -> None:
    assert title_of("{{ data.text }}", text="a\x1b[2J\n{{ 7 * 7 }}") == "a^[[2J {{ 7 * 7 }}"
    assert len(title_of("{{ data.text }}", text="x" * 9_999)) == 160


def test_by_hand_takes_the_owner_that_was_given() -> None:
    assert propose("by_hand", facts(owner="delegated")).owner == "delegated"
    assert propose("by_hand", facts()).owner == "casey"


def test_plays_are_records() -> None:
    assert all(isinstance(play, Play) for play in PLAYS.values())
