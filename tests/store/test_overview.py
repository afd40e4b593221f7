"""Counts over everything: each figure is the rows behind it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.store.conftest import Insert, Unit

Move = Callable[..., UUID]
NOW = datetime(2026, 11, 24, 14, 12, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_the_status_lines_figures(unit: Unit, move: Move, insert: Insert) -> None:
    move(priority_score=40, due_by=NOW)
    move(priority_score=90, due_by=NOW + timedelta(days=9))
    for status in ("accepted", "unknown", "executed"):
        move(status=status, priority_score=99, due_by=NOW)
    for state in ("queued", "claimed", "dispatching", "blocked", "succeeded", "unknown"):
        insert("executions", move_id=move(status="accepted"), action_type="x", state=state)
    with unit() as uow:
        assert uow.overview.counts(NOW) == {
            "pending": 2,
            "due": 1,
            "accepted": 7,
            "unknown": 1,
            "outbox": 4,
        }


def test_nothing_at_all(unit: Unit) -> None:
    with unit() as uow:
        assert set(uow.overview.counts(NOW).values()) == {0}
        assert uow.overview.activity() == ()
        assert uow.overview.quarantined() == 0
        stats = uow.overview.stats(LONG_AGO, ())
    assert (stats.signals, stats.by_score, stats.outcomes) == (0, (), {})


def test_activity_by_whom_what_and_page(unit: Unit, move: Move, insert: Insert) -> None:
    about = move(title="Call Lena")
    execution = insert("executions", move_id=about, action_type="x", state="succeeded")
    with unit() as uow:
        uow.audit.append(actor="casey", action="accept", subject=f"move:{about}", reason="r")
        uow.audit.append(
            actor="daemon", action="execute", subject=f"execution:{execution}", result="ok"
        )
        uow.audit.append(actor="casey", action="safe", subject="switch:mode")
    with unit() as uow:
        look = uow.overview.activity
        assert [(e.what, e.title) for e in look()] == [
            ("safe", None),
            ("execute", "Call Lena"),
            ("accept", "Call Lena"),
        ]
        assert [e.what for e in look(who="casey")] == ["safe", "accept"]
        assert [e.detail for e in look(what="execute")] == ["ok"]
        assert [e.what for e in look(move_id=about)] == ["execute", "accept"]
        first = look(limit=1)
        assert [e.what for e in look(before=first[0].seq, limit=1)] == ["execute"]
        assert look(since=datetime(2100, 1, 1, tzinfo=UTC)) == ()


def test_figures_by_score(unit: Unit, move: Move) -> None:
    for score, kind, positive in (
        (95, "replied", None),
        (80, "replied", False),
        (60, "no_response", None),
        (59.9, "deal_won", True),
        (0, None, None),
    ):
        about = move(priority_score=score, status="executed", executed_at=NOW)
        if kind:
            with unit() as uow:
                uow.outcomes.record(
                    move_id=about,
                    kind=kind,
                    positive=positive,
                    note=None,
                    source="manual",
                    actor="casey",
                    occurred_at=NOW,
                )
    with unit() as uow:
        stats = uow.overview.stats(LONG_AGO, (("t", "ok"),))
        later = uow.overview.stats(datetime(2100, 1, 1, tzinfo=UTC), ())
    assert stats.by_score == (("80-100", 2, 1), ("60-79", 1, 0), ("40-59", 1, 1), ("0-39", 1, 0))
    assert stats.outcomes == {"replied": 2, "deal_won": 1, "no_response": 1}
    assert stats.sources == (("t", "ok"),)
    assert later.by_score == ()
    assert (later.signals, later.moves_made) == (0, 0)


def test_what_lies_in_quarantine(unit: Unit) -> None:
    with unit() as uow:
        uow.connection.execute(
            "INSERT INTO quarantine (source, external_id, raw, place, reason, resolved_at) VALUES"
            " ('t', '1', '', 'p', 'r', NULL), ('t', '2', '', 'p', 'r', now())"
        )
        assert uow.overview.quarantined() == 1
