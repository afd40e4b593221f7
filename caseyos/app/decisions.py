"""Deciding: accept, dismiss, snooze, edit, add by hand, and taking steps back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.domain import scoring
from caseyos.domain.addresses import parse_address
from caseyos.domain.lifecycle import ASK_AGAIN
from caseyos.domain.model import OWNERS, ActionType, DismissReason, Move, MoveStatus
from caseyos.domain.snooze import parse_when
from caseyos.domain.suppression import ACCOUNT, Entry
from caseyos.domain.views import Target
from caseyos.errors import CaseyError, Changed, NotFound, TooLate, UsageError, WrongStatus
from caseyos.pipeline import decide
from caseyos.pipeline.decide import Decided

if TYPE_CHECKING:
    from caseyos.app.core import App


LISTING = ("suppress", "unsuppress")  # steps about the do-not-contact list, not about a move


@dataclass(frozen=True, slots=True)
class DecisionReport:
    """What a decision changed; `note` says what else it did."""

    items: tuple[Decided, ...]
    batch_id: UUID | None = None
    until: datetime | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class UndoReport:
    """The steps that were taken back (or done again), in words, and what may come next.

    `stopped` is why a later one of several steps was not taken back.
    """

    sentences: tuple[str, ...]
    move_ids: tuple[UUID, ...] = ()
    then: str | None = None
    stopped: CaseyError | None = None


class Decisions:
    """What a person decides about moves."""

    def __init__(self, app: App) -> None:
        self._app = app

    def accept(self, targets: Sequence[Target]) -> DecisionReport:
        """Accept moves, bound to the exact content they have now."""
        hashes = self._app.actions.content_hashes([target.move_id for target in targets])
        now = self._app.clock.now()
        return self._decide(
            targets,
            kind="accept",
            to=MoveStatus.ACCEPTED,
            fields=lambda move: {"accepted_hash": hashes.get(move["id"]), "accepted_at": now},
        )

    def dismiss(
        self, targets: Sequence[Target], reason: str = "none", note: str | None = None
    ) -> DecisionReport:
        """Dismiss moves; "stop-company" also keeps the company from being written to."""
        if reason not in set(DismissReason):
            raise UsageError(
                f"{reason!r} is no reason; one of {', '.join(DismissReason)}.",
            )
        stops = reason == DismissReason.STOP_COMPANY
        report = self._decide(
            targets,
            kind="dismiss",
            to=MoveStatus.DISMISSED,
            fields=lambda _move: {"closed_reason": reason},
            reason=reason,
            note=note,
            also=_keep_from if stops else None,
        )
        told = None
        if reason == DismissReason.NOT_NOW:
            again = (self._app.clock.now() + ASK_AGAIN).date()
            told = f"comes back by itself if its reason still stands after {again.isoformat()}"
        elif stops:
            told = "their companies are on the do-not-contact list now"
        return DecisionReport(report.items, report.batch_id, note=told)

    def snooze(self, targets: Sequence[Target], when: str) -> DecisionReport:
        """Put moves away until a moment in the operator's words, or until a reply."""

        until = parse_when(when, self._app.clock.now(), self._app.config.zone)
        report = self._decide(
            targets,
            kind="snooze",
            to=MoveStatus.SNOOZED,
            fields=lambda _move: {"snoozed_until": until, "snoozed_for_reply": until is None},
            reason=when,
        )
        return DecisionReport(report.items, report.batch_id, until=until)

    def wake(self, targets: Sequence[Target]) -> DecisionReport:
        """Bring snoozed moves back now."""
        return self._decide(
            targets,
            kind="wake",
            to=MoveStatus.PENDING,
            fields=lambda _move: {"snoozed_until": None, "snoozed_for_reply": False},
        )

    def reopen(self, targets: Sequence[Target]) -> DecisionReport:
        """Make dismissed, expired, accepted or rolled-back moves pending again."""
        return self._decide(
            targets,
            kind="reopen",
            to=MoveStatus.PENDING,
            fields=lambda _move: {
                "closed_reason": None,
                "accepted_hash": None,
                "accepted_at": None,
                "snoozed_until": None,
                "snoozed_for_reply": False,
            },
        )

    def edit(
        self,
        target: Target,
        subject: str,
        body: str,
        *,
        start: str | None = None,
        minutes: float | None = None,
    ) -> DecisionReport:
        """Put the operator's own words in the place of the template's; of a meeting also its time.

        `start` is a moment in words, as `--due` takes it; what is not given stays.
        """
        words: dict[str, Any] = {"subject": subject, "body": body}
        if start is not None:
            moment = parse_when(start, self._app.clock.now(), self._app.config.zone)
            if moment is None:
                raise UsageError(f"{start!r} is no time.", hint='--start "2026-12-01 15:00"')
            words["start"] = moment.isoformat()
        if minutes is not None:
            words["minutes"] = minutes
        return self._decide(
            [target],
            kind="edit",
            to=None,
            fields=lambda move: {"draft": {**(move["draft"] or {}), **words}},
        )

    def note(self, target: Target, text: str) -> DecisionReport:
        """Add a note to a move."""
        return self._decide(
            [target],
            kind="note",
            to=None,
            fields=lambda move: {"note": "\n".join(filter(None, (move["note"], text)))},
        )

    def add(
        self,
        title: str,
        *,
        due: str | None = None,
        minutes: float | None = None,
        action: str = "create_task",
        recipient: str | None = None,
        revenue: float | None = None,
        owner: str = "casey",
        task_id: str | None = None,
    ) -> Move:
        """Add a move by hand: a signal of your own, through the same play and score."""
        from caseyos.app.generation import new_id

        if not title.strip():
            raise UsageError("A move needs a title.")
        if action not in set(ActionType):
            raise UsageError(f"There is no action {action!r}.", hint=", ".join(ActionType))
        if owner not in OWNERS:
            raise UsageError(f"There is no owner {owner!r}.", hint=", ".join(OWNERS))
        scoring.check(scoring.Facts(revenue=revenue, minutes=minutes))
        # "today" puts a move away until the morning, but is due until the day is over.
        when = "today 23:59" if due and due.strip().lower() == "today" else due
        moment = parse_when(when, self._app.clock.now(), self._app.config.zone) if when else None
        external_id = f"by-hand:{new_id()}"
        data: Mapping[str, Any] = {
            "title": title.strip(),
            "action": action,
            "due": moment and moment.isoformat(),
            "effort": minutes,
            "recipient": parse_address(recipient) if recipient else None,
            "from": parse_address(recipient) if recipient else None,
            "revenue": revenue,
            "owner": owner,
            "task_id": task_id,
        }
        self._app.intake.add_manual(external_id, title.strip(), data)
        self._app.generation.run()
        with self._app.unit_of_work() as uow:
            move_id = uow.decisions.made_by_hand(external_id)
        if move_id is None:
            raise NotFound(
                "The signal was stored, but no play made a move of it.",
                hint="caseyos signals list --unmatched",
            )
        return self._app.queue.get(move_id)

    def undo(self, count: int = 1) -> UndoReport:
        """Take back the last steps; an executed one by its effect, a batch as one."""
        told: list[str] = []
        touched: list[UUID] = []
        then: str | None = None
        stopped: CaseyError | None = None
        for _ in range(count):
            with self._app.unit_of_work() as uow:
                steps = uow.decisions.last_done(self._app.actor)
            if not steps:
                break
            try:
                told += self._undo_one(steps)
            except (Changed, TooLate, WrongStatus) as refusal:
                stopped = self._pass_over(steps, refusal)
                break
            touched += [step["move_id"] for step in steps if step["move_id"]]
            then = _then(steps)
        if stopped is not None and not told:
            raise stopped
        return UndoReport(tuple(told), tuple(touched), then, stopped)

    def redo(self) -> UndoReport:
        """Do the step undone last again, if nothing was decided since."""
        with self._app.unit_of_work() as uow:
            steps = uow.decisions.last_undone(self._app.actor)
            if not steps:
                return UndoReport(())
            if steps[0]["kind"] in LISTING:
                told = self._app.suppressions.take_back(uow, steps, again=True)
                return UndoReport(told, then="Undo: caseyos undo")
            done = decide.redo_step(uow, steps, self._app.actor)
            if _stopped_companies(steps):
                _keep_from(uow, [step["move_id"] for step in steps])
        return UndoReport(
            _told(steps[0]["kind"], done, "again: "),
            tuple(item.move_id for item in done),
            "Undo: caseyos undo",
        )

    def undo_list(self) -> list[Mapping[str, Any]]:
        """What can be taken back, newest first."""
        with self._app.unit_of_work() as uow:
            return uow.decisions.listed(self._app.actor)

    def _pass_over(self, steps: Sequence[Mapping[str, Any]], refusal: CaseyError) -> CaseyError:
        """A step that cannot be taken back is refused once and does not bar those before it."""
        with self._app.unit_of_work() as uow:
            uow.decisions.pass_over([step["id"] for step in steps])
        refusal.message += " The next undo goes on to the step before it."
        return refusal

    def _undo_one(self, steps: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        executed = [step for step in steps if step["kind"] == "execute"]
        if executed:
            told = []
            for step in executed:
                result = self._app.actions.undo_execution(step["execution_id"])
                told.append(
                    f"took back {result.move_code} {result.title}: {result.sentence.lower()}"
                )
            with self._app.unit_of_work() as uow:
                uow.decisions.mark([step["id"] for step in executed], undone=True)
            return tuple(told)
        with self._app.unit_of_work() as uow:
            if steps[0]["kind"] in LISTING:
                return self._app.suppressions.take_back(uow, steps)
            if steps[0]["kind"] == "outcome":
                self._app.outcomes.take_back(uow, steps)
            if _stopped_companies(steps):
                _let_go(uow, [step["move_id"] for step in steps])
            done = decide.undo_step(uow, steps, self._app.actor)
        return _told(steps[0]["kind"], done, "took back: ")

    def _decide(
        self,
        targets: Sequence[Target],
        *,
        kind: str,
        to: MoveStatus | None,
        fields: Any,
        reason: str | None = None,
        note: str | None = None,
        also: Callable[[Any, Sequence[UUID]], None] | None = None,
    ) -> DecisionReport:
        from caseyos.app.generation import new_id

        batch_id = new_id() if len(targets) > 1 else None
        with self._app.unit_of_work() as uow:
            items = decide.decide(
                uow,
                [target.move_id for target in targets],
                kind=kind,
                to=to,
                fields=fields,
                actor=self._app.actor,
                batch_id=batch_id,
                reason=reason,
                note=note,
            )
            if also is not None:
                also(uow, [item.move_id for item in items])
        return DecisionReport(tuple(items), batch_id)


def _keep_from(uow: Any, move_ids: Sequence[UUID]) -> None:
    """Keep the moves' companies from being written to."""
    for move in uow.decisions.lock(move_ids).values():
        if move["account_id"]:
            account, source = str(move["account_id"]), f"dismiss:{move['id']}"
            uow.suppressions.add(Entry(account, ACCOUNT), "stop suggesting", source)


def _let_go(uow: Any, move_ids: Sequence[UUID]) -> None:
    """Take back what `_keep_from` did for these very moves."""
    for move in uow.decisions.lock(move_ids).values():
        if move["account_id"]:
            uow.suppressions.remove(str(move["account_id"]), f"dismiss:{move['id']}")


def _then(steps: Sequence[Mapping[str, Any]]) -> str | None:
    """What may follow a step that was taken back; an effect is not simply done again."""
    if steps[0]["kind"] != "execute":
        return "Redo: caseyos redo"
    if steps[0]["recalled"]:
        return None
    codes = " ".join(step["code"] for step in steps if step["code"])
    return f"In the queue again: caseyos reopen {codes}"


def _stopped_companies(steps: Sequence[Mapping[str, Any]]) -> bool:
    first = steps[0]
    return bool(first["kind"] == "dismiss" and first["reason"] == DismissReason.STOP_COMPANY)


def _told(kind: str, done: Sequence[Decided], before: str) -> tuple[str, ...]:
    return tuple(f"{before}{kind} {item.code} {item.title} ({item.after} now)" for item in done)
