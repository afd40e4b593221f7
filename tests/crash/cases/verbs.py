"""Every verb of SMTP answered with 4xx and 5xx, dropped and left without an answer; QUIT; recipients.

Each is one run of a move, or of the channel where a move has no such thing as a second recipient.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

from caseyos.domain.model import Payload
from caseyos.domain.ports.channel import NotDone
from caseyos.errors import CaseyError
from tests.crash.case import Case
from tests.crash.figures import Figures
from tests.crash.kills import broken_chain, states
from tests.crash.mail import SENDER, Post, Sink
from tests.crash.stage import Stage, insert_moves
from tests.desk import Desk
from tests.servers.smtp_sink import Faults

TIMEOUT = 1.0  # seconds, for every step
VERBS = ("banner", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "DOT")
AGAIN, NO, SENT, LOST, FOUND = (
    ("accepted", 0),
    ("failed", 0),
    ("executed", 1),
    ("unknown", 0),
    ("unknown", 1),
)
# What goes wrong -> the move's status and the mails taken, before anything is looked up.
RUNS: tuple[tuple[str, Faults, tuple[str, int]], ...] = (
    *((f"{verb} 4xx", Faults(replies={verb: "451 4.3.0 later"}), AGAIN) for verb in VERBS),
    *((f"{verb} 5xx", Faults(replies={verb: "554 5.7.1 no"}), NO) for verb in VERBS),
    *((f"{verb} 421", Faults(replies={verb: "421 4.3.2 going"}), AGAIN) for verb in VERBS[2:6]),
    *((f"{verb} dropped", Faults(drop=verb), AGAIN) for verb in VERBS[1:6]),
    ("text dropped", Faults(drop="BODY"), LOST),
    ("dot dropped", Faults(drop="DOT"), FOUND),
    *((f"{verb} unanswered", Faults(hang=verb), AGAIN) for verb in VERBS[1:6]),
    ("dot unanswered", Faults(hang="DOT"), FOUND),
    ("QUIT 421", Faults(replies={"QUIT": "421 4.3.2 going"}), SENT),
    ("QUIT 5xx", Faults(replies={"QUIT": "500 5.5.1 what"}), SENT),
    ("QUIT dropped", Faults(drop="QUIT"), SENT),
)
SOFT, HARD = "451 4.2.1 later", "550 5.1.1 nobody"


def run(stage: Stage, rounds: int) -> Iterator[Figures]:
    """Every one of them `rounds` times."""
    world = Post(stage, timeout=TIMEOUT)
    sink = world.serve_here(stage)
    desk = world.desk(stage, 60)
    desk.execute(insert_moves(desk, 1)[0])
    wrong = [told for _ in range(rounds) for told in _verbs(desk, sink)]
    yield Figures(
        "4xx, 5xx, 421, dropped, unanswered", rounds * len(RUNS), len(wrong), wrong=tuple(wrong)
    )
    wrong = [told for _ in range(rounds) for told in _recipients(desk, sink)]
    yield Figures("partly refused recipients", rounds * 4, len(wrong), wrong=tuple(wrong))
    yield from broken_chain(desk)


def _verbs(desk: Desk, sink: Sink) -> Iterator[str]:
    for name, faults, promised in RUNS:
        (move,) = insert_moves(desk, 1)
        plan = desk.plan(move)
        before, sink.faults = len(sink.taken), faults
        with suppress(CaseyError):
            desk.app.actions.execute_plan(plan.id)
        sink.faults = Faults()
        found = (states(desk, [move])[move], len(sink.taken) - before)
        if found != promised:
            yield f"{name}: {found} where {promised} is right"
        desk.app.actions.reconcile()
        last = "executed" if promised == FOUND else promised[0]
        if states(desk, [move])[move] != last:
            yield f"{name}, looked up: {states(desk, [move])[move]} where {last} is right"


def _recipients(desk: Desk, sink: Sink) -> Iterator[str]:
    """By the channel itself: whoever was refused is named, and the others get their mail."""
    one, two = "one@theirs.example", "two@theirs.example"
    for refusals, refused in (
        ({one: HARD}, (one,)),
        ({two: SOFT}, (two,)),
        ({one: HARD, two: HARD}, "final"),
        ({one: HARD, two: SOFT}, "temporary"),
    ):
        before, sink.faults = len(sink.taken), Faults(recipients=refusals)
        found = _hand_in(desk, one, two)
        sink.faults = Faults()
        taken = [mail.recipients for mail in sink.taken[before:]]
        others = tuple(who for who in (one, two) if who not in refusals)
        if (found, taken) != (refused, [others] if others else []):
            yield f"{refusals}: {found}, and {taken} were taken"


def _hand_in(desk: Desk, *recipients: str) -> object:
    channel = desk.app.actions.channels.of("send_email")
    execution = uuid4()
    marker = f"<{execution.hex}.caseyos@ours.example>"
    payload = Payload(
        "send_email",
        channel.name,
        "Hello",
        "Text\n",
        recipients,
        {"from": SENDER, "from_name": ""},
        (),
    )
    wire = channel.build(payload, marker=marker, execution_id=execution, at=datetime.now(UTC))
    try:
        with channel.prepare(payload, wire, marker) as ready:
            return ready.perform().refused
    except NotDone as refusal:
        return "temporary" if refusal.temporary else "final"


CASE = Case(
    "mail by SMTP, every verb answered wrongly or not at all",
    {"short": 1, "full": 5, "soak": 50},
    run,
)
