"""The reads of a shell prompt: what they find, what they leave alone, when they give way."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from caseyos.app import App
from caseyos.app.glance import glance, remember
from caseyos.domain.views import QueueFilter
from caseyos.store.server import EmbeddedServer
from tests.conftest import Run


@pytest.fixture
def seen_home(
    demo: Run, demo_home: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The demo's home, whose configuration was read and used once."""
    for name, value in demo_home.items():
        monkeypatch.setenv(name, value)
    demo("today", "--no-pager")
    return demo_home


def test_it_finds_what_the_queue_s_own_reads_find(seen_home: dict[str, str]) -> None:
    app = App.open(profile="demo", environ=seen_home)
    own, status = app.queue.today(7), app.operations.status()
    seen = glance(profile="demo", environ=seen_home, limit=7, counts="all")
    assert seen is not None
    assert [(row.id, row.code, row.aps, row.title, row.version) for row in seen.rows] == [
        (str(move.id), move.code, move.aps, move.title, move.version) for move in own.moves
    ]
    assert [(row.account, row.reasoning) for row in seen.rows] == [
        (move.account, move.reasoning) for move in own.moves
    ]
    for name in ("pending", "due", "accepted", "unknown", "outbox"):
        assert seen.counts[name] == getattr(status, name)
    due = glance(profile="demo", environ=seen_home, counts="moves")
    assert due is not None
    assert (due.counts["due"], due.mode, due.stops) == (own.due_count, "safe", [])
    offered = glance(profile="demo", environ=seen_home, offered=True)
    assert offered is not None
    assert [row.code for row in offered.rows] == [
        move.code for move in app.queue.page(QueueFilter(), limit=50).moves
    ]
    app.close()


def test_a_view_is_recorded_and_an_offer_is_none(seen_home: dict[str, str]) -> None:
    app = App.open(profile="demo", environ=seen_home)

    def views() -> int:
        with psycopg.connect(app.database.conninfo) as connection:
            asked = "SELECT count(*) FROM events WHERE name = 'recommendation_viewed'"
            row = connection.execute(asked).fetchone()
            assert row is not None
            return int(row[0])

    before = views()
    glance(profile="demo", environ=seen_home, counts="all")
    glance(profile="demo", environ=seen_home, offered=True)
    assert views() == before
    glance(profile="demo", environ=seen_home, limit=3)
    assert views() == before + 3
    app.close()


def test_it_gives_way_to_whoever_knows_more(seen_home: dict[str, str]) -> None:
    def works(environ: dict[str, str] = seen_home) -> bool:
        return glance(profile="demo", environ=environ, counts="moves") is not None

    assert works()
    log = Path(seen_home["XDG_STATE_HOME"], "caseyos/profiles/demo/log/caseyos.jsonl")
    kept = log.read_bytes()
    log.write_bytes(b"x" * 2_100_000)  # the log is to be rotated
    assert not works()
    log.unlink()
    assert not works()
    log.write_bytes(kept)
    assert works()
    assert not works(seen_home | {"XDG_CACHE_HOME": "/nonexistent"})
    server = EmbeddedServer(Path(seen_home["XDG_DATA_HOME"], "caseyos/profiles/demo"))
    server.stop()
    assert works(), "a stopped server is started"
    assert server.is_reachable()


def test_another_s_server_at_our_socket_is_not_ours(seen_home: dict[str, str]) -> None:
    file = Path(seen_home["XDG_CACHE_HOME"], "caseyos/profiles/demo/configuration")
    text = file.read_text()
    cluster = text.split("\ncluster\t")[1].splitlines()[0]
    file.write_text(text.replace(f"cluster\t{cluster}", "cluster\t/somewhere/else"))
    assert glance(profile="demo", environ=seen_home, counts="moves") is None
    app = App.open(profile="demo", environ=seen_home)
    app.operations.status()
    remember(app, seen_home)
    app.close()
    assert f"cluster\t{cluster}\n" in file.read_text()
    assert glance(profile="demo", environ=seen_home, counts="moves") is not None
