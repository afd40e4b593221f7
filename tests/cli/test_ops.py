"""ops breakers: what is shut, why and until when, and a person's word that it works again."""

from __future__ import annotations

from tests.cli.reading import data, said
from tests.conftest import Run

OPEN = (
    "INSERT INTO breakers (channel, state, failures, openings, retry_at, reason) VALUES"
    " ('imap:test', 'open', 5, 1, now() + interval '1 hour', '421 later')"
)


def test_breakers_are_shown_everywhere_and_closed_by_hand(demo: Run) -> None:
    assert "Every breaker is closed" in said(demo, "ops", "breakers")
    assert "is closed" in said(demo, "ops", "breakers", "--close", "imap:test", code=12)
    assert demo("db", "shell", "-c", OPEN).returncode == 0
    try:
        told = said(demo, "ops", "breakers")
        assert "imap:test" in told and "open" in told and "421 later" in told
        assert data(demo, "ops", "breakers")[0]["failures"] == 5
        assert "breaker imap:test" in said(demo, "stats")
        assert "CD-052" in demo("doctor").stdout
    finally:
        assert "Closed: imap:test" in said(demo, "ops", "breakers", "--close", "imap:test")
    assert "CD-052" not in demo("doctor").stdout
