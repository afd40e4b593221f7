"""The words are the contract's, and a plan with a blocking check is blocked."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from caseyos.domain import model
from caseyos.domain.model import Check, Payload, Plan

# SPEC sections 2, 3, 7 and 8.
WORDS = {
    "SignalType": "form_submitted deal_created deal_stage_changed email_received email_replied"
    " email_bounced meeting_booked meeting_soon meeting_ended draft_stale bulk_stalled deal_silent"
    " renewal_due account_at_risk deliverable_due approval_pending content_published manual",
    "ActionType": "send_email create_draft follow_up create_task complete_task schedule_meeting"
    " update_deal",
    "MoveStatus": "pending accepted dismissed snoozed expired executed failed unknown rolled_back",
    "ExecutionState": "queued claimed dispatching succeeded partial failed unknown blocked"
    " cancelled undone undo_failed simulated",
    "OutcomeKind": "replied meeting_booked stage_advanced stage_regressed deal_won deal_lost"
    " deliverable_shipped bounced unsubscribed no_response",
    "DismissReason": "not-now wrong-person done bad stop-company none",
    "Mode": "safe live",
}


@pytest.mark.parametrize("name", WORDS)
def test_the_words_are_the_contracts(name: str) -> None:
    assert {str(word) for word in getattr(model, name)} == set(WORDS[name].split())


@pytest.mark.parametrize(
    ("levels", "blocked"),
    [([], False), (["pass", "warn"], False), (["pass", "block"], True), (["block"], True)],
)
def test_one_blocking_check_blocks_a_plan(levels: list[str], blocked: bool) -> None:
    plan = Plan(
        id="pl_1",
        move_id=UUID(int=1),
        move_code="m7k2",
        title="T",
        payload=Payload("create_task", "local", "T", ""),
        wire=b"",
        effects=(),
        checks=tuple(Check("c", level, "") for level in levels),
        expires_at=datetime(2026, 11, 24, tzinfo=UTC),
        outside=False,
        reversibility="reversible",
    )
    assert plan.blocked is blocked
