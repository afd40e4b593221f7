"""A fault proxy between us and the submission server: every outcome classed as it must be.

Seven toxics begin either at MAIL FROM (before DATA) or in the middle of the text or with its last
dot (after DATA). What is only slow succeeds. What breaks before the text was handed over has not
happened and is tried again; what breaks after is UNKNOWN, found where it was taken, and never tried
again by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID

from caseyos.errors import CaseyError
from tests.crash.case import Case
from tests.crash.figures import Figures
from tests.crash.kills import broken_chain, forbidden_changes, recover, states
from tests.crash.mail import Post
from tests.crash.stage import Stage, insert_moves
from tests.desk import Desk
from tests.servers.fault_proxy import TOXICS, FaultProxy, Toxic

TIMEOUT = 1.0  # seconds, for every step
TOGETHER = 8
SLOW = ("latency", "bandwidth", "slicer", "slow_close")
BEFORE, TEXT, DOT = b"MAIL FROM:", b"Message-ID:", b"\r\n.\r\n"
# (move's status, mails) at once, and then after one look-up.
Outcome = tuple[str, int]
DONE: tuple[Outcome, Outcome] = (("executed", 1), ("executed", 1))
NOT_SENT: tuple[Outcome, Outcome] = (("accepted", 0), ("accepted", 0))
LOST: tuple[Outcome, Outcome] = (("unknown", 0), ("unknown", 0))
FOUND: tuple[Outcome, Outcome] = (("unknown", 1), ("executed", 1))


def expected(kind: str, trigger: bytes) -> tuple[Outcome, Outcome]:
    """What must come of a toxic that begins there."""
    # Nothing of ours is left to be cut off after the last dot but QUIT, which decides nothing.
    if kind in SLOW or (kind == "limit_data" and trigger == DOT):
        return DONE
    return {BEFORE: NOT_SENT, TEXT: LOST, DOT: FOUND}[trigger]


def run(stage: Stage, runs: int) -> Iterator[Figures]:
    """`runs` of every toxic on either side of DATA; after DATA half in the text, half at the dot."""
    world = Post(stage, timeout=TIMEOUT, security="none")
    world.serve_here(stage)
    proxy = FaultProxy(world.port)
    stage.end_with(proxy.stop)
    desk = world.desk(stage, 60, smtp=proxy.port)
    desk.execute(insert_moves(desk, 1)[0])
    for name, triggers in (("before DATA", (BEFORE, BEFORE)), ("after DATA", (TEXT, DOT))):
        wrong: list[str] = []
        moves: list[UUID] = []
        for kind in TOXICS:
            for half, trigger in enumerate(triggers):
                proxy.toxic = Toxic(
                    kind, trigger, seconds=0.3, size=5 if kind == "limit_data" else 256
                )
                batch = insert_moves(desk, (runs + 1 - half) // 2)
                wrong += _batch(desk, world, batch, kind, trigger)
                moves += batch
        unknown = list(states(desk, moves).values()).count("unknown")
        proxy.toxic = Toxic()
        wrong += _settle(desk, world, moves)
        yield Figures(name, len(moves), len(wrong), unknown=unknown, wrong=tuple(wrong))
    yield from broken_chain(desk)


def _batch(desk: Desk, world: Post, moves: Sequence[UUID], kind: str, trigger: bytes) -> list[str]:
    """Carry moves out through one toxic; what is not as expected, at once and after a look-up."""
    if not moves:
        return []

    def work(move: UUID) -> None:
        app = desk.open()
        with suppress(CaseyError):
            app.actions.execute_plan(app.actions.preview(move).id)
        app.close()

    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(work, moves))
    wrong = []
    for when, promised in zip(("at once", "looked up"), expected(kind, trigger), strict=True):
        if when == "looked up":
            while desk.app.actions.reconcile()["looked_up"]:
                pass
        status, had = states(desk, moves), _mails(desk, world, moves)
        wrong += [
            f"{kind} at {trigger!r}, {when}: {status[move]} with {had[move]} mails"
            for move in moves
            if (status[move], had[move]) != promised
        ]
    return wrong


def _settle(desk: Desk, world: Post, moves: Sequence[UUID]) -> list[str]:
    """The fault is over: what was not sent goes out, a person gives up what is UNKNOWN."""
    desk.change("UPDATE executions SET not_before = now() WHERE state = 'queued'")
    recover(desk.app)
    for move, state in states(desk, moves).items():
        if state == "unknown":
            desk.app.actions.answer_unknown(move, "abandon")
    status, had = states(desk, moves), _mails(desk, world, moves)
    return forbidden_changes(desk, moves) + [
        f"{move} is {status[move]} with {had[move]} mails in the end"
        for move in moves
        if (status[move], had[move]) not in (("executed", 1), ("failed", 0))
    ]


def _mails(desk: Desk, world: Post, moves: Sequence[UUID]) -> dict[UUID, int]:
    delivered = Counter(world.delivered())
    rows = desk.rows(
        "SELECT marker, move_id FROM executions WHERE NOT dry_run AND move_id = ANY (%s)",
        list(moves),
    )
    counts = dict.fromkeys(moves, 0)
    for row in rows:
        counts[row["move_id"]] += delivered[row["marker"]]
    return counts


CASE = Case(
    "mail by SMTP through a fault proxy, seven toxics before and after DATA",
    {"short": 2, "full": 50, "soak": 500},
    run,
)
