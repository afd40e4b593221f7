"""triage: answers from a pipe, as a screen reader's user types them."""

from __future__ import annotations

from tests.cli.reading import data, said
from tests.conftest import Run


def test_accept_dismiss_snooze_and_the_ways_back(demo: Run) -> None:
    today = [move["id"] for move in data(demo, "today")]
    answers = "5\n4\nx\n1\n2\n\n2\n4\n3\nnever ever\n3\n3d\n9\n"
    done = demo("triage", text_in=answers)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    for word in ("Accepted.", "'x' is none", "Not dismissed.", "Dismissed.", "Snoozed."):
        assert word in done.stdout
    assert "3 of 10 decided" in done.stdout
    status = [data(demo, "show", code)[0]["status"] for code in today[:4]]
    assert status == ["accepted", "dismissed", "snoozed", "pending"]
    said(demo, "undo", "3")
    assert [move["id"] for move in data(demo, "today")] == today


def test_the_end_of_input_stops_and_no_input_refuses(demo: Run) -> None:
    assert "0 of 10 decided" in said(demo, "triage")
    assert "--no-input" in said(demo, "triage", "--no-input", code=5)
