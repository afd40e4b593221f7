"""today, next, queue, status."""

from __future__ import annotations

from tests.cli.reading import data, said
from tests.conftest import Run


def test_a_list_of_every_status_shows_them(demo: Run) -> None:
    told = said(demo, "queue", "--status", "all", COLUMNS="80").splitlines()
    assert "status" in told[0] and all(len(line) <= 80 for line in told)
    assert any("pending" in line for line in told)
    assert {row["status"] for row in data(demo, "queue", "--status", "all")} > {"pending"}
    assert "status" not in said(demo, "queue").splitlines()[0]


def test_today_is_due_within_a_day_and_ranked(demo: Run) -> None:
    today = data(demo, "today", "--limit", "100")
    scores = [move["aps"] for move in today]
    assert scores == sorted(scores, reverse=True)
    assert {move["status"] for move in today} == {"pending"}
    assert len(today) == int(said(demo, "today", "--count"))
    every = data(demo, "today", "--all")
    assert {m["id"] for m in today} < {m["id"] for m in every}
    assert len(data(demo, "today", "--limit", "2")) == 2


def test_filters_narrow(demo: Run) -> None:
    def ids(*words: str) -> set[str]:
        return {move["id"] for move in data(demo, "queue", "--limit", "100", *words)}

    everything = ids()
    for words in (
        *(("--kind", "follow_up"), ("--source", "form"), ("--account", "northwind")),
        *(("--min-aps", "70"), ("--due", "today"), ("--text", "review"), ("--owner", "casey")),
    ):
        assert ids(*words) <= everything and ids(*words), words
    assert ids("--owner", "delegated") == set()
    assert ids("--text", "100%") == set()


def test_next_is_the_first_of_today(demo: Run) -> None:
    assert data(demo, "next")["id"] == data(demo, "today")[0]["id"]
    assert "because" in said(demo, "next")


def test_an_empty_home_says_what_fills_it(caseyos: Run) -> None:
    told = said(caseyos, "today")
    assert "caseyos import" in told and "caseyos demo start" in told
    assert "Nothing is due" in said(caseyos, "next", code=12)
    assert said(caseyos, "status").startswith("0 open")


def test_every_line_of_a_narrow_terminal_fits(demo: Run) -> None:
    for line in said(demo, "queue", "--limit", "100", COLUMNS="80").splitlines():
        assert len(line) <= 80, line
