"""The hot reads and the whole program: the same bytes, the same traces, and little imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from caseyos.cli.hot import run as hot
from caseyos.store import schema
from caseyos.store.server import EmbeddedServer
from tests.conftest import Run, runner

ASKED = [
    ("today",),
    ("today", "--limit", "3"),
    ("today", "--limit", "25", "--why"),
    ("today", "--plain"),
    ("today", "--count"),
    ("today", "--count", "--plain"),
    ("--ascii", "today"),
    ("today", "-q", "--no-input", "--accessible"),
    ("next",),
    ("next", "--plain"),
    ("status",),
    ("completion", "ids"),
    ("completion", "ids", "--plain"),
]
COLOURS = [(), ("--color", "always"), ("--color", "never")]
# An option that does nothing and that only the whole program knows.
THE_LONG_WAY = "--no-pager"
# What a hot read may load at the very most, of what is not loaded in any Python anyway.
HEAVY = (
    *("typer", "click", "rich", "psycopg", "asyncio", "dataclasses", "json", "logging", "inspect"),
    *("datetime", "typing", "msgspec", "decimal", "uuid", "caseyos.errors", "caseyos.app.core"),
)


def answers(home: dict[str, str], *arguments: str) -> bool:
    """Whether these arguments are answered by the hot reads, in a process of their own."""
    script = (
        "import os, sys\nfrom caseyos.cli.hot import run\n"
        "sys.exit(3 if run(sys.argv[1:], os.environ) is None else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    assert done.returncode in (0, 3), done.stderr
    return done.returncode == 0


def test_both_ways_say_the_same_bytes(demo: Run, demo_home: dict[str, str]) -> None:
    demo("today", THE_LONG_WAY)
    for arguments in ASKED:
        for colour in COLOURS:
            for extra in (
                {},
                {"COLUMNS": "61"},
                {"LC_ALL": "de_DE.ISO-8859-1"},
                {"TZ": "Asia/Tokyo"},
            ):
                short = demo(*arguments, *colour, **extra)
                long = demo(*arguments, *colour, THE_LONG_WAY, **extra)
                assert short.stdout == long.stdout != "", arguments
                assert (short.returncode, short.stderr) == (long.returncode, long.stderr) == (0, "")
        assert answers(demo_home, *arguments), f"{arguments} took the long way"


def test_both_ways_leave_the_same_traces(demo: Run, demo_home: dict[str, str]) -> None:
    """The list that row numbers mean, the rows of telemetry, and the lines of the log."""
    state = Path(demo_home["XDG_STATE_HOME"], "caseyos/profiles/demo")
    listed, log = state / "lists/test.tsv", state / "log/caseyos.jsonl"

    def traces(*extra: str) -> tuple[list[str], list[dict[str, object]]]:
        before = len(log.read_text().splitlines())
        assert demo("today", "--limit", "4", *extra).returncode == 0
        lines = [json.loads(line) for line in log.read_text().splitlines()[before:]]
        for line in lines:
            assert line.pop("at")[:2] == "20"
        return listed.read_text().splitlines()[1:], lines

    long, short = traces(THE_LONG_WAY), traces()
    assert long == short
    assert len(short[0]) == len(short[1]) == 4


@pytest.mark.parametrize(
    "arguments",
    [
        ("today", "--json"),
        ("today", "--all"),
        ("today", "--limit", "0"),
        ("today", "--limit"),
        ("today", "--limit", "٣"),
        ("today", "--kind", "send_email"),
        ("today", "--as-of", "2026-01-01"),
        ("today", "--tz", "Asia/Tokyo"),
        ("today", "today"),
        ("today", "--help"),
        ("next", "--count"),
        ("status", "--plain"),
        ("-P", "../x", "today"),
        ("-P", "no-such-profile", "today"),
        ("--color", "sometimes", "today"),
        ("today", "--", "x"),
        ("show", "today"),
        ("completion",),
        ("completion", "show", "bash"),
        ("ids", "completion"),
        ("today", "ids"),
        (),
    ],
)
def test_what_is_not_known_is_left_to_the_whole_program(
    demo_home: dict[str, str], arguments: tuple[str, ...]
) -> None:
    assert not answers(demo_home, *arguments)
    assert hot(arguments, {"HOME": "/nonexistent"}) is None


def test_a_hot_read_loads_next_to_nothing(demo: Run, demo_home: dict[str, str]) -> None:
    demo("today", THE_LONG_WAY)
    script = (
        "import os, sys\nbefore = set(sys.modules)\nfrom caseyos.cli.hot import run\n"
        "code = run(sys.argv[1:], os.environ)\n"
        "sys.stderr.write(' '.join(set(sys.modules) - before)); sys.exit(code)"
    )
    for arguments in ASKED:
        # -S: what an editable installation loads at every start is not the program's doing.
        done = subprocess.run(
            [sys.executable, "-S", "-c", script, *arguments],
            env=demo_home | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert not set(done.stderr.split()) & set(HEAVY)


def test_a_changed_configuration_is_seen_at_once(caseyos: Run, home: dict[str, str]) -> None:
    assert caseyos("today").returncode == 0
    assert answers(home, "status")
    file = Path(home["XDG_CONFIG_HOME"], "caseyos/caseyos.toml")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('timezone = "Asia/Tokyo"\n')
    assert not answers(home, "status")
    assert "(JST)" in caseyos("today").stdout
    assert answers(home, "today")
    assert "(JST)" in caseyos("today").stdout
    file.write_text('timezonee = "Asia/Tokyo"\n')
    assert caseyos("today").returncode == 11
    file.write_text("")
    elsewhere = Path(home["HOME"], "project")
    elsewhere.mkdir()
    assert "(UTC)" in caseyos("today", cwd=elsewhere).stdout
    (elsewhere / "caseyos.toml").write_text('timezone = "Europe/Lisbon"\n')
    assert "(WE" in caseyos("today", cwd=elsewhere).stdout
    assert caseyos("today", CASEYOS_NO_SUCH_KEY="1").returncode == 11


def test_the_stop_is_seen(caseyos: Run, home: dict[str, str]) -> None:
    caseyos("status")
    for level in ("all", "outbound"):
        assert caseyos("pause", level).returncode == 0
    short, long = caseyos("status"), caseyos("status", THE_LONG_WAY)
    assert short.stdout == long.stdout
    assert "stopped: all" in short.stdout
    assert "stopped: outbound" in short.stdout
    assert answers(home, "status")


def test_another_schema_is_refused_as_ever(caseyos: Run, home: dict[str, str]) -> None:
    caseyos("status")
    server = EmbeddedServer(Path(home["XDG_DATA_HOME"], "caseyos"))
    with psycopg.connect(server.dsn()) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert caseyos("today").returncode == 10
    assert not answers(home, "today")


def test_a_server_at_a_url(server: EmbeddedServer, dsn: str, home: dict[str, str]) -> None:
    """By the environment and by the file; a password in the environment is not written anywhere."""
    run = runner(home)
    del server
    schema.present_revision(dsn)
    given = {"DATABASE_URL": f"{dsn} password=between-us"}
    assert run("status", **given).returncode == 0
    assert answers(home | given, "status")
    assert run("today", **given).stdout == run("today", THE_LONG_WAY, **given).stdout
    assert not answers(home, "status")
    kept = Path(home["XDG_CACHE_HOME"], "caseyos/configuration")
    assert "between-us" not in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
