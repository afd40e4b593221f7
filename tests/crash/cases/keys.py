"""The rows of the idempotency matrix, by the App (what screen and daemon call) and by the command line.

A plan is the key: the same plan asked for again, while it runs, after its content changed, after it
became UNKNOWN; a plan that there is not, one whose time is over; many at once. And the same import.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from caseyos.errors import CaseyError
from tests.crash.case import Case
from tests.crash.figures import Figures
from tests.crash.kills import broken_chain, warm_up
from tests.crash.stage import OURSELVES, Stage, insert_moves
from tests.crash.worlds import Counted, Maildir
from tests.desk import Desk

THREADS = 30  # the server lets in sixty; each has a connection of its own
BAD_PLANS = ("pl_nothere", "pl_" + "x" * 300, "pl_\u202e\x1b[2J", "'; DROP TABLE executions; --")
Ask = Callable[[Desk, str], str]


def run(stage: Stage, rounds: int) -> Iterator[Figures]:
    """Every row `rounds` times at both entry points, then many at once, then imports."""
    desk = stage.desk(lease="60s")
    warm_up(stage, desk, Maildir())
    for name, ask in (("App", _by_app), ("command line", _by_words)):
        wrong = [told for _ in range(rounds) for told in _rows(stage, desk, ask)]
        yield Figures(
            f"{len(ROWS)} rows, {name}", rounds * len(ROWS), len(wrong), wrong=tuple(wrong)
        )
    wrong = [told for _ in range(rounds) for told in _at_once(desk)]
    also = f"{THREADS} threads with one plan"
    yield Figures("many at once", rounds, len(wrong), also=also, wrong=tuple(wrong))
    wrong = _imports(desk)
    yield Figures("the same import three times at once", 1, len(wrong), wrong=tuple(wrong))
    yield from broken_chain(desk)


def _by_app(desk: Desk, plan: str) -> str:
    """What came of asking for a plan: a state, "again" before it for a repeat, or an error's word."""
    app = desk.open()
    Counted.over(app, desk)
    try:
        result = app.actions.execute_plan(plan)
        return f"again {result.state}" if result.replayed else str(result.state)
    except CaseyError as refusal:
        return refusal.code
    finally:
        app.close()


# The exit codes of UX 5.3 as the words of the same errors.
EXITS = {2: "usage", 5: "refused", 6: "changed", 9: "try_later", 12: "not_found"}


def _by_words(desk: Desk, plan: str) -> str:
    """The same, typed."""
    done = _typed(desk, "execute", "--plan", plan, "--yes")
    if done.returncode:
        return EXITS.get(done.returncode, f"exit {done.returncode}: {done.stderr}")
    return "again succeeded" if "lready" in done.stdout else "succeeded"


