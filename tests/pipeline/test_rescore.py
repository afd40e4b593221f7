"""Scores follow the time that is left, and only what moved is written."""

from datetime import timedelta

import pytest

from caseyos.pipeline.rescore import rescore
from tests.pipeline.world import BOOK, DAY, NOW, World


def test_scores_follow_the_time_that_is_left(world: World) -> None:
    world.signal("deal_created", deal_id=world.deal(amount=5_000), occurred_at=NOW)
    world.generate()
    before = float(world.move()["priority_score"])
    assert rescore(world.units, BOOK, NOW + timedelta(minutes=5)) == 0
    assert rescore(world.units, BOOK, NOW + DAY) == 1
    move = world.move()
    assert float(move["priority_score"]) > before
    reasons = world.rows(
        "SELECT * FROM action_recommendations WHERE id = %s", move["recommendation_id"]
    )
    assert float(reasons[0]["aps_score"]) == float(move["priority_score"])
    assert reasons[0]["generated_at"] == NOW + DAY
    assert rescore(world.units, BOOK, NOW + DAY) == 0


def test_every_page_is_rescored(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caseyos.pipeline.rescore.PAGE", 3)
    for _ in range(8):
        world.signal("deal_created", deal_id=world.deal(), occurred_at=NOW)
    assert world.generate().created == 8
    assert rescore(world.units, BOOK, NOW + DAY) == 8
