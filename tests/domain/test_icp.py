"""The fit is the weighted share of what is known, and names the criteria."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseyos.domain.icp import Criterion, Fit, fit

SECTOR = Criterion("sector", "sector", values=("Retail", "Software"), weight=2)
SIZE = Criterion("employees", "employees", low=100, high=5_000)
MONEY = Criterion("revenue", "revenue", low=1_000)
ALL = (SECTOR, SIZE, MONEY)


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (
            {"sector": "retail", "employees": 100, "revenue": 1_000},
            Fit(1.0, "sector retail, employees 100, revenue 1000"),
        ),
        (
            {"sector": "RETAIL", "employees": 5_001, "revenue": 999},
            Fit(0.5, "sector RETAIL (not employees, revenue)"),
        ),
        (
            {"sector": "mining", "employees": 50},
            Fit(0.0, "no criterion met (not sector, employees)"),
        ),
        ({"employees": 5_000}, Fit(1.0, "employees 5000")),
        (
            {"sector": "", "revenue": None},
            Fit(None, "nothing is known of the account that the criteria ask for"),
        ),
        ({}, Fit(None, "nothing is known of the account that the criteria ask for")),
    ],
)
def test_cases(account: dict[str, object], expected: Fit) -> None:
    assert fit(ALL, account) == expected


def test_no_criteria_is_unknown_not_zero() -> None:
    assert fit((), {"sector": "retail"}) == Fit(None, "no ideal customer is configured")


def test_criteria_without_weight_say_nothing() -> None:
    free = Criterion("sector", "sector", values=("retail",), weight=0)
    assert fit((free,), {"sector": "retail"}).value is None


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "sector": st.sampled_from(["retail", "mining", ""]),
            "employees": st.none() | st.integers(0, 10**7),
            "revenue": st.none() | st.floats(0, 1e12),
        },
    )
)
def test_the_fit_lies_between_nothing_and_everything(account: dict[str, object]) -> None:
    value = fit(ALL, account).value
    assert value is None or 0 <= value <= 1
