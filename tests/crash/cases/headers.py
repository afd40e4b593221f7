"""Header injection: whoever gets a mail is who was accepted, whatever stands in any field.

Eight newline forms in six fields, commas, NUL, angle brackets and international domains, by a real
submission server; what it was told is compared with what the preview showed, and the headers of
what it took with those a mail of ours has.
"""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.utils import getaddresses
from itertools import cycle
from uuid import UUID

import psycopg

from caseyos.errors import CaseyError
from tests.crash.case import Case
from tests.crash.figures import Figures
from tests.crash.kills import broken_chain
from tests.crash.mail import Post, Sink
from tests.crash.stage import Stage, insert_moves
from tests.desk import Desk

NEWLINES = ("\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028")
FIELDS = ("recipient", "recipient_name", "title", "subject", "body", "thread")
GOOD, EVIL = "dana@theirs.example", "victim@evil.example"
OURS = {
    *("from", "to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version"),
    *("x-caseyos-execution", "list-unsubscribe", "content-type", "content-transfer-encoding"),
}
INJECTED = tuple(
    (field, f"{{}}{newline}{header}")
    for newline in NEWLINES
    for field in FIELDS
    for header in (f"Bcc: {EVIL}", f"To: {EVIL}{newline}{newline}.{newline}", f" , {EVIL}")
)
ADDRESSES = (
    f"{GOOD}, {EVIL}",
    f"{GOOD};{EVIL}",
    f"{GOOD},",
    f"<{GOOD}>, <{EVIL}>",
    f"Dana <{GOOD}>",
    f'"{EVIL}," {GOOD}',
    f"{GOOD}\x00{EVIL}",
    f"{GOOD} {EVIL}",
    f"{GOOD}>{EVIL}",
    "dana@bücher.example",
    "dana@xn--bcher-kva.example",
    "dana@例え.example",
    "däna@theirs.example",
    "dana@theirs.example\u200b",
    f"{GOOD}(,{EVIL})",
    "@theirs.example",
    "dana@@theirs.example",
    "",
)


def run(stage: Stage, tries: int) -> Iterator[Figures]:
    """`tries` of the injections, all of them in turn and in an order of the seed's; every address."""
    world = Post(stage, security="none")
    sink = world.serve_here(stage)
    desk = world.desk(stage, 60)
    desk.execute(insert_moves(desk, 1)[0])
    injected = stage.dice.sample(INJECTED, len(INJECTED))
    for name, texts in (
        ("8 newline forms in 6 fields", [one for one, _ in zip(cycle(injected), range(tries))]),
        ("commas, NUL, brackets, IDN", [("recipient", address) for address in ADDRESSES]),
    ):
        wrong: list[str] = []
        sent = 0
        for field, text in texts:
            before = len(sink.taken)
            told = _try(desk, sink, field, text)
            sent += len(sink.taken) - before
            wrong += [f"{text!r} in {field}: {one}" for one in told]
        also = f"{sent} left, the others were refused"
        yield Figures(name, len(texts), len(wrong), also=also, wrong=tuple(wrong))
    yield from broken_chain(desk)


def _try(desk: Desk, sink: Sink, field: str, text: str) -> list[str]:
    """Carry a move out with a text in a field; what is not as it was accepted."""
    before = len(sink.taken)
    try:
        move = _move(desk, field, text)
        plan = desk.plan(move)
        desk.app.actions.execute_plan(plan.id)
    except (CaseyError, ValueError, psycopg.DataError):
        return [] if len(sink.taken) == before else ["it was refused and left"]
    wrong = []
    for mail in sink.taken[before:]:
        accepted = list(plan.payload.recipients)
        if list(mail.recipients) != accepted:
            wrong.append(f"the server was told {mail.recipients}, accepted were {accepted}")
        message = message_from_bytes(mail.content)
        named = [found for _, found in getaddresses(message.get_all("To", []))]
        if named != accepted:
            wrong.append(f"To names {named}, accepted were {accepted}")
        strange = {name.lower() for name in message} - OURS
        doubled = [name for name in set(message.keys()) if len(message.get_all(name, [])) > 1]
        if strange or doubled:
            wrong.append(f"headers {strange or doubled} are not ours")
        if EVIL in accepted or len(accepted) != 1:
            wrong.append(f"{accepted} was accepted")
    return wrong


def _move(desk: Desk, field: str, text: str) -> UUID:
    """A move with the text in a field; `{}` in it stands for what is usually there."""
    context = {"recipient": GOOD}
    usual = {"recipient": GOOD, "recipient_name": "Dana", "thread": "<1@theirs.example>"}
    put = text.replace("{}", usual.get(field, "Hello"))
    if field in ("recipient", "recipient_name"):
        context[field] = put
    elif field == "thread":
        context |= {"thread": {"in_reply_to": put, "references": [put]}}  # type: ignore[dict-item]
    (move,) = insert_moves(desk, 1, **context)
    if field == "title":
        desk.change("UPDATE command_queue_items SET title = %s WHERE id = %s", put, move)
    if field in ("subject", "body"):
        words = {"subject": "Hello", "body": "Text"} | {field: put}
        desk.app.decisions.edit(desk.target(move), words["subject"], words["body"])
    return move


CASE = Case(
    "mail by SMTP with newlines, commas and NUL in every field",
    {"short": 24, "full": 720, "soak": 14_400},
    run,
)
