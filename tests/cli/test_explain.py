"""show, why, find."""

from __future__ import annotations

from tests.cli.reading import data, said
from tests.conftest import Run


def test_the_drivers_add_up_for_every_move(demo: Run) -> None:
    for move in data(demo, "queue", "--limit", "100"):
        why = data(demo, "why", move["id"])
        assert round(sum(d["points"] for d in why["drivers"]), 1) == why["aps"] == move["aps"]
        assert all(driver["sentence"] for driver in why["drivers"])


def test_show_takes_codes_prefixes_rows_and_uuids(demo: Run) -> None:
    move = data(demo, "queue")[0]
    for ref in (move["id"], move["uuid"], "1"):
        assert data(demo, "show", ref)[0]["id"] == move["id"]
    assert move["title"][:30] in said(demo, "show", move["id"])


def test_an_ambiguous_beginning_is_refused_with_the_codes(demo: Run) -> None:
    codes = [m["id"] for m in data(demo, "queue", "--status", "all", "--limit", "200")]
    beginnings = [code[0] for code in codes]
    twice = next(b for b in beginnings if beginnings.count(b) > 1)
    told = said(demo, "show", twice, code=2)
    assert sum(code in told for code in codes if code.startswith(twice)) >= 2


def test_find_takes_words_literally(demo: Run) -> None:
    kinds = {hit["kind"] for hit in data(demo, "find", "Northwind")}
    assert {"move", "company"} <= kinds
    hits = data(demo, "find", "a", "--limit", "100")
    assert len({hit["id"] for hit in hits}) == len(hits) > 10
    assert "words to look for" in said(demo, "find", " ", code=2)
    assert "Nothing holds" in said(demo, "find", "100%_nothing")
