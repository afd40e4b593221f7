"""Create and undo, with kills between: the effect is gone, and everything says so.

Every third round dies in the creation and is recovered, every third dies in the undo after the
effect was taken back and before that was recorded. Undoing once more changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from uuid import UUID

from caseyos.app import App
from caseyos.errors import CaseyError
from tests.crash.case import Case
from tests.crash.figures import Figures
from tests.crash.kills import broken_chain, forbidden_changes, recover
from tests.crash.stage import Stage, die, insert_moves
from tests.desk import Desk

MANY = "per_day = 1000000\nper_recipient_per_week = 1000000\nper_domain_per_day = 1000000"
ACTIONS = ("create_draft", "create_task", "complete_task", "schedule_meeting")
CREATE_POINTS = ("queued", "claimed", "preflight", "done", "recorded", "committed")
BATCH = 5


def run(stage: Stage, rounds: int) -> Iterator[Figures]:
    """`rounds` of every action, then as many batches of decisions as one step."""
    for action in ACTIONS:
        desk = stage.desk(limits=MANY, more=f"[limits.schedule_meeting]\n{MANY}\n")
        warm = insert_moves(desk, 1, "create_task")[0]
        desk.execute(warm)
        desk.app.decisions.undo()
        desk.close()
        wrong: list[str] = []
        for number in range(rounds):
            told = _round(stage, desk, action, number)
            wrong += [f"round {number}: {one}" for one in told]
        yield Figures(action, rounds, len(wrong), wrong=tuple(wrong))
        yield from broken_chain(desk)
    desk = stage.desk()
    batches = max(1, rounds // 4)
    wrong = [told for _ in range(batches) for told in _batch(desk)]
    yield Figures(
        f"batch of {BATCH} as one step, undo and redo", batches, len(wrong), wrong=tuple(wrong)
    )
    yield from broken_chain(desk)


def _round(stage: Stage, desk: Desk, action: str, number: int) -> list[str]:
    """One creation and its undo; what is wrong afterwards."""
    context = {"task_id": str(_open_task(desk))} if action == "complete_task" else {}
    (move,) = insert_moves(desk, 1, action, **context)
    dies = ("nowhere", "in the creation", "in the undo")[number % 3]

    def create() -> None:
        app = desk.open()
        if dies == "in the creation":
            point = CREATE_POINTS[(number // 3) % len(CREATE_POINTS)]
            app.actions.probe = lambda reached: die() if reached == point else None
        app.actions.execute_plan(app.actions.preview(move).id)

    stage.in_processes([create])
    desk.change("UPDATE executions SET lease_until = now() WHERE lease_until > now()")
    app = desk.open()
    recover(app)
    wrong = [] if _there(desk, move) else ["there was no effect to undo"]
    if dies == "in the undo":
        stage.in_processes([lambda: _undo_and_die(desk, move)])
    first = _undo(app, move)
    again = _undo(app, move)
    app.close()
    status = desk.status(move)
    desk.close()
    if _there(desk, move):
        wrong.append(f"{dies}: the effect is there after the undo")
    if (first, again, status) != ("undone", "undone", "rolled_back"):
        wrong.append(f"{dies}: {first}, then {again}; the move is {status}")
    return wrong + forbidden_changes(desk, [move])


def _undo(app: App, move: UUID) -> str:
    latest = app.actions.latest(move)
    if latest is None:
        return "never executed"
    try:
        return str(app.actions.undo_execution(latest.execution_id).state)
    except CaseyError as refusal:
        return f"refused ({refusal.message})"


def _undo_and_die(desk: Desk, move: UUID) -> None:
    """Take the effect back, and end before anything was recorded."""
    app = desk.open()
    latest = app.actions.latest(move)
    channels = app.actions.channels
    of: Callable[..., object] = channels.of

    class Dying:
        def __init__(self, inner: object) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> object:
            return getattr(self._inner, name)

        def undo(self, instructions: object) -> str:
            self._inner.undo(instructions)  # type: ignore[attr-defined]
            die()
            return ""

    channels.of = lambda *asked: Dying(of(*asked))  # type: ignore[method-assign, assignment]
    with suppress(CaseyError):
        app.actions.undo_execution(latest.execution_id)  # type: ignore[union-attr]


def _there(desk: Desk, move: UUID) -> bool:
    """Whether the effect of a move is there, by looking where it would be."""
    row = desk.executions(move)[-1]
    if row["action_type"] == "complete_task":
        asked = "SELECT 1 FROM tasks WHERE id = %s AND status = 'done'"
        return bool(desk.rows(asked, row["request"]["fields"]["task_id"]))
    if row["action_type"] == "create_task":
        return bool(desk.rows("SELECT 1 FROM tasks WHERE marker = %s", row["marker"]))
    if row["action_type"] == "create_draft":
        return any(letter["Message-ID"] == row["marker"] for letter in desk.letters())
    return any(desk.app.config.paths.calendar_dir.glob(f"{row['marker'].split('@')[0]}*.ics"))


def _open_task(desk: Desk) -> UUID:
    (row,) = desk.rows(
        "INSERT INTO tasks (marker, title) VALUES (gen_random_uuid()::text, 'Call') RETURNING id"
    )
    task: UUID = row["id"]
    return task


def _batch(desk: Desk) -> list[str]:
    """Dismiss several, take that back as one step, do it again as one step."""
    moves = insert_moves(desk, BATCH, "create_task")
    decisions = desk.app.decisions
    wrong = []
    decisions.accept([desk.target(move) for move in moves])
    for step, expected in (
        (lambda: None, "accepted"),
        (decisions.undo, "pending"),
        (decisions.redo, "accepted"),
        (decisions.undo, "pending"),
    ):
        step()
        found = {desk.status(move) for move in moves}
        if found != {expected}:
            wrong.append(f"{found} where all should be {expected}")
    return wrong


CASE = Case(
    "created and undone, killed between",
    {"short": 6, "full": 200, "soak": 2_000},
    run,
)
