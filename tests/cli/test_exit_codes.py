"""One test for every exit code there is, as real processes with standard input closed.

Code 4 with real servers that refuse a login is in test_auth.py.
"""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from caseyos import errors
from tests.cli.reading import best
from tests.conftest import Run


def test_0_nothing_to_do_is_no_error(demo: Run) -> None:
    assert demo("queue", "--text", "no such words").returncode == 0
    assert demo("outbox", "list").returncode == 0


def test_1_a_check_that_fails(demo: Run, demo_home: dict[str, str], tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text('[send]\nhold = "30s"\n')
    change = "ALTER TABLE audit_log DISABLE TRIGGER USER; UPDATE audit_log SET actor = 'eve' WHERE seq = 2"
    back = "UPDATE audit_log SET actor = 'casey' WHERE seq = 2; ALTER TABLE audit_log ENABLE TRIGGER USER"
    assert demo("db", "shell", "-c", change).returncode == 0
    try:
        done = demo("audit", "verify")
        assert done.returncode == 1 and "receipt 2" in done.stderr
    finally:
        assert demo("db", "shell", "-c", back).returncode == 0
    assert demo("audit", "verify").returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("todya",),
        ("today", "--limit", "many"),
        ("today", "--no-such-flag"),
        ("today", "--as-of", "yesterdayish"),
        ("today", "--limit"),
        ("why",),
        ("import", "/nonexistent/deals.csv"),
    ],
)
def test_2_a_command_line_that_cannot_be_meant(demo: Run, arguments: tuple[str, ...]) -> None:
    done = demo(*arguments)
    assert done.returncode == 2
    assert done.stdout == "" and len(done.stderr.splitlines()) <= 3, done.stderr
    assert "Traceback" not in done.stderr


def test_3_the_person_says_no(demo: Run, demo_home: dict[str, str]) -> None:
    code = best(demo, "create_task")
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "caseyos", "execute", code],
        env=demo_home,
        stdin=child,
        stderr=child,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    os.close(child)
    shown = b""
    while b"to go on" not in shown:
        shown += os.read(parent, 4096)
    os.write(parent, b"no\n")
    assert process.wait(20) == 3
    os.close(parent)
    assert process.stdout is not None
    process.stdout.close()
    assert json.loads(demo("show", code, "--json").stdout)["data"][0]["status"] == "pending"


def test_4_an_account_needs_a_login(caseyos: Run) -> None:
    server = ("--host", "mail.ours.example", "--smtp-host", "mail.ours.example")
    done = caseyos("auth", "login", "imap", "--user", "casey@ours.example", *server)
    assert done.returncode == 4
    assert "caseyos auth login imap work --secret-stdin" in done.stderr


def test_5_refused_where_nobody_can_confirm(demo: Run) -> None:
    done = demo("execute", best(demo, "create_task"))
    assert done.returncode == 5 and "--yes" in done.stderr


def test_5_a_wrong_status_names_the_status(demo: Run) -> None:
    done = demo("wake", best(demo, "create_task"))
    assert done.returncode == 5 and "pending" in done.stderr


def test_6_a_row_of_a_list_that_was_never_printed(demo: Run) -> None:
    done = demo("accept", "1", CASEYOS_SESSION="another-terminal")
    assert done.returncode == 6


def test_6_a_row_whose_move_changed_since(demo: Run) -> None:
    assert demo("queue", "--kind", "create_task").returncode == 0
    code = best(demo, "create_task")
    assert demo("queue", "--kind", "create_task").returncode == 0
    elsewhere = demo("edit", code, "--subject", "Other words", CASEYOS_SESSION="elsewhere")
    assert elsewhere.returncode == 0
    done = demo("accept", "1")
    assert done.returncode == 6 and code in done.stderr
    assert demo("undo").returncode == 0


def test_7_what_was_changed_since_cannot_be_taken_back(
    demo: Run, demo_home: dict[str, str]
) -> None:
    assert demo("execute", best(demo, "send_email"), "--yes").returncode == 0
    box = Path(demo_home["XDG_DATA_HOME"], "caseyos/profiles/demo/mail/.Outbox/new")
    newest = max(box.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    newest.write_bytes(newest.read_bytes() + b"one more line\r\n")
    done = demo("undo")
    assert done.returncode == 7 and "changed since" in done.stderr
    assert newest.exists()


def test_8_a_source_that_fails_does_not_stop_the_others(demo: Run) -> None:
    done = demo("tick", "--no-send", "--json")
    assert done.returncode == 8
    assert json.loads(done.stderr.splitlines()[-1])["error"]["code"] == "partly"


def test_9_somebody_else_holds_what_this_needs(demo: Run, demo_home: dict[str, str]) -> None:
    dump = Path(demo_home["HOME"], "kept.dump")
    assert demo("db", "backup", "--to", str(dump)).returncode == 0
    daemon = subprocess.Popen(
        [sys.executable, "-m", "caseyos", "daemon", "run", "--no-http"],
        env=demo_home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while not json.loads(demo("daemon", "status", "--json").stdout)["data"]["running"]:
            assert daemon.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)
        done = demo("db", "restore", str(dump), "--yes")
        assert done.returncode == 9 and "caseyos -P demo daemon stop" in done.stderr
    finally:
        daemon.terminate()
        daemon.wait(30)


def test_10_a_database_that_does_not_answer(caseyos: Run) -> None:
    done = caseyos("today", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 10 and "127.0.0.1" in done.stderr
    body = json.loads(
        caseyos("today", "--json", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none").stderr
    )
    assert body["error"]["code"] == "not_ready" and body["error"]["exit"] == 10


def test_11_a_configuration_that_is_wrong(caseyos: Run, home: dict[str, str]) -> None:
    file = Path(home["XDG_CONFIG_HOME"], "caseyos/caseyos.toml")
    file.parent.mkdir(parents=True)
    file.write_text('timezone = "UTC"\n[send]\nhodl = "30s"\n')
    done = caseyos("today")
    assert done.returncode == 11
    for word in (str(file), "3", "send.hodl", "send.hold"):
        assert word in done.stderr, done.stderr


def test_12_what_does_not_exist(demo: Run) -> None:
    for arguments in (("show", "zz99zz"), ("signals", "sync", "nowhere"), ("help", "nothing")):
        assert demo(*arguments).returncode == 12, arguments


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_130_and_143_when_stopped(
    demo_home: dict[str, str], tmp_path: Path, sent: int, code: int
) -> None:
    endless = tmp_path / "endless.csv"
    os.mkfifo(endless)
    process = subprocess.Popen(
        [sys.executable, "-m", "caseyos", "import", str(endless)],
        env=demo_home,
        # Run from a background job, Ctrl-C is ignored by inheritance; a person's shell does not.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    # Opening the other end returns only when the program has opened it to read.
    with endless.open("wb", buffering=0) as writer:
        writer.write(b"opportunity_id,deal_stage\n")
        # Again and again: a signal just before a blocking read waits until that read returns.
        deadline = time.monotonic() + 20
        while process.poll() is None and time.monotonic() < deadline:
            process.send_signal(sent)
            time.sleep(0.3)
        _, errors_said = process.communicate(timeout=1)
    assert process.returncode == code
    assert b"Traceback" not in errors_said


def test_0_when_the_reader_has_seen_enough(demo_home: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "caseyos", "today"],
        env=demo_home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(20), said) == (0, b"")


def test_the_codes_are_those_of_the_contract() -> None:
    kinds: list[type[errors.CaseyError]] = [errors.CaseyError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    told = {kind.exit_code for kind in kinds}
    assert told == {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
