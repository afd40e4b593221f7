"""The invented world: the same from the same seed, and nobody in it can exist."""

from __future__ import annotations

from datetime import UTC, datetime

from caseyos.app.demo_story import COMPANIES, HOSTILE, Story

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_the_same_seed_tells_the_same_story() -> None:
    assert list(Story(NOW).mails()) == list(Story(NOW).mails())
    assert [one["external_id"] for one in Story(NOW).visits()] == [
        one["external_id"] for one in Story(NOW).visits()
    ]


def test_nobody_can_be_reached() -> None:
    assert all(one.address.isascii() and one.address.endswith(".example") for one in COMPANIES)
    assert len({one.address for one in COMPANIES}) == len(COMPANIES)


def test_the_mail_holds_its_troubles() -> None:
    mails = dict(Story(NOW).mails())
    assert HOSTILE.encode() in mails["r-3"]
    assert mails["o-0"] == mails["o-0-again"]
    assert b"Action: failed" in mails["b-1"]
