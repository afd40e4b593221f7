"""auth: setting an account up, trying its login with real servers, keeping and forgetting it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import trustme

from tests.conftest import Run
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.place import HOST
from tests.servers.post import dovecot, mailbox, sink
from tests.servers.safe_keyring import put_keyring
from tests.servers.smtp_sink import SmtpSink

__all__ = ["dovecot", "mailbox", "sink"]


@pytest.fixture
def keyring(tmp_path: Path) -> dict[str, str]:
    """The environment of a keyring that keeps what it is given."""
    return put_keyring(tmp_path)


def options(dovecot: Dovecot, sink: SmtpSink, user: str) -> list[str]:
    """Everything a login would ask for, but for the secret."""
    return [
        *("--user", user, "--host", HOST, "--port", str(dovecot.imaps), "--ca-file"),
        *(str(dovecot.ca), "--smtp-host", HOST, "--smtp-port", str(sink.port)),
        *("--smtp-security", "starttls"),
    ]


def test_the_way_from_nothing_to_a_login_and_back(
    caseyos: Run,
    home: dict[str, str],
    dovecot: Dovecot,
    sink: SmtpSink,
    mailbox: str,
    keyring: dict[str, str],
    tmp_path: Path,
) -> None:
    given = options(dovecot, sink, mailbox)
    done = caseyos(
        "auth", "login", "imap", *given, "--secret-stdin", text_in=f"{PASSWORD}\n", **keyring
    )
    assert done.returncode == 0, done.stderr
    assert "drafts: Entwürfe, sent: Sent" in done.stdout
    assert f"SMTP {HOST}:{sink.port} (starttls): logged in" in done.stdout
    assert "caseyos config set channels.email imap:work" in done.stdout
    assert PASSWORD not in done.stdout + done.stderr
    assert json.loads((tmp_path / "kept.json").read_text()) == {"caseyos/imap:work": PASSWORD}
    config = Path(home["XDG_CONFIG_HOME"], "caseyos/caseyos.toml")
    assert PASSWORD not in config.read_text()
    assert config.stat().st_mode & 0o077 == 0

    assert caseyos("config", "set", "channels.email", "imap:work").returncode == 0
    assert "imap:work" in caseyos("auth", "status", **keyring).stdout
    assert caseyos("auth", "test", **keyring).returncode == 0
    assert sink.taken == []

    assert caseyos("auth", "logout", "imap", **keyring).returncode == 0
    assert json.loads((tmp_path / "kept.json").read_text()) == {}
    refused = caseyos("auth", "test", "imap", "work", **keyring)
    assert refused.returncode == 4


def test_somebody_at_a_terminal_is_asked_and_the_secret_is_not_shown(
    home: dict[str, str],
    dovecot: Dovecot,
    sink: SmtpSink,
    mailbox: str,
    keyring: dict[str, str],
    tmp_path: Path,
) -> None:
    given = [sys.executable, "-m", "caseyos", "auth", "login", "imap", "--port", str(dovecot.imaps)]
    given += ["--ca-file", str(dovecot.ca), "--smtp-port", str(sink.port)]
    given += ["--smtp-security", "starttls"]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        given,
        env=home | keyring,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    answers = [("address)", mailbox), ("IMAP server", HOST), ("SMTP server", HOST)]
    answers += [("not shown", PASSWORD)]
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:
            break  # the other side has ended
        if not part:
            break
        shown += part
        if answers and answers[0][0].encode() in shown:
            os.write(ours, f"{answers.pop(0)[1]}\n".encode())
    os.close(ours)
    assert process.wait(60) == 0, shown.decode()
    assert answers == []
    assert PASSWORD.encode() not in shown
    assert f"[imap.{mailbox.rpartition('@')[2]}]".encode() in shown
    assert b"Kept in the keyring." in shown
    assert json.loads((tmp_path / "kept.json").read_text()) == {"caseyos/imap:work": PASSWORD}


def test_a_wrong_password_is_exit_4_and_is_not_kept(
    caseyos: Run,
    dovecot: Dovecot,
    sink: SmtpSink,
    mailbox: str,
    keyring: dict[str, str],
    tmp_path: Path,
) -> None:
    given = options(dovecot, sink, mailbox)
    done = caseyos(
        "auth", "login", "imap", *given, "--secret-stdin", text_in="hunter2-wrong\n", **keyring
    )
    assert done.returncode == 4
    assert "refused the password" in done.stderr
    assert "hunter2-wrong" not in done.stdout + done.stderr
    assert not (tmp_path / "kept.json").exists()


def test_without_a_keyring_it_says_where_else(
    caseyos: Run, dovecot: Dovecot, sink: SmtpSink, mailbox: str
) -> None:
    fail = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    given = options(dovecot, sink, mailbox)
    done = caseyos(
        "auth", "login", "imap", *given, "--secret-stdin", text_in=f"{PASSWORD}\n", **fail
    )
    assert done.returncode == 4
    assert "The login works, but it cannot be kept" in done.stderr
    for place in ("env =", "file =", "command ="):
        assert place in done.stderr


def test_a_secret_of_the_configuration_is_only_tried(
    caseyos: Run, home: dict[str, str], dovecot: Dovecot, sink: SmtpSink, mailbox: str
) -> None:
    secret = Path(home["HOME"], "secret")
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    config = Path(home["XDG_CONFIG_HOME"], "caseyos/caseyos.toml")
    config.parent.mkdir(parents=True)
    config.write_text(
        f'[[source]]\nkind = "imap"\nname = "own"\nhost = "{HOST}"\nport = {dovecot.imaps}\n'
        f'user = "{mailbox}"\nca_file = "{dovecot.ca}"\nsecret = {{ file = "{secret}" }}\n'
    )
    done = caseyos("auth", "login", "imap", "own", "--no-input")
    assert done.returncode == 0, done.stderr
    assert "The secret stays where the configuration says." in done.stdout
    assert f"the file {secret}: there" in caseyos("auth", "status").stdout
    assert "which is yours to remove" in caseyos("auth", "logout", "imap", "own").stdout
    assert secret.exists()
    secret.chmod(0o644)
    assert caseyos("auth", "test").returncode == 11

    other = Path(home["HOME"], "other.pem")
    trustme.CA().cert_pem.write_to_path(other)
    secret.chmod(0o600)
    config.write_text(config.read_text().replace(str(dovecot.ca), str(other)))
    wrong = caseyos("auth", "test")
    assert wrong.returncode == 9
    assert "is not to be trusted" in wrong.stderr and "ca_file" in wrong.stderr


def test_nobody_to_ask_is_a_refusal_that_names_the_flag(caseyos: Run, home: dict[str, str]) -> None:
    done = caseyos("auth", "login", "imap", "--no-input")
    assert (done.returncode, "add --user" in done.stderr) == (2, True)
    done = caseyos("auth", "login", "pigeon")
    assert (done.returncode, "kinds: imap" in done.stderr) == (12, True)
    done = caseyos(
        *("auth", "login", "imap", "--user", "casey@ours.example", "--host", "mail.ours.example"),
        *("--smtp-host", "mail.ours.example", "--no-input"),
    )
    assert done.returncode == 4
    assert "--secret-stdin" in done.stderr
    assert "MISSING" not in caseyos("auth", "status").stdout


def test_an_account_that_cannot_be_meant_is_not_added(caseyos: Run, home: dict[str, str]) -> None:
    done = caseyos(
        *("auth", "login", "imap", "--user", "casey@ours.example", "--host", "mail.ours.example"),
        *("--smtp-host", "mail.ours.example", "--security", "none", "--no-input"),
    )
    assert done.returncode == 11
    assert "for all to read" in done.stderr
    assert not Path(home["XDG_CONFIG_HOME"], "caseyos/caseyos.toml").exists()
