"""The guardrails: each refusal with its reason and end, and their order."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseyos.domain.guardrails import (
    ALLOWED,
    Attempt,
    Limit,
    Policy,
    Switch,
    Switchboard,
    examine,
    judge,
    over_limit,
)
from caseyos.domain.model import ActionType

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
LIVE = Switchboard("live", NOW + timedelta(hours=1), ())
SAFE = Switchboard("safe", None, ())
LIMIT = Limit(
    per_hour=10,
    per_day=20,
    per_recipient_per_week=2,
    per_domain_per_day=5,
    spacing=timedelta(seconds=90),
)
POLICY = Policy(
    actions_enabled=True,
    quiet_hours=(time(19), time(7, 30)),
    zone=UTC,
    limits={"send_email": LIMIT},
    recontact_after=timedelta(days=3),
)
MAIL = Attempt(
    action_type="send_email",
    channel="smtp",
    outside=True,
    recipient="dana@x.example",
    request_hash="a" * 64,
    accepted_hash="a" * 64,
    not_after=NOW + timedelta(days=7),
)
CALM: dict[str, Any] = {
    "now": NOW,
    "suppressed": None,
    "last": None,
    "breaker": None,
    **dict.fromkeys(("contacted_last", "replied_last", "timezone", "country")),
    **dict.fromkeys(("breaker_until", "breaker_reason", "warm_first", "warm_most")),
    "warm_day": 0,
    **dict.fromkeys(("hour", "day", "recipient_week", "domain_day"), 0),
    **dict.fromkeys(("hour_first", "day_first", "recipient_first", "domain_first")),
}

# Everything that can be wrong, in the order of SPEC section 7, each as (rule, how to bring it about).
ATTEMPT = {"acceptance": {"accepted_hash": "b" * 64}, "validity": {"not_after": NOW - timedelta(1)}}
FACTS = {
    "suppression": {"suppressed": "dana@x.example (asked to stop)"},
    "quiet_hours": {"now": NOW.replace(hour=22)},
    "limit": {"day": 20},
    "breaker": {"breaker": "open", "breaker_until": NOW + timedelta(days=1)},
}
ORDER = ("actions_enabled", "stop", "mode", "suppression", "acceptance", "validity")
ORDER += ("recent", "quiet_hours", "limit", "breaker")


def judged(wrong: set[str]) -> str:
    attempt, facts, policy, board = MAIL, dict(CALM), POLICY, LIVE
    for rule in wrong:
        attempt = replace(attempt, **ATTEMPT.get(rule, {}))
        facts |= FACTS.get(rule, {})
    if "actions_enabled" in wrong:
        policy = replace(policy, actions_enabled=False)
    if "mode" in wrong:
        board = SAFE
    if "stop" in wrong:
        board = replace(board, stops=(Switch("outbound", None, None),))
    if "validity" in wrong:
        attempt = replace(attempt, not_after=facts["now"] - timedelta(1))
    if "recent" in wrong:
        facts["contacted_last"] = facts["now"] - timedelta(minutes=1)
        attempt = replace(attempt, queued_at=facts["now"] - timedelta(minutes=2))
    verdict = judge(attempt, policy, board, facts)
    assert verdict.allowed == (not wrong)
    assert verdict.allowed or verdict.reason
    return verdict.rule


def test_a_calm_attempt_is_allowed() -> None:
    assert judge(MAIL, POLICY, LIVE, CALM) == ALLOWED


@given(st.sets(st.sampled_from(ORDER)))
def test_the_first_rule_in_order_speaks(wrong: set[str]) -> None:
    assert judged(wrong) == next((rule for rule in ORDER if rule in wrong), "")


@pytest.mark.parametrize("first", ORDER)
@pytest.mark.parametrize("second", ORDER)
def test_each_rule_against_each(first: str, second: str) -> None:
    """All rules in order, every pair: whichever comes first in SPEC section 7 is the reason."""
    assert judged({first, second}) == min(first, second, key=ORDER.index)


def test_every_rule_is_examined_and_speaks_for_itself() -> None:
    told = dict(examine(MAIL, POLICY, LIVE, CALM))
    assert list(told) == ["mode", *ORDER[3:]]
    assert all(verdict == ALLOWED for verdict in told.values())


@pytest.mark.parametrize(
    ("changes", "facts", "refused"),
    [
        ({}, {}, True),
        ({"outside": False}, {}, False),  # nobody is reached
        ({"action_type": "create_draft"}, {}, False),
        ({"action_type": "schedule_meeting"}, {}, True),
        ({"queued_at": None}, {}, False),  # a preview warns
        ({"queued_at": NOW}, {}, False),  # the person knew of it when he asked
        ({}, {"contacted_last": NOW - timedelta(days=3)}, False),
        ({}, {"replied_last": NOW - timedelta(minutes=1)}, False),  # they answered
        ({}, {"replied_last": NOW - timedelta(days=2)}, True),
    ],
)
def test_somebody_written_to_meanwhile(
    changes: dict[str, Any], facts: dict[str, Any], refused: bool
) -> None:
    attempt = replace(MAIL, **({"queued_at": NOW - timedelta(days=5)} | changes))
    known = CALM | {"contacted_last": NOW - timedelta(hours=1)} | facts
    verdict = judge(attempt, POLICY, LIVE, known)
    assert verdict.rule == ("recent" if refused else "")
    assert verdict.until is None
    assert judge(attempt, replace(POLICY, recontact_after=timedelta()), LIVE, known).allowed


@pytest.mark.parametrize(
    ("state", "until", "refused"),
    [
        (None, None, None),
        ("closed", None, None),
        ("open", timedelta(minutes=1), timedelta(minutes=1)),
        ("open", timedelta(), None),  # its time is over: this one is the probe
        ("half_open", timedelta(minutes=2), timedelta(seconds=15)),
        ("half_open", timedelta(seconds=5), timedelta(seconds=5)),
        ("half_open", timedelta(seconds=-1), None),  # the probe died
    ],
)
def test_a_breaker(state: str | None, until: timedelta | None, refused: timedelta | None) -> None:
    end = None if until is None else NOW + until
    facts = CALM | {"breaker": state, "breaker_until": end, "breaker_reason": "421 later"}
    verdict = judge(MAIL, POLICY, LIVE, facts)
    assert verdict.until == (None if refused is None else NOW + refused)
    assert verdict.rule == ("" if refused is None else "breaker")
    assert judge(replace(MAIL, outside=False), POLICY, LIVE, facts).allowed


def test_a_new_channel_is_warmed_up() -> None:
    warm = replace(POLICY, limits={"send_email": replace(LIMIT, warm_up=5)})
    first = NOW - timedelta(hours=3)
    facts = CALM | {"warm_most": 5, "warm_day": 5, "warm_first": first}
    verdict = over_limit(MAIL, warm, facts)
    assert (verdict.rule, verdict.until) == ("limit", first + timedelta(days=1))
    assert "5 today while smtp warms up" in verdict.reason
    assert over_limit(MAIL, POLICY, facts).allowed
    assert over_limit(replace(MAIL, outside=False), warm, facts).allowed
    assert over_limit(MAIL, warm, facts | {"warm_day": 4}).allowed


def test_of_several_limits_the_one_that_ends_last_is_told() -> None:
    facts = CALM | {
        "hour": 10,
        "hour_first": NOW - timedelta(minutes=30),
        "recipient_week": 2,
        "recipient_first": NOW - timedelta(days=1),
        "last": NOW,
    }
    assert over_limit(MAIL, POLICY, facts).until == NOW + timedelta(days=6)


@pytest.mark.parametrize(
    ("timezone", "country", "quiet"),
    [
        (None, None, False),  # two in the afternoon here
        (None, "Japan", True),
        ("Asia/Tokyo", "Germany", True),  # what we were told goes before the country
        ("Nowhere/Land", "Japan", True),
        (None, "United States", False),  # has several: the operator's
        (None, "Germany", False),
    ],
)
def test_quiet_hours_where_the_recipient_is(
    timezone: str | None, country: str | None, quiet: bool
) -> None:
    verdict = judge(MAIL, POLICY, LIVE, CALM | {"timezone": timezone, "country": country})
    assert verdict.allowed is not quiet
    if quiet:
        assert verdict.reason == "Quiet hours until 07:30 where they are (Asia/Tokyo)."
        assert verdict.until == datetime(2026, 11, 24, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize("action", list(ActionType))
@pytest.mark.parametrize("outside", [False, True])
def test_actions_enabled_and_the_stop_file_stop_local_channels_too(
    action: str, outside: bool
) -> None:
    attempt = replace(MAIL, action_type=action, outside=outside)
    off = judge(attempt, replace(POLICY, actions_enabled=False), LIVE, CALM)
    assert (off.allowed, off.rule) == (False, "actions_enabled")
    stopped = judge(attempt, replace(POLICY, stop_file=True), LIVE, CALM)
    assert (stopped.allowed, stopped.rule) == (False, "stop")


@pytest.mark.parametrize(
    ("level", "outside", "stopped"),
    [
        ("all", False, True),
        ("all", True, True),
        ("outbound", False, False),
        ("outbound", True, True),
        ("send_email", False, True),
        ("follow_up", True, False),
        ("smtp", True, True),
        ("caldav", True, False),
    ],
)
def test_the_levels_of_the_kill_switch(level: str, outside: bool, stopped: bool) -> None:
    until = NOW + timedelta(hours=2)
    board = replace(LIVE, stops=(Switch(level, until, "a test"),))
    verdict = judge(replace(MAIL, outside=outside), POLICY, board, CALM)
    assert verdict.allowed is not stopped
    if stopped:
        assert (verdict.rule, verdict.until) == ("stop", until)
        assert verdict.reason == f"{level} is stopped: a test."


def test_safe_refuses_outside_and_allows_local() -> None:
    assert judge(MAIL, POLICY, SAFE, CALM).rule == "mode"
    assert judge(replace(MAIL, outside=False), POLICY, SAFE, CALM).allowed


@pytest.mark.parametrize("action", list(ActionType))
def test_suppression_holds_what_writes_to_people(action: str) -> None:
    facts = CALM | {"suppressed": "x.example"}
    verdict = judge(replace(MAIL, action_type=action), POLICY, LIVE, facts)
    to_people = action in ("send_email", "create_draft", "follow_up", "schedule_meeting")
    assert verdict.allowed is not to_people
    assert not to_people or verdict.reason == "Do not contact: x.example."


def test_content_that_was_never_accepted_needs_no_hash() -> None:
    assert judge(replace(MAIL, accepted_hash=None), POLICY, LIVE, CALM).allowed


@pytest.mark.parametrize(("late", "allowed"), [(-1, True), (0, True), (1, False)])
def test_the_validity_window(late: int, allowed: bool) -> None:
    attempt = replace(MAIL, not_after=NOW - timedelta(seconds=late))
    assert judge(attempt, POLICY, LIVE, CALM).allowed is allowed


@pytest.mark.parametrize(
    ("local", "until"),
    [
        ("2026-11-24 18:59", None),
        ("2026-11-24 19:00", "2026-11-25 07:30"),
        ("2026-11-24 23:59", "2026-11-25 07:30"),
        ("2026-11-25 00:00", "2026-11-25 07:30"),
        ("2026-11-25 07:29", "2026-11-25 07:30"),
        ("2026-11-25 07:30", None),
        ("2026-10-31 22:00", "2026-11-01 07:30"),  # the clock goes back in the night
        ("2026-03-07 22:00", "2026-03-08 07:30"),  # and forward
    ],
)
def test_quiet_hours_over_midnight(local: str, until: str | None) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=NEW_YORK)
    facts = CALM | {"now": moment.astimezone(UTC)}
    attempt = replace(MAIL, not_after=None)
    verdict = judge(attempt, replace(POLICY, zone=NEW_YORK), LIVE, facts)
    if until is None:
        assert verdict.allowed
    else:
        assert verdict.until is not None
        expected = datetime.fromisoformat(until).replace(tzinfo=NEW_YORK)
        assert verdict.until.timestamp() == expected.timestamp()
        assert verdict.reason == "Quiet hours until 07:30."


def test_quiet_hours_by_day_and_for_local_channels() -> None:
    noon = replace(POLICY, quiet_hours=(time(12), time(15)))
    assert judge(MAIL, noon, LIVE, CALM).until == NOW.replace(hour=15)
    assert judge(replace(MAIL, outside=False), noon, LIVE, CALM).allowed
    assert judge(MAIL, replace(POLICY, quiet_hours=None), LIVE, CALM).allowed


@pytest.mark.parametrize(
    ("used", "most", "window", "words"),
    [
        ("hour", 10, timedelta(hours=1), "10 an hour"),
        ("day", 20, timedelta(days=1), "20 a day"),
        ("recipient_week", 2, timedelta(days=7), "2 a week to one person"),
        ("domain_day", 5, timedelta(days=1), "5 a day to one domain"),
    ],
)
def test_a_limit_names_the_moment_a_place_is_free(
    used: str, most: int, window: timedelta, words: str
) -> None:
    first = NOW - timedelta(minutes=20)
    clock = f"{used.split('_', maxsplit=1)[0]}_first"
    below = CALM | {used: most - 1, clock: first}
    assert over_limit(MAIL, POLICY, below).allowed
    verdict = over_limit(MAIL, POLICY, CALM | {used: most, clock: first})
    assert verdict.until == first + window
    assert words in verdict.reason


def test_a_limit_of_nothing_holds_everything() -> None:
    none = replace(LIMIT, per_day=0)
    verdict = over_limit(MAIL, replace(POLICY, limits={"send_email": none}), CALM)
    assert verdict.until == NOW + timedelta(days=1)


def test_sends_are_spaced_and_local_writes_are_not() -> None:
    facts = CALM | {"last": NOW - timedelta(seconds=30)}
    assert over_limit(MAIL, POLICY, facts).until == NOW + timedelta(seconds=60)
    assert over_limit(replace(MAIL, outside=False), POLICY, facts).allowed
    assert over_limit(MAIL, POLICY, CALM | {"last": NOW - timedelta(seconds=90)}).allowed


def test_an_action_without_limits_is_free() -> None:
    assert over_limit(
        replace(MAIL, action_type="update_deal"), POLICY, CALM | {"day": 10**6}
    ).allowed
