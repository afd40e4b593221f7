"""T0 on a real database: bound to what was shown and accepted, and one open attempt a move."""

from __future__ import annotations

import pytest

from caseyos.errors import Changed, NotFound, Refused, WrongStatus
from tests.desk import Desk
from tests.pipeline.test_execute import Crash, crash_at


def test_a_repeated_plan_is_an_answer(desk: Desk) -> None:
    move = desk.mail()
    plan = desk.plan(move)
    first = desk.app.actions.execute_plan(plan.id)
    again = desk.app.actions.execute_plan(plan.id)
    assert again.execution_id == first.execution_id
    assert again.replayed
    assert again.sentence == "Already done; nothing was done again"
    assert len(desk.letter_files()) == 1


def test_only_one_of_two_plans_of_a_move_runs(desk: Desk) -> None:
    move = desk.mail()
    first, second = desk.plan(move), desk.plan(move)
    desk.app.actions.execute_plan(first.id)
    with pytest.raises(Changed, match="its status"):
        desk.app.actions.execute_plan(second.id)
    with pytest.raises(WrongStatus, match="is executed"):
        desk.execute(move)
    assert len(desk.letter_files()) == 1


def test_an_unknown_plan_and_an_expired_one_are_refused(desk: Desk) -> None:
    with pytest.raises(NotFound, match="no plan pl_nothing"):
        desk.app.actions.execute_plan("pl_nothing")
    plan = desk.plan(desk.mail())
    desk.change("UPDATE executions SET plan_expires_at = now() - interval '1 second'")
    with pytest.raises(Changed, match=f"{plan.id} has expired"):
        desk.app.actions.execute_plan(plan.id)
    assert desk.letter_files() == []


def test_a_plan_is_bound_to_what_it_showed(desk: Desk) -> None:
    move = desk.mail()
    plan = desk.plan(move)
    desk.app.decisions.edit(desk.target(move), "Another subject", "Another text")
    with pytest.raises(Changed, match="subject, body"):
        desk.app.actions.execute_plan(plan.id)
    assert desk.letter_files() == []


def test_the_same_key_with_other_content_is_refused(desk: Desk) -> None:
    """While a move is being carried out, nothing else may be carried out for it."""
    move = desk.mail()
    crash_at(desk, "queued")
    plan = desk.plan(move)
    with pytest.raises(Crash):
        desk.app.actions.execute_plan(plan.id)
    desk.app.actions.probe = lambda _point: None
    desk.change(
        "UPDATE command_queue_items SET accepted_hash = NULL,"
        ' draft = \'{"subject": "Other", "body": "Other"}\''
    )
    with pytest.raises(WrongStatus, match=r"being carried out already \(queued\)"):
        desk.execute(move)
    # And what is queued is not what the move says any more.
    desk.app.actions.run_due()
    (row,) = desk.executions(move)
    assert (row["state"], row["blocked_rule"]) == ("blocked", "acceptance")
    assert desk.letter_files() == []


def test_acceptance_binds_to_the_content(desk: Desk) -> None:
    move = desk.mail()
    desk.app.decisions.accept([desk.target(move)])
    assert desk.status(move) == "accepted"
    assert desk.letter_files() == []
    templates = desk.app.config.paths.templates_dir
    templates.mkdir()
    (templates / "plain.jinja").write_text("Something else altogether.")
    with pytest.raises(Changed, match="is not what was accepted"):
        desk.execute(move)
    (templates / "plain.jinja").unlink()
    assert desk.execute(move).state == "succeeded"


def test_an_accepted_mail_can_be_made_a_draft(desk: Desk) -> None:
    move = desk.mail()
    desk.app.decisions.accept([desk.target(move)])
    assert desk.execute(move, as_draft=True).state == "succeeded"
    (path,) = desk.letter_files()
    assert path.parts[-3] == ".Drafts"


def test_a_refused_plan_can_be_asked_for_again(desk: Desk) -> None:
    move = desk.mail()
    plan = desk.plan(move)
    desk.app.switchboard.stop("send_email")
    with pytest.raises(Refused, match="send_email is stopped"):
        desk.app.actions.execute_plan(plan.id)
    with pytest.raises(Refused, match="send_email is stopped"):
        desk.app.actions.execute_plan(plan.id)
    desk.app.switchboard.resume()
    assert desk.app.actions.execute_plan(plan.id).state == "succeeded"
    (path,) = desk.letter_files()
    assert path.read_bytes() == plan.wire


def test_a_refused_plan_can_be_replaced_by_a_new_one(desk: Desk) -> None:
    move = desk.mail()
    desk.app.switchboard.stop("local")
    with pytest.raises(Refused):
        desk.execute(move)
    desk.app.switchboard.resume()
    assert desk.execute(move).state == "succeeded"
    assert [row["state"] for row in desk.executions(move)] == ["cancelled", "succeeded"]
    assert len(desk.letter_files()) == 1
