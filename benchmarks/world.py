"""A made-up business to measure with: accounts, people and deals, and signals of mixed types.

The signals are rows as sources hand them in, the same ones at every run.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.machine import Home, home
from caseyos.app import App
from caseyos.domain.ports.intake import signal_row

ACCOUNTS, CONTACTS, DEALS = 5_000, 20_000, 30_000
SOURCE = "bench"
Connection = psycopg.Connection[dict[str, Any]]

_PLACES = """
INSERT INTO accounts (name, name_key, sector, country, employees, revenue, source)
SELECT 'Company ' || n, 'company' || n,
       (ARRAY['retail','finance','marketing','software'])[1 + n %% 4],
       (ARRAY['Germany','Kenya','United States'])[1 + n %% 3], 10 + n %% 3000, 100000.0 * (n %% 90),
       'bench'
FROM generate_series(1, %(accounts)s) n
"""
_PEOPLE = """
INSERT INTO contacts (email, name, account_id, source)
SELECT 'person' || n || '@company' || n %% %(accounts)s || '.example', 'Person Number ' || n, a.id,
       'bench'
FROM generate_series(1, %(contacts)s) n
JOIN accounts a ON a.name_key = 'company' || 1 + n %% %(accounts)s
"""
_PRODUCTS = """
INSERT INTO products (name, name_key, list_price)
SELECT 'Product ' || n, 'product' || n, 500 * n FROM generate_series(1, 7) n
"""
_DEALS = """
INSERT INTO deals (source, external_id, name, account_id, contact_id, stage, stage_kind,
  stage_order, amount, product, product_key, engaged_on, last_activity_on)
SELECT 'bench', 'D' || n, 'Deal ' || n, c.account_id, c.id,
       CASE WHEN n %% 10 = 0 THEN 'Won' WHEN n %% 10 = 1 THEN 'Lost' WHEN n %% 2 = 0
            THEN 'Engaging' ELSE 'Prospecting' END,
       CASE WHEN n %% 10 = 0 THEN 'won' WHEN n %% 10 = 1 THEN 'lost' ELSE 'open' END, n %% 2,
       CASE WHEN n %% 3 > 0 THEN 250 * (n %% 400) END, 'Product ' || 1 + n %% 7,
       'product' || 1 + n %% 7, current_date - n %% 60, current_date - n %% 20
FROM generate_series(1, %(deals)s) n
JOIN contacts c ON c.email = 'person' || 1 + n %% %(contacts)s || '@company'
  || (1 + n %% %(contacts)s) %% %(accounts)s || '.example'
"""
_COUNTS = {"accounts": ACCOUNTS, "contacts": CONTACTS, "deals": DEALS}


@contextmanager
def business() -> Iterator[tuple[Home, App]]:
    """A home with the accounts, people and deals in it, and its App."""
    with home() as place:
        with psycopg.connect(place.dsn, autocommit=True) as connection:
            for statement in (_PLACES, _PEOPLE, _PRODUCTS, _DEALS):
                connection.execute(statement, _COUNTS)
            connection.execute("VACUUM (ANALYZE)")
        config = Path(place.environ["HOME"], ".config", "caseyos", "caseyos.toml")
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(
            '[icp.sectors]\nvalues = ["retail", "software"]\nweight = 2\n'
            "[icp.employees]\nmin = 50\nmax = 2000\n"
        )
        app = App.open(environ=place.environ)
        try:
            yield place, app
        finally:
            app.close()


def signals(count: int, *, first: int = 0, now: datetime | None = None) -> list[dict[str, Any]]:
    """`count` signals of mixed types, all of the last ten days."""
    chance = random.Random(first)
    now = now or datetime.now(UTC)
    return [_signal(number, chance, now) for number in range(first, first + count)]


# One in twenty each: what a busy fortnight of an operator looks like.
_MIX = (
    *("form_submitted",) * 4,
    *("email_replied",) * 4,
    *("email_received",) * 2,
    *("deal_created",) * 3,
    *("deal_stage_changed",) * 4,
    "email_bounced",
    *("manual",) * 2,
)


def _signal(number: int, chance: random.Random, now: datetime) -> dict[str, Any]:
    kind = _MIX[number % len(_MIX)]
    person, deal = chance.randrange(1, CONTACTS + 1), chance.randrange(1, DEALS + 1)
    address = f"person{person}@company{person % ACCOUNTS}.example"
    row: dict[str, Any] = {
        "source": SOURCE,
        "signal_type": kind,
        "external_id": f"{kind}:{number}",
        "occurred_at": now - timedelta(seconds=chance.randrange(864_000)),
    }
    if kind.startswith("deal"):
        told = {"stage": "Engaging", "deal": f"D{deal}"}
        if kind == "deal_stage_changed":
            way = {0: "won", 1: "lost"}.get(deal % 10, "forward" if deal % 4 else "back")
            told |= {"from": "Prospecting", "to": "Engaging", "direction": way}
        evidence = f"Deal {deal} for Company {deal % ACCOUNTS}: Prospecting → Engaging"
        return signal_row(**row, evidence=evidence, data=told, deal=(SOURCE, f"D{deal}"))
    data: dict[str, Any] = {"from": address, "from_name": f"Person Number {person}"}
    subject = f"About number {number % 997} of our plans"
    if kind == "form_submitted":
        data |= {"form": "demo", "message": "We would like to see it next week, all nine of us."}
        return signal_row(**row, evidence="asked for a demo", data=data, contact=address)
    if kind == "manual":
        data = {"title": f"Call company {number % 4999} back", "due": now.isoformat()}
        return signal_row(**row, evidence="by hand", data=data, contact=address)
    data |= {
        "subject": subject,
        "message_id": f"<{number}@company.example>",
        "references": [f"<{number - 1}@ours.example>", f"<{number - 2}@company.example>"],
        "thread_key": f"<{number // 40}.{number % 3}@ours.example>",
        "snippet": "Thank you, that sounds right. Could you send the figures before Thursday?",
        "date": row["occurred_at"].isoformat(),
    }
    return signal_row(**row, evidence=f"Person wrote: {subject}", data=data, contact=address)
