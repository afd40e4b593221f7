"""Reading without psycopg: the same answers as with it, and when it is not for us."""

from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest

from caseyos.app import App
from caseyos.domain.views import QueueFilter
from tests.conftest import Run


def test_every_read_says_the_same_over_either_driver(demo: Run, demo_home: dict[str, str]) -> None:
    demo("execute", "1", "--yes")
    light, heavy = (App.open(profile="demo", environ=demo_home) for _ in range(2))
    assert heavy.database.conninfo
    assert light.reader is not None
    filters = (
        QueueFilter(),
        QueueFilter(status=None),
        QueueFilter(due="later", min_aps=10.0),
        QueueFilter(due="week", owner="casey", text="e", account="a"),
    )
    for chosen in filters:
        page = light.queue.page(chosen, limit=5)
        assert page == heavy.queue.page(chosen, limit=5)
        assert page.moves or chosen != QueueFilter()
        after = {"after": page.next_key} if page.next_key else {}
        assert light.queue.page(chosen, **after) == heavy.queue.page(chosen, **after)
        assert light.queue.count(chosen) == heavy.queue.count(chosen)
    assert light.queue.today(7).moves == heavy.queue.today(7).moves
    for move in light.queue.page(QueueFilter(status=None), limit=40).moves:
        assert light.queue.get(move.id) == heavy.queue.get(move.id)
        assert light.queue.detail(move.code) == heavy.queue.detail(move.code)
        assert light.queue.why(move.code) == heavy.queue.why(move.code)
    assert light.queue.find("a") == heavy.queue.find("a")
    assert light.operations.status() == heavy.operations.status()
    assert light.operations.activity() == heavy.operations.activity()
    assert light.actions.outbox() == heavy.actions.outbox()
    assert light.switchboard.stops() == heavy.switchboard.stops()
    assert "database" not in vars(light)
    light.close()
    heavy.close()


@pytest.mark.parametrize("arguments", [("show",), ("why",), ("queue",), ("activity",), ("find",)])
def test_a_command_that_only_reads_never_loads_psycopg(
    demo: Run, demo_home: dict[str, str], arguments: tuple[str, ...]
) -> None:
    code = demo("today", "--plain").stdout.split("\t")[1]
    named = (code,) if arguments[0] in ("show", "why", "find") else ()
    script = (
        "import sys\nfrom caseyos.cli.entry import run\ncode = run(sys.argv[1:])\n"
        "sys.exit(code or ('psycopg' in sys.modules and 99))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments, *named, "-P", "demo"],
        env=demo_home,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_another_schema_is_left_to_those_who_refuse_it(
    demo: Run, demo_home: dict[str, str]
) -> None:
    demo("status")
    app = App.open(profile="demo", environ=demo_home)
    with psycopg.connect(app.database.conninfo) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
        other = App.open(profile="demo", environ=demo_home)
        assert other.reader is None
        connection.execute("UPDATE alembic_version SET version_num = %s", [revision()])
    other.close()
    app.close()


def revision() -> str:
    """The revision that this program wants."""
    from caseyos.store.schema import wanted_revision

    return wanted_revision()
