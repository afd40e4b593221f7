"""accept, dismiss, snooze, edit, note, add, outcome: what changes is said, and undo takes it back."""

from __future__ import annotations

import json

import pytest

from tests.cli.reading import best, data, said
from tests.conftest import Run


def shown(run: Run, code: str) -> dict[str, object]:
    """A move as `show` tells of it, without what every step changes."""
    move = data(run, "show", code)[0]
    return {k: move[k] for k in ("status", "title", "aps", "due", "snoozed_until", "outcome")}


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("accept", "{}"), "accepted"),
        (("dismiss", "{}", "--reason", "bad"), "dismissed"),
        (("snooze", "{}", "3d"), "snoozed"),
    ],
)
def test_a_decision_and_its_undo_and_redo(demo: Run, words: tuple[str, ...], status: str) -> None:
    code = best(demo, "create_task")
    before = shown(demo, code)
    told = said(demo, *(word.format(code) for word in words))
    assert code in told and str(before["title"]) in told and "Undo: caseyos -P demo undo" in told
    assert shown(demo, code)["status"] == status
    assert data(demo, "outbox", "list") == []
    said(demo, "undo")
    assert shown(demo, code) == before
    said(demo, "redo")
    assert shown(demo, code)["status"] == status
    said(demo, "undo")
    assert shown(demo, code) == before


def test_a_bulk_is_one_step(demo: Run) -> None:
    codes = [move["id"] for move in data(demo, "queue", "--limit", "3")]
    listed = json.dumps(codes)
    done = demo("accept", "-", text_in="\n".join(codes) + "\n")
    assert done.returncode == 0 and all(code in done.stdout for code in codes), listed
    said(demo, "undo")
    assert [move["id"] for move in data(demo, "queue", "--limit", "3")] == codes


def test_unknown_words_are_refused_by_name(demo: Run) -> None:
    code = best(demo, "create_task")
    assert "'meh'" in said(demo, "dismiss", code, "--reason", "meh", code=2)
    assert "blursday" in said(demo, "snooze", code, "blursday", code=2)
    assert "'great'" in said(demo, "outcome", code, "great", code=2)
    assert shown(demo, code)["status"] == "pending"


def test_an_edit_changes_the_plan_and_spoils_the_acceptance(demo: Run) -> None:
    code = best(demo, "send_email")
    said(demo, "accept", code)
    said(demo, "edit", code, "--subject", "My own words", "--body", "Dear you")
    plan = data(demo, "preview", code)
    assert (plan["subject"], plan["body"]) == ("My own words", "Dear you")
    assert plan["blocked"], "what was accepted is not what would be sent"
    said(demo, "undo", "2")
    assert not data(demo, "preview", code)["blocked"]


def test_add_note_and_outcome(demo: Run) -> None:
    made = data(demo, "add", "Call", "the", "printer", "--due", "today", "--effort", "5")
    assert made["title"] == "Call the printer" and made["due"]
    assert round(sum(d["points"] for d in made["drivers"]), 1) == made["aps"]
    said(demo, "note", made["id"], "ask", "for", "paper")
    assert "meeting booked" in said(demo, "outcome", made["id"], "meeting", "--positive")
    said(demo, "undo")
    assert shown(demo, made["id"])["outcome"] is None
    said(demo, "dismiss", made["id"], "--reason", "done")
    said(demo, "reopen", made["id"])
    assert shown(demo, made["id"])["status"] == "pending"
    said(demo, "dismiss", made["id"])


def test_a_time_of_several_words(caseyos: Run) -> None:
    said(caseyos, "add", "Call Lena", "--due", "2h")
    code = data(caseyos, "queue")[0]["id"]
    for words in (["tue", "14:00"], ["2", "weeks"], ["next", "week"], ["tomorrow"]):
        assert f"Snoozed {code}" in said(caseyos, "snooze", code, *words)
        said(caseyos, "wake", code)
    assert "no time I know" in said(caseyos, "snooze", code, "banana", code=2)
