"""execute ID ID: one by one, a result for each, 8 where some were not, and one undo for all."""

from __future__ import annotations

import json

from tests.cli.reading import data, said
from tests.conftest import Run


def add(run: Run, title: str, *more: str) -> str:
    return str(json.loads(run("add", title, *more, "--json").stdout)["data"]["id"])


def status(run: Run, code: str) -> str:
    return str(data(run, "show", code)[0]["status"])


def test_several_are_one_step(demo: Run) -> None:
    codes = [add(demo, f"Task {number}") for number in range(3)]
    told = said(demo, "execute", *codes, "--yes")
    assert "3 moves to 0 people" in told
    assert all(f"✓ {code}" in told for code in codes)
    assert {status(demo, code) for code in codes} == {"executed"}
    said(demo, "undo")
    assert {status(demo, code) for code in codes} == {"rolled_back"}


def test_some_that_cannot_be_done_are_exit_8_and_stay(demo: Run) -> None:
    good, bad = add(demo, "A task"), add(demo, "Write to nobody", "--action", "send_email")
    demo("db", "shell", "-c",
         "UPDATE command_queue_items SET action_type = 'send_email',"
         f" action_context = '{{}}' WHERE code = '{bad}'")  # fmt: skip
    done = demo("execute", good, bad, "--yes", "--json")
    assert done.returncode == 8
    states = {row["id"]: row["state"] for row in json.loads(done.stdout)["data"]}
    assert states == {good: "succeeded", bad: "blocked"}
    assert status(demo, bad) == "pending"
    assert "there is nobody to write to" in demo("execute", bad, bad, "--yes").stderr
    said(demo, "undo")


def test_nobody_can_type_the_words_here(demo: Run) -> None:
    codes = [add(demo, f"Task {number}") for number in range(2)]
    assert "nobody can answer" in said(demo, "execute", *codes, code=5)
    assert {status(demo, code) for code in codes} == {"pending"}


def test_again_is_an_answer(demo: Run) -> None:
    one, two = add(demo, "A task"), add(demo, "Another")
    said(demo, "execute", one, "--yes")
    assert "Already done" in said(demo, "execute", one, two, "--yes")
    said(demo, "undo", "2")
