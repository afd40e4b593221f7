"""One move in lines: what is said re-adds, fits, and is complete."""

import re

import pytest
from rich.cells import cell_len

from caseyos.app import App
from caseyos.domain.views import QueueFilter
from caseyos.tui import facts
from caseyos.tui.facts import Look
from caseyos.tui.glyphs import UNICODE
from caseyos.tui.ink import plain
from tests.tui.stage import add, fill, many

LOOK = Look(UNICODE, None)


def test_the_sum_that_is_shown_is_the_score(core: App) -> None:
    fill(core)
    for move in core.queue.page(QueueFilter()).moves:
        text = plain(facts.pane(move, 60, LOOK))
        line = next(line for line in text.splitlines() if "APS" in line)
        score, parts = re.fullmatch(r" APS ([\d.]+) = (.*)", line).groups()  # type: ignore[union-attr]
        added = sum(float(part) for part in parts.replace("- ", "+ -").split("+ "))
        assert added == pytest.approx(float(score))


@pytest.mark.parametrize("width", [40, 54, 80, 120])
def test_nothing_is_wider_than_its_place(core: App, width: int) -> None:
    add(
        core,
        "w222",
        "日本語 " * 40,
        account="👩‍💻 " * 30,
        snippet="wide 日本語 " * 60,
        note="n" * 400,
    )
    (move,) = core.queue.page(QueueFilter()).moves
    detail, why = core.queue.detail("w222"), core.queue.why("w222")
    for lines in (
        facts.strip(move, width, 7, LOOK),
        facts.pane(move, width, LOOK),
        facts.whole(detail, width, LOOK),
        facts.why(why, width, LOOK),
    ):
        assert all(cell_len(line) <= width for line in plain(lines).splitlines())
    assert len(facts.strip(move, width, 7, LOOK)) <= 7


def test_a_plain_row_says_that_it_has_no_score(core: App) -> None:
    many(core, 1)
    (move,) = core.queue.page(QueueFilter()).moves
    assert "put there by hand" in plain(facts.strip(move, 80, 7, LOOK))
    assert plain(facts.pane(move, 60, LOOK))


def test_why_tells_drivers_evidence_and_the_share_that_is_known(core: App) -> None:
    fill(core)
    text = plain(facts.why(core.queue.why("m1ka"), 90, LOOK))
    assert "she asked for a price" in text
    assert "80% of the weight is known" in text
    assert "weights v1" in text
    assert "Since yesterday  new" in text
