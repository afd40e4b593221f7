"""Sixteen threads press on every limit at once, while time goes by: never above it in any window.

Everybody tries again at once, whatever time was named. Time goes by because a further thread moves
everything that was dispatched into the past, between two marks and never during one; the order and
the distances of the marks stay or grow, so what the windows count in the end is what they could
have counted at any moment.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

import psycopg

from caseyos.errors import CaseyError
from tests.crash.case import Case
from tests.crash.figures import Figures
from tests.crash.kills import broken_chain
from tests.crash.stage import Stage, insert_moves
from tests.desk import Desk

THREADS = 16
HOUR, DAY, PERSON, DOMAIN = 12, 60, 3, 9
LIMITS = (
    f"per_hour = {HOUR}\nper_day = {DAY}\nper_recipient_per_week = {PERSON}\n"
    f"per_domain_per_day = {DOMAIN}"
)
TRIES = "SELECT coalesce(sum(attempt), 0) AS tries FROM executions"


class Queued(Exception):
    """It lies in the outbox; it is not to be run yet."""


def run(stage: Stage, tries: int) -> Iterator[Figures]:
    """Until `tries` claims were made."""
    desk = stage.desk(limits=LIMITS)
    _fill(stage, desk, max(60, tries // 20))
    over = threading.Event()
    threads = [threading.Thread(target=_press, args=(desk, over)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        _let_time_go_by(desk, stage.dice, tries)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    yield _count(desk)
    yield from broken_chain(desk)


def _fill(stage: Stage, desk: Desk, count: int) -> None:
    """Put mails to a few people of a few companies into the outbox."""

    def queued(point: str) -> None:
        raise Queued(point)

    app = desk.open()
    app.actions.probe = queued
    for number in range(count):
        domain = stage.dice.randrange(6)
        to = f"person{number % 4}@company{domain}.example"
        (move,) = insert_moves(desk, 1, recipient=to)
        with suppress(Queued):
            app.actions.execute_plan(app.actions.preview(move).id)
    app.close()


def _press(desk: Desk, over: threading.Event) -> None:
    app = desk.open()
    while not over.is_set():
        with suppress(CaseyError):
            app.actions.run_due(limit=5)
    app.close()


def _let_time_go_by(desk: Desk, dice: Random, tries: int) -> None:
    """Some minutes at a time, with the lock that marks take, so that none is under way."""
    with psycopg.connect(desk.dsn) as connection:
        while connection.execute(TRIES).fetchone()[0] < tries:  # type: ignore[index]
            step = timedelta(minutes=dice.choice([1, 7, 20, 55, 600]))
            connection.execute("SELECT pg_advisory_xact_lock(7421010, hashtext('send_email'))")
            connection.execute("UPDATE executions SET dispatched_at = dispatched_at - %s", (step,))
            connection.execute(
                "UPDATE executions SET not_before = now() WHERE id IN (SELECT id FROM executions"
                " WHERE state = 'queued' FOR UPDATE SKIP LOCKED)"
            )
            connection.commit()
            threading.Event().wait(0.02)


def _count(desk: Desk) -> Figures:
    rows = desk.rows(
        "SELECT recipient, recipient_domain, dispatched_at FROM executions"
        " WHERE dispatched_at IS NOT NULL ORDER BY dispatched_at"
    )
    at = [row["dispatched_at"] for row in rows]
    week, day = timedelta(days=7), timedelta(days=1)
    wrong = _over("an hour", at, timedelta(hours=1), HOUR) + _over("a day", at, day, DAY)
    for key, span, most in (("recipient", week, PERSON), ("recipient_domain", day, DOMAIN)):
        groups: dict[Hashable, list[datetime]] = defaultdict(list)
        for row in rows:
            groups[row[key]].append(row["dispatched_at"])
        for name, times in groups.items():
            wrong += _over(f"{span} to {name}", times, span, most)
    # A place is used up by a mark and by nothing else: as many receipts as marks.
    (marks,) = desk.rows("SELECT count(*) AS count FROM audit_log WHERE action = 'dispatch'")
    if marks["count"] != len(at):
        wrong.append(f"{marks['count']} receipts of {len(at)} marks")
    if len(at) < HOUR:
        wrong.append(f"only {len(at)} were carried out")
    tries = int(desk.rows(TRIES)[0]["tries"])
    also = f"{THREADS} threads; {len(at)} got through"
    return Figures("", tries, len(wrong), also=also, wrong=tuple(wrong))


def _over(name: str, times: Sequence[datetime], span: timedelta, most: int) -> list[str]:
    """The windows, each beginning at a mark, that hold more than they may."""
    return [
        f"more than {most} in {name} from {first}"
        for first, next_one in zip(times, times[most:], strict=False)
        if next_one - first < span
    ]


CASE = Case(
    "sixteen threads press on the limits of an hour, a day, a person and a domain",
    {"short": 400, "full": 10_000, "soak": 200_000},
    run,
)
