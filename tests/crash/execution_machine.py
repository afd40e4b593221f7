"""A machine that does what people, daemons and crashes do, in any order, on a real database.

After every step: no move has two effects, every change of a status is one the tables of SPEC
section 2 allow, at most one attempt of a move is open, and the chain of receipts holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from caseyos.domain.lifecycle import EXECUTION_CHANGES, MOVE_CHANGES
from caseyos.domain.model import ExecutionState, MoveStatus
from caseyos.domain.ports.channel import AtHand, NotDone, Receipt, Uncertain
from caseyos.errors import CaseyError
from tests.desk import Desk

POINTS = ("queued", "claimed", "preflight", "marked", "done", "recorded", "committed")
POINT = st.sampled_from([None, None, None, *POINTS])
LEVELS = ("all", "outbound", "create_task")
CLOCKED = ("lease_until", "not_before", "not_after", "dispatched_at", "next_reconcile_at")
OPEN = ("queued", "claimed", "dispatching", "blocked", "unknown")


class Crash(BaseException):
    """The process ends here."""


class Post:
    """A channel that reaches outside and counts every mail it ever took, by its marker."""

    name = "post"
    outside = True
    reversibility = "final"

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.taken: list[str] = []
        self.blind = False
        self.mood = "well"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def prepare(self, _payload: object, _wire: bytes, marker: str) -> AtHand:
        if self.mood == "away":
            raise NotDone("nobody answers", temporary=True)
        return AtHand(lambda: self._take(marker))

    def _take(self, marker: str) -> Receipt:
        if self.mood in ("no", "later"):
            raise NotDone("not this one", temporary=self.mood == "later")
        if self.mood != "broken":
            self.taken.append(marker)
        if self.mood in ("broken", "cut off"):
            raise Uncertain("the line went dead")
        return Receipt(marker, "digest", None)

    def find(self, marker: str) -> Receipt | None:
        there = marker in self.taken and not self.blind
        return Receipt(marker, "digest", None) if there else None


class Execution(RuleBasedStateMachine):
    """Moves of two channels: mail that leaves for good, tasks that can be taken back."""

    server: str  # a connection string
    template: str
    home: Path
    moves = Bundle("moves")
    plans = Bundle("plans")

    def __init__(self) -> None:
        super().__init__()
        self.database = f"machine_{uuid4().hex[:12]}"
        self._admin(f"CREATE DATABASE {self.database} TEMPLATE {self.template}")
        self.desk = Desk(
            self.home, make_conninfo(self.server, dbname=self.database), limits="per_day = 3"
        )
        self.desk.app.switchboard.resume()  # the stop file of an earlier machine
        self.post = Post(self.desk.app.actions.channels.of("send_email"))
        self.desk.put_channel(self.post)
        self.says: dict[UUID, int] = {}  # how often a person gave up on an UNKNOWN
        self.eye = psycopg.connect(
            make_conninfo(self.server, dbname=self.database), row_factory=dict_row, autocommit=True
        )

    def teardown(self) -> None:
        """Drop what this machine lived on."""
        self.eye.close()
        self.desk.close()
        self._admin(f"DROP DATABASE {self.database} WITH (FORCE)")

    def _admin(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def _dying_at(self, point: str | None) -> Iterator[None]:
        """The process ends at a point; the next rule acts for another process."""

        def probe(reached: str) -> None:
            if reached == point:
                raise Crash

        self.desk.app.actions.probe = probe
        try:
            with suppress(Crash):
                yield
        finally:
            self.desk.app.actions.probe = lambda _point: None

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """What the database says."""
        return self.eye.execute(query, values).fetchall()

    @initialize(target=moves)
    def begin(self) -> Any:
        self.desk.app.switchboard.go_live(timedelta(hours=1))
        return multiple(self._insert("send_email"), self._insert("create_task"))

    @rule(target=moves, action=st.sampled_from(["send_email", "create_task"]))
    def new_move(self, action: str) -> UUID:
        return self._insert(action)

    def _insert(self, action: str) -> UUID:
        (row,) = self.rows(
            "INSERT INTO command_queue_items (priority_score, action_type, action_context, title)"
            " VALUES (50, %s, %s, 'A move') RETURNING id",
            action,
            Jsonb({"recipient": "dana@theirs.example"}),
        )
        move: UUID = row["id"]
        return move

    @rule(target=plans, move=moves, as_draft=st.booleans())
    def dry_run(self, move: UUID, as_draft: bool) -> str:
        before = len(self.post.taken), self.rows("SELECT count(*) FROM tasks")
        plan = self.desk.plan(move, as_draft=as_draft)
        assert (len(self.post.taken), self.rows("SELECT count(*) FROM tasks")) == before
        return plan.id

    @rule(plan=plans, point=POINT)
    def execute_plan(self, plan: str, point: str | None) -> None:
        """A person executes a plan, new, repeated or stale; now and then the process dies."""
        with self._dying_at(point), suppress(CaseyError):
            self.desk.app.actions.execute_plan(plan)

    @rule(target=plans, move=moves, point=POINT)
    def execute(self, move: UUID, point: str | None) -> str:
        plan = self.desk.plan(move).id
        self.execute_plan(plan, point)
        return plan

    @rule(point=POINT)
    def daemon(self, point: str | None) -> None:
        with self._dying_at(point):
            self.desk.app.actions.run_due()

    @rule(point=POINT)
    def later(self, point: str | None) -> None:
        """Leases end, holds are over, look-ups are due; then the daemon comes."""
        self.eye.execute("UPDATE executions SET lease_until = now() WHERE lease_until > now()")
        self.eye.execute("UPDATE executions SET next_reconcile_at = now() WHERE state = 'unknown'")
        self.eye.execute(
            "UPDATE executions SET not_before = now() WHERE state = 'queued'"
            " AND blocked_rule IS NULL"
        )
        self.daemon(point)

    @rule()
    def tomorrow(self) -> None:
        """The limits of today are not used any more."""
        self.eye.execute("UPDATE executions SET dispatched_at = dispatched_at - interval '1 day'")
        self.eye.execute("UPDATE executions SET not_before = now() WHERE state = 'queued'")

    @rule(hours=st.sampled_from([-3, -1, 1, 3, 26]))
    def clock_step(self, hours: int) -> None:
        """The clock of the database is set: everything it wrote lies elsewhere from now on."""
        for column in CLOCKED:
            self.eye.execute(
                f"UPDATE executions SET {column} = {column} - make_interval(hours => %s)"
                f" WHERE {column} IS NOT NULL",
                (hours,),
            )

    @rule(mood=st.sampled_from(["well", "well", "no", "later", "away", "broken", "cut off"]))
    def their_mood(self, mood: str) -> None:
        """The other side takes mail, refuses it, is away, or hangs up in the middle."""
        self.post.mood = mood

    @rule(again=st.booleans())
    def step_back(self, again: bool) -> None:
        """A person takes the last step back, or does it again."""
        with suppress(CaseyError):
            if again:
                self.desk.app.decisions.redo()
            else:
                self.desk.app.decisions.undo()

    @rule()
    def reconcile(self) -> None:
        self.desk.app.actions.reconcile()

    @rule(move=moves, word=st.sampled_from(["check", "again", "sent", "abandon"]))
    def answer(self, move: UUID, word: str) -> None:
        with suppress(CaseyError):
            if self.desk.app.actions.answer_unknown(move, word).state == "failed":
                self.says[move] = self.says.get(move, 0) + 1

    @rule(move=moves)
    def undo(self, move: UUID) -> None:
        latest = self.desk.app.actions.latest(move)
        if latest is not None:
            with suppress(CaseyError):
                self.desk.app.actions.undo_execution(latest.execution_id)

    @rule(move=moves, what=st.sampled_from(["accept", "dismiss", "reopen", "reopen", "edit"]))
    def decide(self, move: UUID, what: str) -> None:
        decisions, target = self.desk.app.decisions, self.desk.target(move)
        with suppress(CaseyError):
            if what == "accept":
                decisions.accept([target])
            elif what == "dismiss":
                decisions.dismiss([target], "done")
            elif what == "reopen":
                decisions.reopen([target])
            else:
                decisions.edit(target, "Subject", f"Text {target.version}")

    @rule(what=st.sampled_from(["go on", "go on", "blind", "safe", *LEVELS]))
    def switch(self, what: str) -> None:
        """Modes and stops; and the other side, whose look-up fails or works again."""
        board = self.desk.app.switchboard
        if what in LEVELS:
            board.stop(what)
        elif what == "safe":
            board.go_safe()
        elif what == "blind":
            self.post.blind = True
        else:
            self.post.blind = False
            board.resume()
            board.go_live(timedelta(hours=1))

    @invariant()
    def at_most_one_effect_without_a_persons_say_so(self) -> None:
        owners = {
            row["marker"]: row["move_id"]
            for row in self.rows("SELECT marker, move_id FROM executions WHERE NOT dry_run")
        }
        sent: dict[UUID, int] = {}
        for marker in self.post.taken:
            sent[owners[marker]] = sent.get(owners[marker], 0) + 1
        for move, count in sent.items():
            assert count <= 1 + self.says.get(move, 0)
        assert self.rows("SELECT 1 FROM tasks GROUP BY move_id HAVING count(*) > 1") == []

    @invariant()
    def what_is_called_done_was_done(self) -> None:
        done = self.rows(
            "SELECT marker FROM executions WHERE channel = 'post' AND state = 'succeeded'"
            " AND provider_id IS NOT NULL AND marker <> ALL (%s)",
            self.post.taken,
        )
        assert done == []

    @invariant()
    def only_one_attempt_of_a_move_is_open(self) -> None:
        crowded = self.rows(
            "SELECT move_id FROM executions WHERE NOT dry_run AND state = ANY (%s)"
            " GROUP BY 1 HAVING count(*) > 1",
            list(OPEN),
        )
        assert crowded == []

    @invariant()
    def every_change_is_allowed_and_follows_the_last(self) -> None:
        rows = self.rows(
            "SELECT subject, from_state, to_state,"
            "  lag(to_state) OVER (PARTITION BY subject ORDER BY seq) AS last"
            " FROM audit_log WHERE to_state IS NOT NULL AND subject ~ '^(execution|move):'"
        )
        for row in rows:
            before, after = row["from_state"], row["to_state"]
            assert row["last"] in (None, before), row
            if before is None or before == after:
                continue
            if row["subject"].startswith("execution:"):
                assert ExecutionState(after) in EXECUTION_CHANGES[ExecutionState(before)], row
            else:
                assert MoveStatus(after) in MOVE_CHANGES[MoveStatus(before)], row

    @invariant()
    def a_move_says_what_its_open_attempt_is(self) -> None:
        rows = self.rows(
            "SELECT e.state, m.status FROM executions e JOIN command_queue_items m"
            " ON m.id = e.move_id WHERE NOT e.dry_run AND e.state = ANY (%s)",
            list(OPEN),
        )
        for row in rows:
            expected = "unknown" if row["state"] == "unknown" else "accepted"
            assert row["status"] == expected, row

    @invariant()
    def receipts_tell_where_everything_stands(self) -> None:
        rows = self.rows(
            "SELECT e.state, (SELECT a.to_state FROM audit_log a WHERE a.subject ="
            "  'execution:' || e.id AND a.to_state IS NOT NULL ORDER BY a.seq DESC LIMIT 1) AS told"
            " FROM executions e WHERE NOT dry_run"
        )
        assert [row for row in rows if row["state"] != row["told"]] == []

    @invariant()
    def the_chain_holds(self) -> None:
        with self.desk.app.unit_of_work() as uow:
            assert uow.audit.verify()[1] is None
