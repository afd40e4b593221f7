"""Carrying moves out: preview, execute, recall, reconcile, undo, receipts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.app.accounts import source_called
from caseyos.app.channels import Channels
from caseyos.config import parse_duration, parse_hours
from caseyos.config.private_file import write_private
from caseyos.domain.bulk import Bulk, Ran, bulk
from caseyos.domain.guardrails import Limit, Policy
from caseyos.domain.model import EMAIL_ACTIONS, ExecutionResult, Plan
from caseyos.domain.ports.execution import Probe, Workshop, silent
from caseyos.domain.rendering import Sender, content_hash
from caseyos.domain.trips import TripPolicy
from caseyos.errors import CaseyError, NotFound, Refused
from caseyos.pipeline import execute, outbox, plan, record, settle
from caseyos.pipeline.execute import RunReport
from caseyos.pipeline.outbox import FlushReport

if TYPE_CHECKING:
    from caseyos.app.core import App

SHIPPED_TEMPLATES = Path(__file__).parents[1] / "plays" / "templates"
HEAD_FILE = "audit-head.json"


@dataclass(frozen=True, slots=True)
class AuditReport:
    """Whether the chain of receipts is intact; `first_bad` is the first entry that is not."""

    intact: bool
    entries: int
    first_bad: int | None
    sentence: str


class Actions:
    """What reaches beyond the queue."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.probe: Probe = silent

    def preview(self, move_id: UUID, *, as_draft: bool = False) -> Plan:
        """A dry run: the exact bytes, every check, and a plan id good for a while."""
        from caseyos.app.meeting_times import with_proposals

        return with_proposals(self._app, plan.preview(self._shop(), move_id, as_draft=as_draft))

    def execute_plan(
        self, plan_id: str, *, no_wait: bool = False, batch_id: UUID | None = None
    ) -> ExecutionResult:
        """Run exactly this plan; a repeat says it is done. Refusals are raised.

        `no_wait` leaves out the hold window, where `send.allow_no_wait` lets a person do so.
        """
        if no_wait and not self._app.config.settings.send.allow_no_wait:
            raise Refused(
                "Sends wait in the outbox, where they can be recalled (send.allow_no_wait is off).",
                hint=f"caseyos execute --plan {plan_id} --yes",
            )
        result = execute.execute_plan(self._shop(), plan_id, no_wait=no_wait, batch_id=batch_id)
        self._remember_head()
        return record.refuse_if_stuck(result)

    def preview_many(self, move_ids: Sequence[UUID]) -> Bulk:
        """Dry runs of several moves, looked at together."""
        return bulk([self.preview(move_id) for move_id in move_ids])

    def execute_many(self, plans: Sequence[Plan]) -> tuple[Ran, ...]:
        """Run plans one by one through the same guardrails; undo takes all of it as one step.

        What is refused is told and does not stop the others.
        """
        batch_id = _new_id()() if len(plans) > 1 else None
        ran: list[Ran] = []
        for one in plans:
            try:
                done = self.execute_plan(one.id, batch_id=batch_id)
            except CaseyError as error:
                ran.append(Ran(one.move_code, one.title, "refused", error.message))
            else:
                ran.append(Ran(one.move_code, one.title, done.state, done.sentence, done.until))
        return tuple(ran)

    def fresh_plan(self, move_id: UUID) -> str | None:
        """A plan of this very version of a move that was shown a short while ago."""
        with self._app.unit_of_work() as uow:
            return uow.executions.fresh_plan(move_id)

    def latest(self, move_id: UUID, *, replayed: bool = False) -> ExecutionResult | None:
        """How the latest real execution of a move stands; `replayed` when it is asked for again."""
        with self._app.unit_of_work() as uow:
            row = uow.executions.latest_real(move_id)
            found = row and uow.executions.get(row["id"])
        return record.as_result(found, replayed=replayed) if found else None

    def run_due(self, limit: int = 500) -> RunReport:
        """Recover what died and run everything that is due."""
        return execute.run_due(self._shop(), limit)

    def reconcile(self) -> Mapping[str, int]:
        """Look unknown effects up by their markers."""
        return settle.reconcile(self._shop())

    def undo_execution(self, which: UUID | str) -> ExecutionResult:
        """Take an effect back, by execution id or rollback token."""
        if isinstance(which, str):
            with self._app.unit_of_work() as uow:
                found = uow.executions.by_rollback_token(which)
            if found is None:
                raise NotFound("No execution has that rollback token.")
            which = found
        return settle.undo(self._shop(), which)

    def answer_unknown(self, move_id: UUID, word: str) -> ExecutionResult:
        """A person's answer to UNKNOWN: check, again, sent or abandon."""
        return settle.answer(self._shop(), move_id, word)

    def outbox(self) -> Sequence[Mapping[str, Any]]:
        """What is on its way, and what waits for something."""
        with self._app.reading() as uow:
            return uow.executions.outbox()

    def recall(self, move_id: UUID) -> ExecutionResult:
        """Take a move out of the outbox before anything happens; TooLate once it did."""
        return outbox.recall(self._shop(), move_id)

    def hold(self, move_id: UUID) -> ExecutionResult:
        """Keep a queued move back until a person releases it."""
        return outbox.hold(self._shop(), move_id)

    def release(self, move_id: UUID) -> ExecutionResult:
        """Let a held move go on, through every guardrail."""
        return outbox.release(self._shop(), move_id)

    def flush(self) -> FlushReport:
        """Let go now of what a person may let go.

        That is what is due and, with `send.allow_no_wait`, what is in its hold window.
        """
        allowed = self._app.config.settings.send.allow_no_wait
        return outbox.flush(self._shop(), no_wait=allowed)

    def breakers(self) -> Sequence[Mapping[str, Any]]:
        """Every breaker that counts failures, or did."""
        with self._app.unit_of_work() as uow:
            return uow.breakers.all()

    def close_breaker(self, channel: str) -> bool:
        """A person says the channel works again; False when its breaker was closed."""
        with self._app.unit_of_work() as uow:
            was = uow.breakers.reset(channel)
            if was is not None:
                uow.audit.append(
                    actor=self._app.actor,
                    action="breaker",
                    subject=f"breaker:{channel}",
                    from_state=was,
                    to_state="closed",
                    reason="closed by hand",
                )
        return was is not None

    def content_hashes(self, move_ids: Sequence[UUID]) -> dict[UUID, str | None]:
        """The hash of each move's rendered content; None where it cannot be rendered yet."""
        shop = self._shop()
        hashes: dict[UUID, str | None] = {}
        for move_id in move_ids:
            with self._app.unit_of_work() as uow:
                move = uow.executions.move(move_id)
            if move is not None:
                try:
                    hashes[move_id] = content_hash(plan.rendered(shop, move)[0])
                except Refused:
                    hashes[move_id] = None
        return hashes

    def audit_verify(self) -> AuditReport:
        """Work the chain out anew and compare it, and its end, with what was kept outside."""
        with self._app.unit_of_work() as uow:
            entries, first_bad = uow.audit.verify()
            kept = self._kept_head()
            if first_bad is None and kept is not None and uow.audit.hash_of(kept[0]) != kept[1]:
                first_bad = kept[0]
        if first_bad is None:
            self._remember_head()
            return AuditReport(True, entries, None, f"intact: {entries} receipts, chain unbroken")
        return AuditReport(False, entries, first_bad, f"BROKEN at receipt {first_bad} of {entries}")

    def _remember_head(self) -> None:
        """Keep the chain's end outside the database, so that cutting it off shows."""
        with self._app.unit_of_work() as uow:
            head = uow.audit.head()
        if head is None:
            return
        kept = {"seq": head[0], "hash": head[1], "of": self._app.config.profile}
        write_private(str(self._app.config.paths.state_dir / HEAD_FILE), json.dumps(kept))

    def _kept_head(self) -> tuple[int, str] | None:
        try:
            kept = json.loads((self._app.config.paths.state_dir / HEAD_FILE).read_text())
            return int(kept["seq"]), str(kept["hash"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _shop(self) -> Workshop:
        settings = self._app.config.settings
        # Read before any transaction opens: transactions do not nest.
        sender, policy = self._sender, self._policy()
        return Workshop(
            units=self._app.unit_of_work,
            channel_of=self.channels.of,
            load_template=self._load_template,
            sender=lambda: sender,
            policy=lambda: policy,
            new_id=_new_id(),
            now=_now,
            actor=self._app.actor,
            lease=parse_duration(settings.execution.lease),
            plan_valid=parse_duration(settings.queue.plan_valid),
            validity=parse_duration(settings.send.validity),
            hold=parse_duration(settings.send.hold),
            breaker_failures=settings.guard.breaker_failures,
            breaker_wait=parse_duration(settings.guard.breaker_wait),
            trips=self._trips(),
            outside=tuple(name for name in self.channels.names() if name != "local"),
            probe=self.probe,
        )

    @cached_property
    def channels(self) -> Channels:
        """The channels of the configuration."""
        return Channels(self._app)

    @cached_property
    def _sender(self) -> Sender:
        send = self._app.config.settings.send
        address = send.from_address
        if not address:
            address = self._account_address()
        if not address:
            with self._app.unit_of_work() as uow:
                told = uow.intake.mail_owners()
            address = told[0] if told else f"{self._app.actor}@localhost"
        return Sender(send.from_name, address, send.signature)

    def _account_address(self) -> str:
        """The address of the account that mail leaves by, where its user is one."""
        name = self._app.config.settings.channels.email
        user = "" if name == "local" else source_called(self._app, name).user
        return user if "@" in user else ""

    def _policy(self) -> Policy:

        settings = self._app.config.settings
        limits = {
            action: Limit(
                one.per_hour,
                one.per_day,
                one.per_recipient_per_week,
                one.per_domain_per_day,
                parse_duration(one.spacing),
                settings.send.warm_up if action in EMAIL_ACTIONS else 0,
            )
            for action in settings.limits.__struct_fields__
            for one in (getattr(settings.limits, action),)
        }
        quiet = settings.send.quiet_hours
        return Policy(
            actions_enabled=settings.actions.enabled,
            quiet_hours=parse_hours(quiet) if quiet else None,
            zone=self._app.config.zone,
            limits=limits,
            stop_file=self._app.switchboard.stop_file_exists(),
            recontact_after=parse_duration(settings.send.recontact_after),
        )

    def _trips(self) -> TripPolicy:
        guard, alerts = self._app.config.settings.guard, self._app.config.settings.alerts
        return TripPolicy(
            bounce_rate=guard.bounce_rate,
            complaint_rate=guard.complaint_rate,
            window=parse_duration(guard.window),
            min_sends=guard.min_sends,
            error_rate=guard.error_rate,
            error_window=parse_duration(alerts.window),
            min_actions=alerts.min_actions,
        )

    def _load_template(self, name: str) -> str | None:
        """The operator's template of that name, else the shipped one."""
        if not name.replace("_", "").replace("-", "").isalnum():
            return None
        for folder in (self._app.config.paths.templates_dir, SHIPPED_TEMPLATES):
            path = folder / f"{name}.jinja"
            try:
                return path.read_text()
            except FileNotFoundError:
                continue
            except (OSError, UnicodeDecodeError) as error:
                raise CaseyError(f"{path} cannot be read.") from error
        return None


def _new_id() -> Callable[[], UUID]:
    from caseyos.app.generation import new_id

    return new_id


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)
