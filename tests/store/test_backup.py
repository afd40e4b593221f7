"""A backup is kept only when it restores to the same rows; a bad one is refused."""

import stat
from pathlib import Path

import psycopg
import pytest

from caseyos.errors import UsageError
from caseyos.store import backup
from caseyos.store.server import EmbeddedServer


@pytest.fixture
def filled(dsn: str) -> str:
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "INSERT INTO signals (evidence, data) SELECT 'e' || n, jsonb_build_object('n', n)"
            " FROM generate_series(1, 500) n"
        )
        connection.execute("INSERT INTO audit_log (actor, action) VALUES ('casey', 'first')")
        connection.execute("INSERT INTO audit_log (actor, action) VALUES ('casey', 'second')")
    return dsn


def test_backup_and_restore(server: EmbeddedServer, filled: str, tmp_path: Path) -> None:
    target = tmp_path / "one.dump"
    report = backup.backup(filled, target, server.binary)
    assert report.rows == 503 and stat.S_IMODE(target.stat().st_mode) == 0o600
    before = backup.fingerprint(filled)
    with psycopg.connect(filled) as connection:
        connection.execute("DELETE FROM signals")
    backup.restore(filled, target, server.binary)
    assert backup.fingerprint(filled) == before


@pytest.mark.parametrize("harm", ["truncated", "flipped", "empty", "foreign"])
def test_a_bad_dump_is_refused(
    server: EmbeddedServer, filled: str, tmp_path: Path, harm: str
) -> None:
    target = tmp_path / "one.dump"
    backup.backup(filled, target, server.binary)
    raw = bytearray(target.read_bytes())
    if harm == "truncated":
        raw = raw[: len(raw) // 2]
    elif harm == "flipped":
        # Inside the compressed rows; the table of contents alone would still list well.
        for place in range(len(raw) * 3 // 4, len(raw) * 3 // 4 + 64):
            raw[place] ^= 0x55
    elif harm == "empty":
        raw = bytearray()
    else:
        raw = bytearray(b"this is no dump")
    target.write_bytes(raw)
    before = backup.fingerprint(filled)
    with pytest.raises(UsageError):
        backup.restore(filled, target, server.binary)
    assert backup.fingerprint(filled) == before
