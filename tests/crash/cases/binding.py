"""Any byte of what was accepted is changed afterwards, wherever it lies: nothing may be done.

Hypothesis picks the action, the place, the byte and its new value; a change that leaves what is
kept as it was is not counted. The execution must end blocked or the plan be refused, and nothing
may be found outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from caseyos.errors import CaseyError
from tests.crash.case import Case
from tests.crash.figures import Figures
from tests.crash.stage import Stage, insert_moves
from tests.desk import Desk

MANY_A_DAY = "per_day = 1000000\nper_recipient_per_week = 1000000\nper_domain_per_day = 1000000"
ACTIONS = ("send_email", "create_task", "schedule_meeting")
# Where the accepted content lies: in the move, and in the plan or the execution made of it.
PLACES = (
    "title",
    "action_context",
    "wire",
    "request",
    "marker",
    "recipient",
    "channel",
    "request_hash",
)
WHEN = ("plan", "execution")
Eye = psycopg.Connection[dict[str, Any]]


def run(stage: Stage, examples: int) -> Iterator[Figures]:
    """`examples` changes that were really made."""
    desk = stage.desk(limits=MANY_A_DAY)
    eye: Eye = psycopg.connect(desk.dsn, autocommit=True, row_factory=dict_row)
    wrong: list[str] = []
    made = 0

    @seed(stage.seed)
    @settings(
        max_examples=10 * examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.sampled_from(ACTIONS),
        st.sampled_from(PLACES),
        st.sampled_from(WHEN),
        st.integers(0, 100_000),
        st.integers(1, 127),  # what was a character stays one
    )
    def change(action: str, place: str, when: str, where: int, flip: int) -> None:
        nonlocal made
        if made >= examples:
            return
        told = _try(desk, eye, action, place, when, where, flip)
        made += told is not None
        if told:
            wrong.append(f"{action}, {place} of the {when}, byte {where} by {flip}: {told}")

    change()
    eye.close()
    desk.close()
    if made < examples:
        wrong.append(f"only {made} changes were possible")
    yield Figures("", made, len(wrong), wrong=tuple(wrong))


def _try(
    desk: Desk, eye: Eye, action: str, place: str, when: str, where: int, flip: int
) -> str | None:
    """Change one byte between acceptance and effect: what went wrong, "" for nothing.

    None where the place is empty or takes no such byte.
    """
    (move,) = insert_moves(desk, 1, action, company="Theirs")
    plan = desk.plan(move)
    changed: list[bool] = []

    def at(point: str) -> None:
        if point == "queued" and when == "execution":
            changed.append(_change(desk, eye, move, place, "NOT dry_run", where, flip))

    if when == "plan":
        changed.append(_change(desk, eye, move, place, "dry_run", where, flip))
        if not changed[0]:
            return None
    desk.app.actions.probe = at
    try:
        desk.app.actions.execute_plan(plan.id)
    except CaseyError:
        pass
    finally:
        desk.app.actions.probe = lambda _point: None
    if not any(changed):
        return None
    done = eye.execute(
        "SELECT 1 FROM executions WHERE move_id = %(id)s AND dispatched_at IS NOT NULL"
        " UNION ALL SELECT 1 FROM tasks WHERE move_id = %(id)s",
        {"id": move},
    )
    return "it was carried out" if done.fetchall() else ""


def _change(
    desk: Desk, eye: Eye, move: UUID, place: str, which: str, where: int, flip: int
) -> bool:
    """Change one byte of one column; False where there is none or the content stays the same."""
    in_move = place in ("title", "action_context")
    table = "command_queue_items" if in_move else "executions"
    of = "id = %s" if in_move else f"move_id = %s AND {which}"

    def look() -> tuple[Any, Any]:
        asked = f"SELECT {place} AS value, {place}::text AS text FROM {table} WHERE {of}"
        (row,) = eye.execute(asked, (move,)).fetchall()
        # A move may say something that its rendered content does not.
        says = _content(desk, move) if in_move else row["value"]
        return says, row["text"] if isinstance(row["value"], dict) else row["value"]

    says, before = look()
    if not before:
        return False
    raw = bytearray(before if isinstance(before, bytes) else before.encode())
    raw[where % len(raw)] ^= flip
    try:
        new = bytes(raw) if isinstance(before, bytes) else raw.decode()
        eye.execute(f"UPDATE {table} SET {place} = %s WHERE {of}", (new, move))
    except (ValueError, psycopg.Error):  # no text, or no JSON any more: it cannot be made
        return False
    return bool(look()[0] != says)


def _content(desk: Desk, move: UUID) -> object:
    """The hash of what a move would be now, or why it cannot be anything."""
    try:
        return desk.app.actions.content_hashes([move])
    except CaseyError as refusal:
        return refusal.message


CASE = Case(
    "one byte of what was accepted is changed before it is carried out",
    {"short": 30, "full": 2_000, "soak": 20_000},
    run,
)