def _typed(desk: Desk, *words: str) -> subprocess.CompletedProcess[str]:
    import sys

    parts = dict(part.split("=", 1) for part in desk.dsn.split())
    url = f"postgresql://{parts['user']}@/{parts['dbname']}?host={parts['host']}"
    return subprocess.run(
        [sys.executable, "-m", "caseyos", *words],
        env=OURSELVES | {"HOME": str(desk.home), "DATABASE_URL": url},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def _rows(stage: Stage, desk: Desk, ask: Ask) -> Iterator[str]:
    for name, row in ROWS.items():
        for told in row(stage, desk, ask):
            yield f"{name}: {told}"


def _finished(_stage: Stage, desk: Desk, ask: Ask) -> Iterator[str]:
    """The same key again: the stored result, and nothing is done."""
    move, plan = _planned(desk)
    answers = [ask(desk, plan) for _ in range(3)]
    yield from _differs(answers, ["succeeded", "again succeeded", "again succeeded"])
    yield from _differs(_effects(desk, move), 1)


def _other_plan(_stage: Stage, desk: Desk, ask: Ask) -> Iterator[str]:
    """Another plan of a move that was carried out: refused."""
    move, plan = _planned(desk)
    other = desk.plan(move).id
    yield from _differs(ask(desk, plan), "succeeded")
    if (said := ask(desk, other)) not in ("changed", "refused", "wrong_status"):
        yield f"said {said}"
    yield from _differs(_effects(desk, move), 1)


def _running(stage: Stage, desk: Desk, ask: Ask) -> Iterator[str]:
    """The same key while it runs: an answer, and nothing is done twice."""
    move, plan = _planned(desk)

    def begin() -> None:
        app = desk.open()
        Counted.over(app, desk)
        app.actions.probe = lambda point: (
            os.kill(os.getpid(), signal.SIGSTOP) if point == "preflight" else None
        )
        app.actions.execute_plan(plan)

    worker = stage.fork(begin)
    os.waitpid(worker, os.WUNTRACED)
    said = ask(desk, plan)
    if said not in ("again claimed", "again succeeded", "try_later"):
        yield f"said {said} while it ran"
    if _effects(desk, move):
        yield "it was done beside the one that runs"
    os.kill(worker, signal.SIGCONT)
    stage.wait(worker)
    yield from _differs(_effects(desk, move), 1)


def _other_content(_stage: Stage, desk: Desk, ask: Ask) -> Iterator[str]:
    """The key of a content that is no more."""
    move, plan = _planned(desk)
    desk.app.decisions.edit(desk.target(move), "Other", "words")
    yield from _differs(ask(desk, plan), "changed")
    yield from _differs(_effects(desk, move), 0)


def _unknown(_stage: Stage, desk: Desk, ask: Ask) -> Iterator[str]:
    """UNKNOWN answers the same for ever, and never runs again by itself."""
    move, plan = _planned(desk)

    class Lost(BaseException):
        pass

    def die(point: str) -> None:
        if point == "marked":
            raise Lost

    desk.app.actions.probe = die
    try:
        desk.app.actions.execute_plan(plan)
    except Lost:
        pass
    finally:
        desk.app.actions.probe = lambda _point: None
    desk.change("UPDATE executions SET lease_until = now() WHERE state = 'dispatching'")
    desk.app.actions.run_due()
    for _ in range(2):
        said = ask(desk, plan)
        if said not in ("try_later", "again unknown"):
            yield f"said {said}"
    yield from _differs((_effects(desk, move), desk.status(move)), (0, "unknown"))


def _no_such(_stage: Stage, desk: Desk, ask: Ask) -> Iterator[str]:
    """A key that there is not: refused, and nothing of it is kept."""
    before = desk.rows("SELECT count(*) AS count FROM executions")
    for plan in BAD_PLANS:
        yield from _differs(ask(desk, plan), "not_found")
    yield from _differs(desk.rows("SELECT count(*) AS count FROM executions"), before)


def _over(_stage: Stage, desk: Desk, ask: Ask) -> Iterator[str]:
    """A key whose time is over."""
    move, plan = _planned(desk)
    desk.change("UPDATE executions SET plan_expires_at = now() WHERE plan_id = %s", plan)
    yield from _differs(ask(desk, plan), "changed")
    yield from _differs(_effects(desk, move), 0)


ROWS: dict[str, Callable[[Stage, Desk, Ask], Iterator[str]]] = {
    "the same plan again": _finished,
    "another plan afterwards": _other_plan,
    "the same plan while it runs": _running,
    "the content changed": _other_content,
    "it is UNKNOWN": _unknown,
    "no such plan": _no_such,
    "its time is over": _over,
}


def _at_once(desk: Desk) -> Iterator[str]:
    """Many ask for one plan in one moment: one effect."""
    move, plan = _planned(desk)
    with ThreadPoolExecutor(THREADS) as pool:
        said = list(pool.map(lambda _: _by_app(desk, plan), range(THREADS)))
    strange = set(said) - {
        "succeeded",
        "again succeeded",
        "again claimed",
        "again queued",
        "again dispatching",
    }
    if strange:
        yield f"said {strange}"
    yield from _differs(_effects(desk, move), 1)


def _imports(desk: Desk) -> list[str]:
    """The same mail folder three times at once, and once more: each mail is one signal."""
    folder = desk.home / "folder"
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for number in range(40):
        (folder / "new" / f"{number}").write_text(
            f"From: dana{number}@theirs.example\nTo: casey@ours.example\nSubject: Hello {number}\n"
            f"Message-ID: <{number}@theirs.example>\nDate: Mon, 2 Nov 2026 10:00:00 +0000\n\nText\n"
        )
    words = ("import", str(folder), "--me", "casey@ours.example", "--source", "mail")
    with ThreadPoolExecutor(3) as pool:
        first = list(pool.map(lambda _: _typed(desk, *words), range(3)))
    last = _typed(desk, *words)
    wrong = [one.stderr for one in (*first, last) if one.returncode not in (0, 9)]
    (row,) = desk.rows("SELECT count(*) AS count FROM signals WHERE signal_type = 'email_received'")
    return wrong + list(_differs(row["count"], 40))


def _planned(desk: Desk) -> tuple[UUID, str]:
    (move,) = insert_moves(desk, 1)
    return move, desk.plan(move).id


def _effects(desk: Desk, move: UUID) -> int:
    """How many mails of a move there are, by the marks of its executions."""
    rows = desk.executions(move)
    found = desk.letters_by_execution()
    plans = desk.rows("SELECT id FROM executions WHERE move_id = %s AND dry_run", move)
    performed = [one for row in rows for one in Counted.markers(desk) if one == row["marker"]]
    return max(len(performed), sum(found.get(str(row["id"]), 0) for row in plans))


def _differs(found: object, wanted: object) -> Iterator[str]:
    if found != wanted:
        yield f"{found} where {wanted} is right"


CASE = Case(
    "the same key again, by App, command line and import",
    {"short": 1, "full": 20, "soak": 500},
    run,
)
