"""The migrated schema is the tables' schema, and the way down and up again is lossless."""

import subprocess

import psycopg
import pytest

from caseyos.errors import NotReady
from caseyos.store import schema
from caseyos.store.backup import scratch_database
from caseyos.store.server import EmbeddedServer


def dump(server: EmbeddedServer, conninfo: str) -> str:
    text = subprocess.run(
        [
            server.binary("pg_dump"),
            "--schema-only",
            "--no-owner",
            "-T",
            "alembic_version",
            conninfo,
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    # The restrict key is random and the Alembic constraint belongs to the table left out.
    return "\n".join(line for line in text.splitlines() if "restrict " not in line)


def test_migrated_equals_created(server: EmbeddedServer, dsn: str) -> None:
    with scratch_database(dsn) as created:
        schema.create_all(created)
        assert dump(server, dsn) == dump(server, created)


def test_down_and_up_again_is_identical(server: EmbeddedServer, dsn: str) -> None:
    before = dump(server, dsn)
    schema.downgrade(dsn, "base")
    with psycopg.connect(dsn) as connection:
        left = connection.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND relname <> 'alembic_version'"
            " AND relname <> 'alembic_version_pkc'"
        ).fetchone()
    assert left == (0,)
    schema.migrate(dsn)
    assert dump(server, dsn) == before


def test_a_newer_schema_is_refused(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NotReady, match="newer"):
        schema.check(schema.present_revision(dsn))


def test_an_empty_database_names_the_command(dsn: str) -> None:
    with scratch_database(dsn) as empty, pytest.raises(NotReady) as refusal:
        schema.check(schema.present_revision(empty))
    assert refusal.value.hint == "caseyos db migrate"


def test_a_plain_insert_becomes_a_move(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "INSERT INTO command_queue_items (id, priority_score, action_type, action_context,"
            " status, owner, due_by, created_at, updated_at) VALUES (gen_random_uuid(), 50,"
            " 'create_task', '{}', 'pending', 'casey', now(), now(), now())"
            " RETURNING code, version"
        ).fetchone()
        connection.execute(
            "INSERT INTO signals (id, source, signal_type, data, processed, created_at)"
            " VALUES (gen_random_uuid(), 'script', 'manual', '{}', false, now())"
        )
    assert row is not None and len(row[0]) == 4 and row[0][0].isalpha() and row[1] == 1


def test_codes_are_never_given_twice(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "SELECT count(*), count(DISTINCT caseyos_move_code(n)), max(length(caseyos_move_code(n)))"
            " FROM generate_series(593000, 595000) n"
        ).fetchone()
    assert row == (2001, 2001, 5)


def test_uuids_are_time_ordered_version_seven(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "SELECT caseyos_uuid7(), pg_sleep(0.003) FROM generate_series(1, 20)"
        ).fetchall()
    ids = [row[0] for row in rows]
    assert ids == sorted(ids) and all(one.version == 7 for one in ids)


@pytest.mark.parametrize(
    "change", ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"]
)
def test_the_audit_is_append_only(dsn: str, change: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("INSERT INTO audit_log (actor, action) VALUES ('casey', 'test')")
        with pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute(change)
