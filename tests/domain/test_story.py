"""A move's story from its parts: oldest first, each step once, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from caseyos.domain.story import story
from caseyos.domain.views import MoveDetail
from tests.tui.test_window import move

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def step(minutes: int, action: str, to: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "seq": minutes,
        "at": AT + timedelta(minutes=minutes),
        "actor": "casey",
        "action": action,
        "from_state": more.get("before"),
        "to_state": to,
        "reason": more.get("reason"),
        "result": more.get("result"),
    }


def test_from_signal_to_answer() -> None:
    signal = {
        "source": "imap:work",
        "signal_type": "email_replied",
        "evidence": "Dana answered: pricing",
        "occurred_at": AT,
        "created_at": AT,
    }
    sent = {"state": "succeeded", "channel": "imap:work", "provider_id": "250 2.0.0"}
    history = (
        step(9, "outcome", reason="signal", result="replied"),
        step(7, "execute", "executed"),
        step(6, "execute", "succeeded", before="dispatching"),
        step(5, "dispatch", "dispatching"),
        step(4, "claim", "claimed"),
        step(3, "enqueue", "queued"),
        step(2, "accept", "accepted", before="pending", reason="by executing it"),
    )
    about = move(1, created_at=AT + timedelta(minutes=1), play="answer_reply")
    answers = [{"at": AT + timedelta(minutes=8), "who": "dana@x.example", "subject": "Re: pricing"}]
    told = [
        (one.who, one.what, one.told)
        for one in story(MoveDetail(about, (signal,), (sent,), history), answers)
    ]
    assert told == [
        ("imap:work", "signal", "Dana answered: pricing"),
        ("answer_reply", "move", "put there by hand"),
        ("casey", "accept", "pending to accepted: by executing it"),
        ("casey", "enqueue", "into the outbox"),
        ("casey", "dispatch", "handed over: the point of no return"),
        ("casey", "execute", "done by imap:work, 250 2.0.0"),
        ("dana@x.example", "answer", "Re: pricing"),
        ("casey", "outcome", "signal: replied"),
    ]
