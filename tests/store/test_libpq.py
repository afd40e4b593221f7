"""libpq by ctypes and by psycopg: the same rows and refusals, on a socket and over TLS with SCRAM."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from caseyos.store import libpq
from caseyos.store.account import server_account
from caseyos.store.libpq import Link, WireError, plain_url, positional

DRIVERS = ["ctypes", "psycopg"]


@pytest.mark.parametrize("driver", DRIVERS)
def test_text_in_text_out(driver: str, dsn: str) -> None:
    link = Link(dsn, driver=driver)
    hostile = "a'; DROP TABLE signals; -- \x1b[2J ü漢🚀"
    rows = link.rows(
        "SELECT %(text)s::text AS a, %(none)s::text, %(n)s::int + 1, %(text)b, 5 %% 3",
        {"text": hostile, "none": None, "n": 41},
    )
    assert rows == [(hostile, None, "42", hostile, "2")]
    assert link.rows("SELECT 1 WHERE false") == []
    assert link.rows("BEGIN") == []
    with pytest.raises(WireError, match="no_such_table"):
        link.rows("SELECT * FROM no_such_table")
    with pytest.raises(WireError):
        link.rows("SELECT 1")  # the transaction is spoilt, and says so
    link.rows("ROLLBACK")
    assert link.rows("SELECT 1") == [("1",)]
    link.close()


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize(
    "conninfo",
    [
        "host=/nonexistent user=caseyos dbname=x",
        "postgresql://nobody@127.0.0.1:1/none",
        "not conninfo",
    ],
)
def test_no_connection_is_an_error_of_ours(driver: str, conninfo: str) -> None:
    with pytest.raises((WireError, psycopg.Error)):
        Link(conninfo, driver=driver)


def test_without_the_library_psycopg_does_it(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libpq, "_library", lambda *, local: None)
    link = Link(dsn)
    assert link.rows("SELECT 'here'") == [("here",)]
    assert type(link._wire).__name__ == "ByPsycopg"
    link.close()


def test_there_is_a_library_for_either_place() -> None:
    for local in (True, False):
        path = libpq._library(local=local)
        assert path is not None
        assert "libpq" in path


def test_names_become_numbers() -> None:
    sql, values = positional("a = %(x)s AND b = %(y)s AND c = %(x)b LIKE '%%'", {"x": 1, "y": None})
    assert sql == "a = $1 AND b = $2 AND c = $1 LIKE '%'"
    assert values == [b"1", None]
    with pytest.raises(KeyError):
        positional("%(missing)s", {})
    assert plain_url("postgresql+psycopg://h/d") == "postgresql://h/d"


@pytest.fixture(scope="module")
def over_tls() -> Iterator[str]:
    """A server that takes only TLS with SCRAM: Debian's, for the wheel's has no TLS."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    openssl = shutil.which("openssl")
    if not programs or openssl is None:
        told = "a PostgreSQL with TLS (apt-get install postgresql openssl)"
        if os.environ.get("CI"):
            pytest.fail(f"CI must try the hot reads against {told}")
        pytest.skip(f"NOT TRIED: there is no {told}")
    account = server_account()
    # A folder the server's account reaches, and short enough for its socket.
    folder = Path(f"/tmp/caseyos-tls-{os.getpid()}")
    folder.mkdir(mode=0o755)
    account.own(folder)
    bin_, cluster, port = programs[-1].parent, folder / "data", str(20000 + os.getpid() % 20000)
    given: dict[str, object] = {"check": True, "capture_output": True, "cwd": folder}
    given |= account.popen_options()
    (folder / "password").write_text("right words")
    run = subprocess.run
    run(
        [
            bin_ / "initdb",
            "-D",
            cluster,
            "-U",
            "casey",
            "-A",
            "scram-sha-256",
            "--pwfile",
            folder / "password",
        ],
        **given,
    )  # type: ignore[call-overload]
    run(
        [
            openssl,
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-keyout",
            cluster / "server.key",
            "-out",
            cluster / "server.crt",
        ],
        **given,
    )  # type: ignore[call-overload]
    (cluster / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    server = subprocess.Popen(
        [
            bin_ / "postgres",
            "-D",
            cluster,
            "-k",
            folder,
            "-p",
            port,
            "-h",
            "127.0.0.1",
            "-c",
            "ssl=on",
        ],
        stderr=subprocess.DEVNULL,
        cwd=folder,
        **account.popen_options(),
    )  # type: ignore[call-overload]
    url = f"postgresql://casey:right%20words@127.0.0.1:{port}/postgres?sslmode=require"
    for _ in range(200):
        try:
            psycopg.connect(url).close()
            break
        except psycopg.OperationalError:
            time.sleep(0.05)
    yield url
    server.terminate()
    server.wait(30)
    shutil.rmtree(folder)


@pytest.mark.parametrize("driver", DRIVERS)
def test_tls_with_scram(driver: str, over_tls: str) -> None:
    link = Link(over_tls, driver=driver)
    asked = "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    assert link.rows(asked) == [("true",)]
    link.close()
    for wrong in (over_tls.replace("right", "wrong"), over_tls.replace("require", "disable")):
        with pytest.raises((WireError, psycopg.Error)) as said:
            Link(wrong, driver=driver)
        assert "words" not in str(said.value)
