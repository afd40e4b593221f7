"""Figures become lines, lines a table, and the page's prose stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.case import NAMES
from tests.crash.figures import (
    BEGIN,
    END,
    LINES,
    PAGE,
    Figures,
    added,
    keep,
    line_of,
    page_with,
    read_lines,
    table,
)


def test_a_line_has_the_bound_and_the_rates() -> None:
    found = Figures("at a point", 200, 0, unknown=20, resolve=[1.0, 9.0, 2.0])
    line = line_of("local", found, scale="full", seed=7, seconds=12.34)
    assert (line.upper_95, line.unknown_rate, line.median_resolve) == (0.015, 0.1, 2.0)
    assert (line.seed, line.seconds) == (7, 12.3)


def test_a_failure_has_no_bound() -> None:
    assert line_of("local", Figures("", 9, 1), scale="full", seed=1, seconds=1).upper_95 is None


def test_parts_of_a_case_are_added_up_row_by_row() -> None:
    parts = [
        Figures("at a point", 40, 0, unknown=4, resolve=[1.0]),
        Figures("elsewhere", 40, 0),
        Figures("at a point", 20, 1, unknown=1, resolve=[2.0], wrong=("lost",)),
    ]
    point, elsewhere = added(parts)
    assert (point.runs, point.failures, point.unknown, point.wrong) == (60, 1, 5, ("lost",))
    assert point.resolve == [1.0, 2.0]
    assert elsewhere == Figures("elsewhere", 40, 0)


def test_the_table_says_it_for_people() -> None:
    found = Figures("at a point", 1_800, 0, unknown=400, resolve=[2.04], also="p95 3 ms")
    rows = table([line_of("local", found, scale="full", seed=1, seconds=93.2)]).splitlines()
    assert rows[-1] == (
        "| local: at a point<br>p95 3 ms | 1,800 | 0 | 0.17 % | 22.2 % | 2.0 s | 1 | 93 |"
    )


def test_new_lines_take_the_place_of_the_old_ones(tmp_path: Path) -> None:
    path, order = tmp_path / "lines.jsonl", ["a", "b"]

    def line(case: str, runs: int, scale: str = "full") -> object:
        return line_of(case, Figures("", runs, 0), scale=scale, seed=1, seconds=1)

    keep([line("b", 1), line("a", 1)], order, path)  # type: ignore[list-item]
    keep([line("b", 2), line("b", 3, "soak")], order, path)  # type: ignore[list-item]
    kept = [(one.case, one.scale, one.runs) for one in read_lines(path)]
    assert kept == [("a", "full", 1), ("b", "full", 2), ("b", "soak", 3)]


def test_the_page_is_what_the_kept_lines_say() -> None:
    text = PAGE.read_text()
    assert text.count(BEGIN) == text.count(END) == 1
    assert page_with(text, read_lines(LINES), NAMES) == text


@pytest.mark.parametrize("line", read_lines(LINES), ids=lambda line: f"{line.case} {line.row}")
def test_every_kept_line_is_of_a_case_that_there_is(line: object) -> None:
    assert line.case in NAMES  # type: ignore[attr-defined]
    assert line.scale != "short"  # type: ignore[attr-defined]
