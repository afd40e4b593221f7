"""Executions: enqueue, claim, mark, settle; every change of state carries its own guard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.domain.guardrails import Limit
from caseyos.store.rows import as_json
from caseyos.store.sql import named_sql

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named_sql("executions")
Row = Mapping[str, Any]

_NO_VALUES: dict[str, Any] = dict.fromkeys(
    (
        *("plan_id", "from_plan_id", "plan_valid", "idempotency_key", "recipient"),
        *("recipient_domain", "hold", "validity", "seal"),
    )
)


class Executions:
    """The repository of `executions`, in one transaction."""

    def __init__(self, connection: Connection[dict[str, Any]]) -> None:
        self._connection = connection

    def move(self, move_id: UUID) -> Row | None:
        """A move with all that rendering and the guardrails read, locked."""
        return self._one("move_for_action", id=move_id)

    def insert(self, values: Row) -> Row | None:
        """Store an execution; None when its key, plan or marker is taken."""
        row = _NO_VALUES | dict(values)
        row["request"] = as_json(row["request"])
        return self._one("insert_execution", **row)

    def plan(self, plan_id: str) -> Row | None:
        """A plan by the id people type, locked; `good` says whether it has not expired."""
        return self._one("plan", plan_id=plan_id)

    def fresh_plan(self, move_id: UUID) -> str | None:
        """The id of a good plan of the move's present version."""
        row = self._one("fresh_plan", move_id=move_id)
        return None if row is None else str(row["plan_id"])

    def by_plan(self, plan_id: str) -> Row | None:
        """The real execution that carried a plan out."""
        return self._one("by_plan", plan_id=plan_id)

    def get(self, execution_id: UUID) -> Row | None:
        """One execution with its move."""
        return self._one("by_id", id=execution_id)

    def latest_real(self, move_id: UUID) -> Row | None:
        """The latest real execution of a move."""
        return self._one("latest_real", move_id=move_id)

    def settled_without_effect(self, move_id: UUID) -> int:
        """How many executions of a move ended with nothing to show."""
        row = self._one("settled_without_effect", move_id=move_id)
        return int(row["count"]) if row else 0

    def claim(self, lease: timedelta, execution_id: UUID | None = None) -> Row | None:
        """Take the next due execution, or one by id, under a lease."""
        return self._one("claim", lease=lease, id=execution_id)

    def set_state(
        self,
        execution_id: UUID,
        *,
        before: str,
        after: str,
        token: UUID | None = None,
        rule: str | None = None,
        reason: str | None = None,
        until: datetime | None = None,
        error: str | None = None,
    ) -> bool:
        """Change a state, only from `before` and under our lease."""
        values: dict[str, Any] = {"from": before, "to": after, "token": token, "rule": rule}
        values |= {"reason": reason}
        values |= {"until": until, "error": error, "id": execution_id}
        return self._connection.execute(_SQL["set_state"], values).fetchone() is not None

    def ask_again(self, execution_id: UUID, hold: timedelta | None) -> bool:
        """Queue what was blocked because a person asks for it once more; False when it is not."""
        return self._one("ask_again", id=execution_id, hold=hold) is not None

    def mark_dispatch(self, execution_id: UUID, token: UUID) -> bool:
        """The point of no return; False when the lease is not ours any more."""
        return self._one("mark_dispatch", id=execution_id, token=token) is not None

    def settle(
        self,
        execution_id: UUID,
        *,
        before: Sequence[str],
        after: str,
        provider_id: str | None = None,
        digest: str | None = None,
        undo: Row | None = None,
        result: Row | None = None,
        error: str | None = None,
        rollback_token: str | None = None,
    ) -> str | None:
        """Record the outcome of an effect: the state it had, None when that is not in `before`."""
        values = {
            "id": execution_id,
            "from": list(before),
            "to": after,
            "provider_id": provider_id,
            "digest": digest,
            "undo": None if undo is None else as_json(dict(undo)),
            "result": as_json(dict(result or {})),
            "error": error,
            "rollback_token": rollback_token,
        }
        row = self._connection.execute(_SQL["settle"], values).fetchone()
        return None if row is None else str(row["was"])

    def recover(self) -> Mapping[str, list[Row]]:
        """Deal with expired leases and blocks that ended: what was released, lost, unblocked."""
        return {
            "released": self._many("release_expired"),
            "lost": self._many("lose_expired"),
            "unblocked": self._many("unblock"),
        }

    def stopped(self) -> list[Row]:
        """What a switch had blocked, locked: the switch may be off by now."""
        return self._many("stopped")

    def recall(self, move_id: UUID) -> list[Row]:
        """Cancel what is queued or blocked for a move, and is not being taken up right now."""
        return list(self._connection.execute(_SQL["recall"], {"move_id": move_id}))

    def now(self) -> datetime:
        """The database's clock."""
        row = self._one("now")
        assert row is not None  # noqa: S101 - a SELECT without FROM has one row
        moment: datetime = row["now"]
        return moment

    def to_reconcile(self) -> list[Row]:
        """Unknown executions whose next look-up is due, locked."""
        return self._many("to_reconcile")

    def look_again(self, execution_id: UUID) -> None:
        """Not found this time: set the next look-up."""
        self._connection.execute(_SQL["look_again"], {"id": execution_id})

    def set_move(
        self, move_id: UUID, *, before: Sequence[str], after: str, accepted_hash: str | None = None
    ) -> bool:
        """Change the move's status, only from `before`."""
        values = {"id": move_id, "from": list(before), "to": after, "accepted_hash": accepted_hash}
        return self._connection.execute(_SQL["set_move"], values).fetchone() is not None

    def guard_facts(
        self,
        *,
        action_type: str,
        recipient: str | None,
        account_id: UUID | None,
        channel: str = "local",
        limit: Limit | None = None,
        execution_id: UUID | None = None,
    ) -> Row:
        """What the guardrails ask of the database, on its clock.

        Uses are counted up to `limit`; without one all of them are.
        """
        bounds = {
            "per_hour": limit and (limit.per_hour or 0),
            "per_day": limit and (limit.per_day or 0),
            "per_recipient": limit and (limit.per_recipient_per_week or 0),
            "per_domain": limit and (limit.per_domain_per_day or 0),
        }
        facts = self._one(
            "guard_facts",
            id=execution_id,
            action_type=action_type,
            recipient=recipient,
            domain=recipient.rpartition("@")[2] if recipient else None,
            account_id=account_id,
            channel=channel,
            warm_up=limit.warm_up if limit else 0,
            **bounds,
        )
        return facts or {}

    def wrote_again(self, references: Sequence[str], recipient: str) -> str | None:
        """What somebody wrote in their thread after the newest of these messages: its subject."""
        row = self._one("wrote_again", references=list(references), recipient=recipient)
        return None if row is None else str(row["subject"])

    def rates(self, channels: Sequence[str], window: timedelta, errors: timedelta) -> list[Row]:
        """Sends, bounces, complaints and errors of each channel, within the windows."""
        values = {"channels": list(channels), "window": window, "error_window": errors}
        return list(self._connection.execute(_SQL["rates"], values))

    def lock_limits(self, action_type: str) -> None:
        """Go through the limits of an action one at a time, until the commit."""
        self._connection.execute(_SQL["lock_limits"], {"action_type": action_type})

    def note_sent(
        self,
        *,
        message_id: str,
        execution_id: UUID,
        refs: Sequence[str],
        subject: str,
        contact_id: UUID | None,
    ) -> None:
        """Remember our own mail by its Message-ID, so that answers to it are known."""
        self._connection.execute(
            _SQL["note_sent"],
            {
                "message_id": message_id,
                "execution_id": execution_id,
                "refs": list(refs),
                "thread_key": refs[0] if refs else message_id,
                "subject": subject,
                "contact_id": contact_id,
            },
        )
        if contact_id is not None:
            self._connection.execute(
                _SQL["note_contacted"], {"id": contact_id, "execution_id": execution_id}
            )

    def undone(self, execution_id: UUID, after: str, error: str | None = None) -> bool:
        """Record that an effect was taken back, or could not be."""
        values = {"id": execution_id, "to": after, "error": error}
        done = self._connection.execute(_SQL["undone"], values).fetchone() is not None
        if done and after == "undone":
            self._connection.execute(_SQL["forget_sent"], {"id": execution_id})
            self._connection.execute(_SQL["forget_contacted"], {"id": execution_id})
        return done

    def outbox(self) -> list[Row]:
        """What is on its way, and what waits for something."""
        return self._many("outbox")

    def end_holds(self) -> list[Row]:
        """Make due what waits for nothing but its hold window; what that was."""
        return self._many("end_holds")

    def by_rollback_token(self, token: str) -> UUID | None:
        """The execution a rollback token belongs to."""
        row = self._one("by_rollback_token", token=token)
        return row["id"] if row else None

    def _one(self, query: str, **values: Any) -> Row | None:
        return self._connection.execute(_SQL[query], values).fetchone()

    def _many(self, query: str) -> list[Row]:
        return list(self._connection.execute(_SQL[query]))
