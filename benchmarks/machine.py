"""Homes and databases to measure in: a fresh home, our own server, made-up moves."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from caseyos.store import schema
from caseyos.store.server import EmbeddedServer

CASEYOS = [str(Path(sys.executable).with_name("caseyos"))]

# Moves as generation makes them: a reason and its drivers beside each, scores spread over the
# whole range, due from two weeks ago to six weeks ahead.
_FILL = """
WITH made AS MATERIALIZED (
  SELECT n, caseyos_uuid7() AS id, caseyos_uuid7() AS reason,
         round((random() * 100)::numeric, 1) AS aps
  FROM generate_series(%(first)s::bigint, %(last)s) n)
, moves AS (
  INSERT INTO command_queue_items
    (id, recommendation_id, priority_score, action_type, action_context, title, status, owner,
     due_by, dedupe_key)
  SELECT id, reason, aps,
         (ARRAY['send_email','create_draft','follow_up','create_task'])[1 + n %% 4],
         jsonb_build_object('account', 'Company ' || n %% 5000, 'recipient',
                            'person' || n || '@example.com', 'subject', 'About number ' || n),
         'Write to person ' || n || ' at Company ' || n %% 5000, 'pending', 'casey',
         now() + (random() * 56 - 14) * interval '1 day', 'bench:' || n
  FROM made)
INSERT INTO action_recommendations
  (id, move_id, aps_score, reasoning, drivers, weights_version, confidence)
SELECT reason, id, aps, 'High pipeline value ($50k), urgent (1 day), quick win (15min)',
       jsonb_build_array(
         jsonb_build_object('factor', 'revenue', 'points', round(aps * 0.4, 1),
           'maximum', 40, 'sentence', 'High pipeline value ($50k)', 'evidence', '[]'::jsonb,
           'known', true)), 1, 1
FROM made
"""


@dataclass(frozen=True, slots=True)
class Home:
    """A fresh home: its environment, and its database's connection string."""

    environ: dict[str, str]
    dsn: str
    server: EmbeddedServer


@contextmanager
def home() -> Iterator[Home]:
    """A home with a migrated database on a server of its own; all of it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="caseyos-bench-"))
    dropped = ("CASEYOS_", "PYTHONDONTWRITEBYTECODE", "DATABASE_URL", "COLUMNS", "CI", "XDG_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    environ = kept | {"HOME": str(folder), "TZ": "UTC", "CASEYOS_SESSION": "bench"}
    server = EmbeddedServer(folder / ".local" / "share" / "caseyos")
    try:
        dsn = server.ensure_running()
        schema.migrate(dsn)
        yield Home(environ, dsn, server)
    finally:
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)


def fill(dsn: str, moves: int, *, step: int = 100_000) -> None:
    """Add pending moves until there are `moves`, and let the server look at what it has."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute("SELECT count(*) FROM command_queue_items").fetchone()
        present = row[0] if row else 0
        while present < moves:
            last = min(present + step, moves)
            connection.execute(_FILL, {"first": present + 1, "last": last})
            present = last
        connection.execute("VACUUM (ANALYZE)")
