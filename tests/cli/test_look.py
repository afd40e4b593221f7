"""activity, audit, stats."""

from __future__ import annotations

import re

from tests.cli.reading import best, data, said
from tests.conftest import Run


def test_activity_is_filtered_and_newest_first(demo: Run) -> None:
    every = data(demo, "activity", "--limit", "200")
    assert [one["seq"] for one in every] == sorted((o["seq"] for o in every), reverse=True)
    executed = data(demo, "activity", "--what", "execute")
    assert executed and {one["what"] for one in executed} == {"execute"}
    code = executed[0]["move_code"]
    assert {one["move_code"] for one in data(demo, "activity", "--id", code)} == {code}
    assert "Nothing was done" in said(demo, "activity", "--who", "nobody")


def test_the_receipts_hold(demo: Run) -> None:
    assert re.match(r"intact: \d+ receipts", said(demo, "audit", "verify"))
    assert len(data(demo, "audit", "show", "--limit", "5")) == 5


def test_stats_count_what_the_queue_shows(demo: Run) -> None:
    stats = data(demo, "stats")
    assert stats["queue_depth"] == len(data(demo, "queue", "--limit", "100"))
    assert "soon" in said(demo, "stats", "--since", "soon", code=2)


def test_the_story_of_one_move_fits_a_screen(demo: Run) -> None:
    code = best(demo, "create_task")
    said(demo, "execute", code, "--yes")
    told = said(demo, "activity", code).splitlines()
    assert len(told) <= 23 and all(len(line) <= 80 for line in told), told
    words = [line.split()[0] for line in told]
    assert code == words[0]
    whole = "\n".join(told)
    for what in ("move", "accept", "enqueue", "into the outbox", "dispatch", "done by local"):
        assert what in whole
    steps = data(demo, "activity", code)
    assert [one["at"] for one in steps] == sorted(one["at"] for one in steps)
    said(demo, "undo")
