"""What a value may be beyond its type."""

from typing import Any

import msgspec
import pytest

from caseyos.config.checks import DURATIONS, problems
from caseyos.config.model import File, defaults


def found(key: str, value: Any) -> dict[str, str]:
    plain = defaults()
    table: Any = plain
    *tables, last = key.split(".")
    for name in tables:
        table = table[name]
    table[last] = value
    return {problem.key: problem.sentence for problem in problems(msgspec.convert(plain, File))}


def test_the_defaults_are_in_range() -> None:
    assert list(problems(File())) == []


@pytest.mark.parametrize("key", DURATIONS)
def test_lengths_of_time(key: str) -> None:
    assert "expected a length of time" in found(key, "soon")[key]
    assert found(key, "3d") == {}


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("timezone", "Mars/Olympus", "no time zone 'Mars/Olympus'"),
        ("timezone", "../../etc/passwd", "no time zone"),
        ("ui.floor", -1, "0 to 100"),
        ("ui.floor", 101, "0 to 100"),
        ("ui.glyphs", "emoji", "auto, unicode or ascii"),
        ("calendar.business_hours", "9-5", "two times"),
        ("calendar.business_days", ["mon", "funday"], "days such as mon"),
        ("calendar.business_days", [], "days such as mon"),
        ("calendar.holidays", ["2026-02-30"], "a date such as"),
        ("send.quiet_hours", "night", "two times"),
        ("http.listen", "8787", "host:port"),
        ("http.listen", "127.0.0.1:99999", "host:port"),
        ("http.listen", ":8787", "host:port"),
        ("learning.explore", 1.1, "0 to 1"),
        ("score.knots.revenue", [(0, 0)], "rising inputs"),
        ("score.knots.revenue", [(5, 0), (5, 1)], "rising inputs"),
        ("score.knots.urgency", [(0, 0), (1, 1.2)], "0 to 1"),
        ("icp.sectors", {"values": ["retail"], "weight": -1}, "weight of 0 or more"),
        ("icp.revenue", {"min": 5, "weight": float("nan")}, "weight of 0 or more"),
        ("limits.send_email", {"per_day": -1}, "0 or more"),
        ("limits.create_task", {"spacing": "often"}, "length of time"),
        ("telemetry.crash_reports", "onn", "expected off or on, got 'onn'; did you mean on?"),
        ("source", [{"kind": "mbox", "name": "a:b"}], "a name without a colon"),
        ("source", [{"kind": "mbox", "name": ""}], "a name without a colon"),
        ("source", [{"kind": "mbox", "name": "a", "every": "often"}], "length of time"),
        ("jobs", {"tick": {"every": "often"}}, "length of time"),
    ],
)
def test_out_of_range(key: str, value: Any, words: str) -> None:
    told = found(key, value)
    assert len(told) == 1
    ((where, sentence),) = told.items()
    assert where.startswith(key)
    assert words in sentence


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("timezone", "Europe/Lisbon"),
        ("send.quiet_hours", ""),
        ("http.listen", "[::1]:0"),
        ("calendar.holidays", ["2026-12-25"]),
        ("limits.send_email", {"per_day": 0}),
        ("jobs", {"tick": {"enabled": False}}),
    ],
)
def test_in_range(key: str, value: Any) -> None:
    assert found(key, value) == {}


@pytest.mark.parametrize(
    ("weights", "right"),
    [
        ((25, 25, 25, 25), True),
        ((100, 0, 0, 0), True),
        ((33.4, 33.3, 33.3, 0), True),
        ((40, 25, 15, 21), False),
        ((140, -40, 0, 0), False),
        ((float("nan"), 0, 0, 0), False),
    ],
)
def test_the_four_weights_add_up(weights: tuple[float, ...], right: bool) -> None:
    names = ("revenue", "urgency", "effort", "strategic")
    told = found("score.weights", dict(zip(names, weights, strict=True)))
    assert (told == {}) is right
    assert right or "must add up to 100" in told["score.weights"]


def test_the_kinds_of_sources_are_those_that_can_be_read() -> None:
    from caseyos.app.sources import KINDS
    from caseyos.config.checks import SOURCE_KINDS

    assert set(SOURCE_KINDS) == {*KINDS, "csv"}
    told = found("source", [{"kind": "imapp", "name": "a"}])["source.kind"]
    assert "got 'imapp'; did you mean imap?" in told
