"""The score and its reasons are one computation: the worked examples, and what must always hold."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseyos.domain import scoring
from caseyos.domain.scoring import Facts, Rules, score, whole_points
from caseyos.errors import UsageError

RULES = Rules()


def maybe(low: float, high: float) -> st.SearchStrategy[float | None]:
    return st.none() | st.floats(low, high, allow_nan=False)


any_facts = st.builds(
    Facts,
    revenue=maybe(0, 1e12),
    days=maybe(-400, 400),
    minutes=maybe(0, 10_000),
    icp=maybe(0, 1),
    unblocks=st.integers(0, 50),
    learned=st.floats(-10, 10),
)


def points(facts: Facts) -> dict[str, float]:
    return {driver.factor: driver.points for driver in score(facts, RULES).drivers}


def test_the_first_worked_example() -> None:
    made = score(Facts(50_000, 1, 15, 0.9), RULES)
    assert made.aps == 87.5
    assert {d.factor: d.points for d in made.drivers} == {
        "revenue": 35.0,
        "urgency": 22.5,
        "effort": 12.0,
        "strategic": 18.0,
    }
    assert made.because == (
        "High pipeline value ($50k), urgent (1 day), quick win (15min), strong ICP (0.9)"
    )
    assert made.confidence == 1.0


def test_the_second_worked_example() -> None:
    assert score(Facts(1_000, 30, 120, 0.3), RULES).aps == 11.5


@pytest.mark.parametrize(
    ("factor", "given", "value"),
    [
        *[("revenue", *knot) for knot in scoring.DEFAULT_KNOTS["revenue"]],
        *[("urgency", *knot) for knot in scoring.DEFAULT_KNOTS["urgency"]],
        *[("effort", *knot) for knot in scoring.DEFAULT_KNOTS["effort"]],
        ("revenue", 500, 0.05),
        ("revenue", 75_000, 0.9125),
        ("revenue", 1e15, 1.0),
        ("urgency", 2, 0.825),
        ("urgency", 400, 0.0),
        ("effort", 45, 0.525),
        ("effort", 9_999, 0.0),
    ],
)
def test_knots_are_joined_by_lines_and_flat_outside(
    factor: str, given: float, value: float
) -> None:
    assert scoring.interpolate(RULES.knots[factor], given) == pytest.approx(value)


def test_overdue_counts_as_due_now() -> None:
    assert points(Facts(days=-3))["urgency"] == points(Facts(days=0))["urgency"] == 25.0


@given(any_facts)
def test_drivers_re_add_exactly(facts: Facts) -> None:
    made = score(facts, RULES)
    assert sum(Decimal(str(d.points)) for d in made.drivers) == Decimal(str(made.aps))
    assert 0 <= made.aps <= 100
    assert made.aps == round(made.aps, 1)


@given(any_facts)
def test_whole_points_re_add_to_the_rounded_score(facts: Facts) -> None:
    made = score(facts, RULES)
    shown = whole_points(made.drivers)
    assert sum(shown) == math.floor(made.aps + 0.5)
    assert all(abs(w - d.points) <= 1 for w, d in zip(shown, made.drivers, strict=True))


@given(any_facts, st.sampled_from(["revenue", "icp"]), st.floats(0, 1), st.floats(0, 1))
def test_more_money_and_a_better_fit_never_lower_a_score(
    facts: Facts, name: str, one: float, other: float
) -> None:
    scale = 300_000 if name == "revenue" else 1
    low, high = sorted((one * scale, other * scale))
    assert _with(facts, name, low) <= _with(facts, name, high)


@given(any_facts, st.sampled_from(["days", "minutes"]), st.floats(0, 300), st.floats(0, 300))
def test_more_time_and_more_work_never_raise_a_score(
    facts: Facts, name: str, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert _with(facts, name, high) <= _with(facts, name, low)


def _with(facts: Facts, name: str, value: float) -> float:
    given = {field: getattr(facts, field) for field in Facts.__slots__} | {name: value}
    return score(Facts(**given), RULES).aps


@pytest.mark.parametrize(
    ("facts", "factor", "neutral", "confidence", "named"),
    [
        (Facts(None, 1, 15, 0.9), "revenue", 20.0, 0.6, "revenue"),
        (Facts(50_000, None, 15, 0.9), "urgency", 12.5, 0.75, "due date"),
        (Facts(50_000, 1, None, 0.9), "effort", 7.5, 0.85, "effort"),
        (Facts(50_000, 1, 15, None), "strategic", 10.0, 0.8, "ICP fit"),
    ],
)
def test_a_missing_input_is_neutral_and_said(
    facts: Facts, factor: str, neutral: float, confidence: float, named: str
) -> None:
    made = score(facts, RULES)
    driver = next(d for d in made.drivers if d.factor == factor)
    assert driver.points == neutral
    assert not driver.known
    assert "unknown" in driver.sentence
    assert made.confidence == confidence
    assert made.because.endswith(f"{named} unknown")


def test_nothing_known_is_the_middle_without_confidence() -> None:
    made = score(Facts(), RULES)
    assert made.aps == 50.0
    assert made.confidence == 0.0
    assert made.because == "Revenue and due date and effort and ICP fit unknown"


@pytest.mark.parametrize("name", ["revenue", "days", "minutes", "icp", "learned"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_figure_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(UsageError, match=rf"^{name} is .*not a figure"):
        score(Facts(**{name: value}), RULES)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (Facts(revenue=-0.01), "^revenue is -0.01; money at stake cannot be negative"),
        (Facts(minutes=-1), "^minutes is -1; effort cannot be negative"),
        (Facts(icp=1.01), "^icp is 1.01; the fit lies between 0 and 1"),
        (Facts(icp=-0.2), "^icp is -0.2"),
    ],
)
def test_bad_input_is_refused_by_name(facts: Facts, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        score(facts, RULES)


@pytest.mark.parametrize(
    ("unblocks", "sentence"), [(1, "unblocks one other move"), (4, "unblocks 4 other moves")]
)
def test_a_blocker_closes_a_quarter_of_the_distance(unblocks: int, sentence: str) -> None:
    plain, blocking = (score(Facts(1_000, 30, 120, 0.3, unblocks=n), RULES) for n in (0, unblocks))
    assert blocking.aps == pytest.approx(plain.aps + (100 - plain.aps) / 4, abs=0.05)
    driver = blocking.drivers[-1]
    assert (driver.factor, driver.sentence) == ("blocker", sentence)
    assert sentence in blocking.because


def test_a_full_score_has_nothing_left_to_unblock() -> None:
    made = score(Facts(1e6, 0, 0, 1, unblocks=3), RULES)
    assert made.aps == 100.0
    assert made.drivers[-1].points == 0.0


def test_learned_points_are_clamped_in_the_open() -> None:
    made = score(Facts(1e6, 0, 0, 1, learned=6, learned_note="replies 42 % vs 25 %"), RULES)
    assert made.aps == 100.0
    assert made.clamped
    assert [(d.factor, d.points) for d in made.drivers[-2:]] == [
        ("learned", 6.0),
        ("clamped", -6.0),
    ]


def test_weights_are_the_configurations() -> None:
    rules = Rules(weights={"revenue": 10, "urgency": 10, "effort": 10, "strategic": 70})
    assert score(Facts(50_000, 1, 15, 1.0), rules).aps == pytest.approx(8.75 + 9 + 8 + 70, abs=0.05)


def test_evidence_carries_no_points() -> None:
    lines = ("she asked for a price", "close date in 6 days")
    bare = score(Facts(50_000, 1, 15, 0.9), RULES)
    told = score(Facts(50_000, 1, 15, 0.9, notes={"urgency": lines}), RULES)
    assert told.aps == bare.aps
    assert told.drivers[1].evidence == lines


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "$0"),
        (850, "$850"),
        (999.6, "$1k"),
        (4800, "$4.8k"),
        (50000, "$50k"),
        (999999, "$1M"),
        (1200000, "$1.2M"),
    ],
)
def test_money_as_people_say_it(amount: float, words: str) -> None:
    assert scoring.money(amount) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-2, "urgent (overdue)"),
        (0, "urgent (due now)"),
        (0.04, "urgent (1 hour)"),
        (0.5, "urgent (12 hours)"),
        (0.99, "urgent (1 day)"),
        (6, "soon (6 days)"),
        (20, "not urgent (20 days)"),
    ],
)
def test_time_left_as_people_say_it(days: float, words: str) -> None:
    assert words in score(Facts(days=days), RULES).because.lower()
