"""Several plans looked at together: what to type, and which are unlike the others."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from caseyos.domain.bulk import Ran, bulk
from caseyos.domain.model import Check, Payload, Plan

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def plan(
    code: str,
    to: str = "a@acme.example",
    *,
    body: str = "x" * 100,
    aps: float | None = 70,
    kind: str = "send_email",
    outside: bool = True,
    blocked: bool = False,
) -> Plan:
    return Plan(
        id=f"pl_{code}",
        move_id=UUID(int=1),
        move_code=code,
        title=code,
        payload=Payload(kind, "smtp", "s", body, (to,) if to else ()),
        wire=b"",
        effects=(),
        checks=(Check("mode", "block" if blocked else "pass", "no"),),
        expires_at=NOW,
        outside=outside,
        reversibility="final",
        aps=aps,
    )


def test_the_words_count_what_can_be_done_and_say_where_it_goes() -> None:
    both = bulk([plan("a"), plan("b", blocked=True), plan("c", "b@acme.example")])
    assert (both.words, both.people, both.outside) == ("send 2", 2, True)
    local = bulk([plan("a", outside=False), plan("b", outside=True, blocked=True)])
    assert (local.words, local.outside) == ("write 1", False)
    assert bulk([]).words == "write 0"


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        (plan("z", "z@other.example"), "it goes to other.example, most go to acme.example"),
        (plan("z", body="x" * 500), "its text is 5 times as long as most"),
        (plan("z", body="x"), "its text is much shorter than most"),
        (plan("z", aps=12), "its score is 12, most are near 70"),
        (plan("z", kind="create_task"), "it is a create_task, most are send_email"),
    ],
)
def test_what_is_unlike_the_others_is_said(odd: Plan, told: str) -> None:
    assert bulk([plan("a"), plan("b"), plan("c"), odd]).outliers == {"z": told}


def test_two_reasons_are_one_sentence() -> None:
    odd = plan("z", "z@other.example", aps=5)
    assert bulk([plan("a"), plan("b"), plan("c"), odd]).outliers["z"].count(";") == 1


@pytest.mark.parametrize(
    "plans",
    [
        [plan("a"), plan("z", "z@other.example")],  # two have no usual
        [plan(one, f"{one}@{one}.example") for one in "abcd"],  # all of them differ
        [plan(one, "") for one in "abcd"],
        [plan(one, aps=None) for one in "abcd"],
        [plan("a", aps=50), plan("b", aps=70), plan("c", aps=79)],
    ],
)
def test_where_nothing_is_usual_nothing_is_odd(plans: list[Plan]) -> None:
    assert bulk(plans).outliers == {}


def test_what_is_on_its_way_is_good() -> None:
    states = ("succeeded", "partial", "queued", "refused", "blocked", "failed", "unknown")
    assert [Ran("a", "t", state, "s").good for state in states] == [True] * 3 + [False] * 4
