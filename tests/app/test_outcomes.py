"""What came of moves: told by hand, found in signals, and taken back."""

from pathlib import Path
from typing import Any

import pytest

from caseyos.app import App
from caseyos.app.intake import ImportOptions
from caseyos.app.references import resolve
from caseyos.domain.views import Target
from caseyos.errors import UsageError
from tests.app.conftest import NOW


def rows(app: App, query: str, *values: Any) -> list[dict[str, Any]]:
    with app.database.transaction() as connection:
        done = connection.execute(query, values)
        return done.fetchall() if done.description else []


def mail(app: App) -> Target:
    made = app.decisions.add("Write to Dana", action="send_email", recipient="dana@x.example")
    return resolve(app, made.code)


def sent(app: App) -> tuple[Target, str]:
    """A mail that was really written to the Maildir, and its Message-ID."""
    target = mail(app)
    result = app.actions.execute_plan(app.actions.preview(target.move_id).id)
    assert result.state == "succeeded"
    (row,) = rows(
        app, "SELECT marker FROM executions WHERE move_id = %s AND NOT dry_run", target.move_id
    )
    return resolve(app, target.code), row["marker"]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("replied", "replied"),
        ("meeting", "meeting_booked"),
        ("moved", "stage_advanced"),
        ("no-reply", "no_response"),
        ("bounced", "bounced"),
        ("shipped", "deliverable_shipped"),
        ("deal_won", "deal_won"),
        ("stage_regressed", "stage_regressed"),
    ],
)
def test_told_by_hand(app: App, word: str, kind: str) -> None:
    target = mail(app)
    report = app.outcomes.record(target, word, positive=True, note="on the phone")
    assert (report.code, report.kind, report.note) == (target.code, kind, None)
    (row,) = rows(app, "SELECT kind, positive, note, source, occurred_at FROM outcomes")
    assert row == {
        "kind": kind,
        "positive": True,
        "note": "on the phone",
        "source": "manual",
        "occurred_at": NOW,
    }
    shown = app.queue.get(target.move_id).outcome
    assert shown is not None and shown["kind"] == kind


def test_an_unknown_word_names_the_known(app: App) -> None:
    with pytest.raises(UsageError, match="'great' is no outcome; one of replied, meeting"):
        app.outcomes.record(mail(app), "great")


def test_stop_puts_the_person_on_the_list_and_undo_takes_them_off(app: App) -> None:
    report = app.outcomes.record(mail(app), "stop")
    assert report.note == "dana@x.example is on the do-not-contact list now"
    assert rows(app, "SELECT value, kind FROM suppressions") == [
        {"value": "dana@x.example", "kind": "email"}
    ]
    app.decisions.undo()
    assert rows(app, "SELECT 1 FROM suppressions") == []
    assert rows(app, "SELECT 1 FROM outcomes") == []


def test_a_late_answer_rewrites_no_response(app: App) -> None:
    target = mail(app)
    app.outcomes.record(target, "no-reply")
    app.outcomes.record(target, "replied")
    standing = rows(app, "SELECT kind FROM outcomes WHERE superseded_at IS NULL")
    assert standing == [{"kind": "replied"}]
    shown = app.queue.get(target.move_id).outcome
    assert shown is not None and shown["kind"] == "replied"


def answer(app: App, kind: str, marker: str, number: int = 1) -> None:
    import json

    rows(
        app,
        "INSERT INTO signals (source, signal_type, external_id, occurred_at, evidence, data)"
        " VALUES ('mail:t', %s, %s, %s, 'e', %s)",
        kind,
        f"<answer{number}@x>",
        NOW,
        json.dumps({"references": [marker], "in_reply_to": [marker], "from": "dana@x.example"}),
    )


@pytest.mark.parametrize(
    ("signal", "outcome"), [("email_replied", "replied"), ("email_bounced", "bounced")]
)
def test_an_answer_to_what_was_sent_is_found_once(app: App, signal: str, outcome: str) -> None:
    target, marker = sent(app)
    answer(app, signal, marker)
    assert app.outcomes.detect() == {outcome: 1}
    assert app.outcomes.detect() == {}
    (row,) = rows(app, "SELECT move_id, execution_id, signal_id, kind FROM outcomes")
    assert (row["move_id"], row["kind"]) == (target.move_id, outcome)
    assert row["execution_id"] and row["signal_id"]


def test_an_answer_to_something_else_is_no_outcome(app: App) -> None:
    sent(app)
    answer(app, "email_replied", "<other@x>")
    assert app.outcomes.detect() == {}


def test_silence_counts_only_after_its_time(app: App) -> None:
    target, _ = sent(app)
    assert app.outcomes.detect() == {}
    rows(
        app,
        "UPDATE executions SET finished_at = finished_at - interval '15 days',"
        " dispatched_at = dispatched_at - interval '15 days'",
    )
    assert app.outcomes.detect() == {"no_response": 1}
    assert app.outcomes.detect() == {}
    shown = app.queue.get(target.move_id).outcome
    assert shown is not None and shown["kind"] == "no_response"


def test_a_move_that_waits_for_a_reply_wakes_with_it(app: App) -> None:
    (contact,) = rows(app, "INSERT INTO contacts (email) VALUES ('dana@x.example') RETURNING id")
    target = mail(app)
    app.decisions.snooze([target], "reply")
    app.outcomes.detect()
    assert app.queue.get(target.move_id).status == "snoozed"
    rows(
        app,
        "INSERT INTO signals (source, signal_type, external_id, evidence, contact_id, occurred_at,"
        " created_at) VALUES ('mail:t', 'email_replied', '<r@x>', 'e', %s, now(), now())",
        contact["id"],
    )
    app.outcomes.detect()
    woken = app.queue.get(target.move_id)
    assert (woken.status, woken.snoozed_until) == ("pending", None)


def test_a_reason_is_told_in_receipts(app: App) -> None:
    target = mail(app)
    app.outcomes.record(target, "replied")
    last = app.operations.activity(move_id=target.move_id)[0]
    assert last.what == "outcome"
    assert app.queue.detail(target.code).history[0]["result"] == "replied"


@pytest.mark.parametrize("by", ["answer", "list-unsubscribe"])
def test_who_mails_to_be_left_alone_is_an_outcome_and_on_the_list(
    app: App, tmp_path: Path, by: str
) -> None:
    target, marker = sent(app)
    answer = {
        "Subject": "Re: hello",
        "In-Reply-To": marker,
        "Date": "Tue, 24 Nov 2026 15:00:00 +0000",
    }
    head = answer if by == "answer" else {"Subject": "unsubscribe"}
    lines = {"From": "dana@x.example", "To": "casey@me.example", "Message-ID": "<w@x>"} | head
    wish = "".join(f"{name}: {value}\n" for name, value in lines.items())
    (tmp_path / "wish.eml").write_text(f"{wish}\nPlease remove me from your list.\n")
    app.intake.import_path(tmp_path / "wish.eml", ImportOptions(me=("casey@me.example",)))
    app.generation.run()
    assert app.outcomes.detect() == {"unsubscribed": 1}
    assert app.outcomes.detect() == {}
    (row,) = rows(app, "SELECT kind, move_id, execution_id IS NOT NULL AS tied FROM outcomes")
    assert row == {"kind": "unsubscribed", "move_id": target.move_id, "tied": True}
    assert rows(app, "SELECT value, source FROM suppressions") == [
        {"value": "dana@x.example", "source": "mail:<w@x>"}
    ]
    # No move asks to answer somebody who wants no answer.
    assert rows(app, "SELECT code FROM command_queue_items WHERE play = 'answer_reply'") == []
