"""What came of moves: recorded by hand, found in signals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.config import parse_duration
from caseyos.domain.model import OutcomeKind
from caseyos.domain.suppression import entry_of
from caseyos.domain.views import Target
from caseyos.errors import UsageError

if TYPE_CHECKING:
    from caseyos.app.core import App

# The words people type (UX section 5.6) beside SPEC's own.
WORDS = {
    "replied": OutcomeKind.REPLIED,
    "meeting": OutcomeKind.MEETING_BOOKED,
    "moved": OutcomeKind.STAGE_ADVANCED,
    "no-reply": OutcomeKind.NO_RESPONSE,
    "bounced": OutcomeKind.BOUNCED,
    "stop": OutcomeKind.UNSUBSCRIBED,
    "shipped": OutcomeKind.DELIVERABLE_SHIPPED,
} | {kind.value: kind for kind in OutcomeKind}
_FROM_SIGNAL = {"email_replied": OutcomeKind.REPLIED, "email_bounced": OutcomeKind.BOUNCED}
_FROM_STAGE = {
    "forward": OutcomeKind.STAGE_ADVANCED,
    "back": OutcomeKind.STAGE_REGRESSED,
    "won": OutcomeKind.DEAL_WON,
    "lost": OutcomeKind.DEAL_LOST,
}


@dataclass(frozen=True, slots=True)
class OutcomeReport:
    """An outcome that was recorded, and what else that did."""

    code: str
    title: str
    kind: str
    note: str | None = None


class Outcomes:
    """What happened afterwards."""

    def __init__(self, app: App) -> None:
        self._app = app

    def record(
        self,
        target: Target,
        word: str,
        *,
        positive: bool | None = None,
        note: str | None = None,
    ) -> OutcomeReport:
        """Record an outcome by hand; "stop" also puts the person on the do-not-contact list."""
        kind = WORDS.get(word)
        if kind is None:
            raise UsageError(
                f"{word!r} is no outcome; one of {', '.join(list(WORDS)[:7])}.",
                hint="caseyos outcome ID replied --positive",
            )
        told = None
        with self._app.unit_of_work() as uow:
            move = uow.moves.get(target.move_id)
            execution = uow.executions.latest_real(target.move_id)
            outcome_id = uow.outcomes.record(
                move_id=target.move_id,
                kind=kind.value,
                positive=positive,
                note=note,
                source="manual",
                actor=self._app.actor,
                occurred_at=self._app.clock.now(),
                execution_id=execution["id"] if execution else None,
            )
            address = str((move.context if move else {}).get("recipient") or "").lower()
            if kind is OutcomeKind.UNSUBSCRIBED and address:
                uow.suppressions.add(entry_of(address), "asked to stop", f"outcome:{outcome_id}")
                told = f"{address} is on the do-not-contact list now"
            uow.decisions.journal(
                kind="outcome",
                move_id=target.move_id,
                actor=self._app.actor,
                before={},
                after={"outcome_id": str(outcome_id), "address": address},
                note=note,
            )
            self._tell(uow, target.move_id, kind, "manual")
        return OutcomeReport(target.code, target.title, kind.value, told)

    def take_back(self, uow: Any, steps: Sequence[Mapping[str, Any]]) -> None:
        """Remove what recording an outcome by hand did."""
        for step in steps:
            kept = step["after"]
            uow.outcomes.remove(UUID(kept["outcome_id"]))
            uow.outcomes.show(step["move_id"], None)
            if kept.get("address"):
                value = entry_of(kept["address"]).value
                uow.suppressions.remove(value, f"outcome:{kept['outcome_id']}")

    def detect(self) -> Mapping[str, int]:
        """Find outcomes in signals: replies and bounces to what we sent, deals that moved."""
        found: dict[str, int] = {}
        maturity = parse_duration(self._app.config.settings.learning.maturity)
        with self._app.unit_of_work() as uow:
            rows = [
                (row, OutcomeKind.UNSUBSCRIBED if row["stop"] else _FROM_SIGNAL[row["signal_type"]])
                for row in uow.outcomes.answered()
            ]
            rows += [(row, OutcomeKind.UNSUBSCRIBED) for row in uow.outcomes.asked_to_stop()]
            rows += [
                (row, _FROM_STAGE[row["direction"]])
                for row in uow.outcomes.moved_deals()
                if row["direction"] in _FROM_STAGE
            ]
            rows += [(row, OutcomeKind.NO_RESPONSE) for row in uow.outcomes.matured(maturity)]
            for row, kind in rows:
                uow.outcomes.record(
                    move_id=row["move_id"],
                    kind=kind.value,
                    positive=None,
                    note=row.get("reason"),
                    source="signal",
                    actor=self._app.actor,
                    occurred_at=row.get("occurred_at") or self._app.clock.now(),
                    execution_id=row.get("execution_id"),
                    signal_id=row.get("signal_id"),
                )
                self._tell(uow, row["move_id"], kind, "signal")
                found[kind.value] = found.get(kind.value, 0) + 1
            for row in uow.outcomes.wake_for_reply():
                uow.audit.append(
                    actor=self._app.actor,
                    action="wake",
                    subject=f"move:{row['id']}",
                    from_state="snoozed",
                    to_state="pending",
                    reason="the reply has come",
                )
        return found

    def _tell(self, uow: Any, move_id: UUID, kind: OutcomeKind, source: str) -> None:
        uow.audit.append(
            actor=self._app.actor,
            action="outcome",
            subject=f"move:{move_id}",
            reason=source,
            result=kind.value,
        )
        uow.events.emit("outcome_recorded", item_id=move_id, kind=kind.value, source=source)
