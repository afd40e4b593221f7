"""Statuses and the only allowed changes (SPEC section 2, "State on one page").

Knows words, not tables: the store's CHECKs and the pipeline both rest on this.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from caseyos.domain.model import ExecutionState as E
from caseyos.domain.model import MoveStatus as M
from caseyos.errors import WrongStatus

MOVE_CHANGES: Mapping[M, frozenset[M]] = {
    M.PENDING: frozenset({M.ACCEPTED, M.DISMISSED, M.SNOOZED, M.EXPIRED}),
    M.SNOOZED: frozenset({M.PENDING, M.DISMISSED}),
    M.ACCEPTED: frozenset({M.PENDING, M.EXECUTED, M.FAILED, M.UNKNOWN, M.EXPIRED}),
    M.DISMISSED: frozenset({M.PENDING}),
    M.EXPIRED: frozenset({M.PENDING}),
    M.ROLLED_BACK: frozenset({M.PENDING}),
    M.EXECUTED: frozenset({M.ROLLED_BACK}),
    M.UNKNOWN: frozenset({M.EXECUTED, M.FAILED, M.ACCEPTED}),
    M.FAILED: frozenset({M.ACCEPTED}),
}

PERSON_ONLY: frozenset[tuple[M, M]] = frozenset(
    {(M.UNKNOWN, M.ACCEPTED), (M.FAILED, M.ACCEPTED), (M.UNKNOWN, M.FAILED)}
)

EXECUTION_CHANGES: Mapping[E, frozenset[E]] = {
    E.QUEUED: frozenset({E.CLAIMED, E.BLOCKED, E.CANCELLED}),
    E.CLAIMED: frozenset({E.DISPATCHING, E.QUEUED, E.BLOCKED, E.FAILED}),
    E.DISPATCHING: frozenset({E.SUCCEEDED, E.PARTIAL, E.FAILED, E.UNKNOWN, E.QUEUED}),
    E.BLOCKED: frozenset({E.QUEUED, E.CANCELLED}),
    E.UNKNOWN: frozenset({E.SUCCEEDED, E.FAILED}),
    E.SUCCEEDED: frozenset({E.UNDONE, E.UNDO_FAILED}),
    E.PARTIAL: frozenset({E.UNDONE, E.UNDO_FAILED}),
    E.UNDO_FAILED: frozenset({E.UNDONE}),
    E.FAILED: frozenset(),
    E.CANCELLED: frozenset(),
    E.UNDONE: frozenset(),
    E.SIMULATED: frozenset(),
}

# A move dismissed as "not now" is asked about again after this.
ASK_AGAIN = timedelta(days=14)
LIVE_STATUSES = frozenset({M.PENDING, M.SNOOZED, M.ACCEPTED})
OPEN_EXECUTIONS = frozenset({E.QUEUED, E.CLAIMED, E.DISPATCHING, E.BLOCKED, E.UNKNOWN})


def check_move_change(code: str, present: str, wanted: M, *, verb: str) -> None:
    """Refuse a change of status that is not in the table, naming the present status."""
    if wanted not in MOVE_CHANGES[M(present)]:
        raise WrongStatus(
            f"{code} is {present}, so it cannot be {verb}.", hint=f"caseyos show {code}"
        )


def check_execution_change(present: str, wanted: E) -> None:
    """Refuse an execution change that is not in the table: a defect, never a person's doing."""
    if wanted not in EXECUTION_CHANGES[E(present)]:
        raise WrongStatus(f"An execution that is {present} cannot become {wanted}.")
