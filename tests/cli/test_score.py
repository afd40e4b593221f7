"""score simulate, rules, weights: the worked examples of the contract, through the front door."""

from __future__ import annotations

import pytest

from tests.cli.reading import data, said
from tests.conftest import Run


def simulate(run: Run, revenue: str, days: str, minutes: str, icp: str) -> dict[str, object]:
    words = ("--revenue", revenue, "--days", days, "--minutes", minutes, "--icp", icp)
    found: dict[str, object] = data(run, "score", "simulate", *words)
    return found


def test_the_worked_examples(caseyos: Run) -> None:
    high = simulate(caseyos, "50000", "1", "15", ".9")
    assert high["aps"] == 87.5
    assert [d["points"] for d in high["drivers"]] == [35.0, 22.5, 12.0, 18.0]  # type: ignore[attr-defined]
    assert high["because"] == (
        "High pipeline value ($50k), urgent (1 day), quick win (15min), strong ICP (0.9)"
    )
    assert simulate(caseyos, "1000", "30", "120", ".3")["aps"] == 11.5


@pytest.mark.parametrize(
    ("flag", "value"),
    [("--revenue", "-1"), ("--revenue", "nan"), ("--days", "inf"), ("--icp", "1.5")],
)
def test_bad_input_is_refused_by_name(caseyos: Run, flag: str, value: str) -> None:
    assert flag[2:] in said(caseyos, "score", "simulate", f"{flag}={value}", code=2).lower()


def test_the_rules_in_force(caseyos: Run) -> None:
    assert len(data(caseyos, "score", "rules")) == 17
    assert data(caseyos, "score", "weights")["weights"] == {
        "revenue": 40,
        "urgency": 25,
        "effort": 15,
        "strategic": 20,
    }
