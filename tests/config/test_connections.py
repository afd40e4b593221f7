"""A server that cannot be meant is one sentence before anything is said to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseyos.config import load_config
from caseyos.config.connections import is_loopback
from caseyos.errors import ConfigError

GOOD = """
[[source]]
kind = "imap"
name = "work"
host = "imap.ours.example"
user = "casey@ours.example"
secret = { env = "MAIL" }
smtp = { host = "smtp.ours.example" }
"""


def load(folder: Path, text: str) -> None:
    file = folder / "caseyos.toml"
    file.write_text(text)
    load_config(path=file, environ={"HOME": str(folder)}, cwd=folder)


def test_an_account_and_a_channel_that_names_it(tmp_path: Path) -> None:
    load(tmp_path, GOOD + '[channels]\nemail = "imap:work"\n')


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('host = ""', "imap:work needs a host"),
        ('user = ""', "imap:work needs a user"),
        ('user = "a\\nb"', "imap:work needs a user"),
        ("port = 70000", "port: expected 1 to 65535, got 70000"),
        ('security = "ssl"', "security: expected tls, starttls, none, got 'ssl'"),
        ('security = "none"', "would send your password for all to read; imap.ours.example is not"),
        ('smtp = { host = "smtp.ours.example", security = "none" }', "smtp.ours.example is not"),
        ("smtp = { port = 25 }", "smtp needs a host"),
        ('auth = "oauth"', "auth: expected password, xoauth2, got 'oauth'"),
        ('timeout = "0s"', "timeout: expected 1s to 10m"),
        ('timeout = "soon"', "timeout"),
        ('folders = { junk = "Spam" }', "folders: expected drafts, sent, trash, got 'junk'"),
        ('sent_copy = "no"', "sent_copy: expected auto, always, never"),
        ("whole_up_to = 0", "whole_up_to: expected a number of bytes, got 0"),
        ('past = "a while"', "past: "),
        ('oauth = { client_id = "me" }', 'oauth goes with auth = "xoauth2"'),
        ('password = "hunter2"', "no key source.*password"),
    ],
)
def test_what_cannot_be_meant_is_named(tmp_path: Path, change: str, said: str) -> None:
    key = change.split(" ", 1)[0]
    kept = [line for line in GOOD.splitlines() if not line.startswith(f"{key} =")]
    with pytest.raises(ConfigError, match=said):
        load(tmp_path, "\n".join([*kept, change, ""]))


@pytest.mark.parametrize(
    ("host", "url", "said"),
    [
        ("imap.gmail.com", "", None),
        ("outlook.office365.com", "", None),
        ("imap.gmail.com.evil.example", "", "oauth needs a token_url"),
        ("imap.ours.example", "http://login.ours.example/t", "no other than https"),
        ("imap.ours.example", "https://login.ours.example/t", None),
    ],
)
def test_where_tokens_come_from(tmp_path: Path, host: str, url: str, said: str | None) -> None:
    oauth = f'auth = "xoauth2"\noauth = {{ client_id = "me", token_url = "{url}" }}\n'
    text = GOOD.replace("imap.ours.example", host) + oauth
    if said is None:
        load(tmp_path, text)
        return
    with pytest.raises(ConfigError, match=said):
        load(tmp_path, text)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
def test_on_this_computer_nothing_need_be_encrypted(tmp_path: Path, host: str) -> None:
    assert is_loopback(host)
    text = GOOD.replace("imap.ours.example", host) + 'security = "none"\n'
    load(tmp_path, text)


@pytest.mark.parametrize(
    "host", ["127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", ""]
)
def test_what_only_looks_like_this_computer_is_not(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("channels", "said"),
    [
        ('email = "imap:wrok"', r"no source is called 'imap:wrok'.*Did you mean imap:work\?"),
        ('email = "imap"', r"Did you mean imap:work\?"),
        ('email = "locla"', r"Did you mean local\?"),
        ('meetings = "imap:work"', r"channels\.meetings: no source is called 'imap:work'"),
    ],
)
def test_a_channel_that_names_no_source(tmp_path: Path, channels: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load(tmp_path, f"{GOOD}[channels]\n{channels}\n")


def test_a_channel_needs_a_source_that_is_enabled_and_can_send(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="imap:work is not enabled"):
        load(tmp_path, f'{GOOD}enabled = false\n[channels]\nemail = "imap:work"\n')
    without = "\n".join(line for line in GOOD.splitlines() if not line.startswith("smtp"))
    with pytest.raises(ConfigError, match=r"imap:work has no smtp\.host"):
        load(tmp_path, f'{without}\n[channels]\nemail = "imap:work"\n')


def test_two_sources_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="two sources are called imap:work"):
        load(tmp_path, GOOD + GOOD)


CALENDAR = """
[[source]]
kind = "calendar"
name = "work"
url = "https://dav.ours.example/"
user = "casey"
"""


def test_a_calendar_and_the_channels_that_name_it(tmp_path: Path) -> None:
    load(tmp_path, CALENDAR + '[channels]\nmeetings = "calendar:work"\ntasks = "taskwarrior"\n')
    load(tmp_path, CALENDAR.replace("https://dav.ours.example", "http://127.0.0.1:5232"))
    with pytest.raises(ConfigError, match="calendar:wrk"):
        load(tmp_path, CALENDAR + '[channels]\nmeetings = "calendar:wrk"\n')
    with pytest.raises(ConfigError, match="calendar:work"):
        load(tmp_path, CALENDAR + '[channels]\nemail = "calendar:work"\n')


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('url = ""', "calendar:work needs a url"),
        ('url = "dav.ours.example"', "calendar:work needs a url"),
        ('url = "http://dav.ours.example/"', "would send your password for all to read"),
        ('url = "https://casey:secret@dav.ours.example/"', "a url holds no password"),
        ('user = ""', "calendar:work needs a user"),
        ('user = "a:b"', "calendar:work needs a user"),
        ('timeout = "1h"', "timeout: expected 1s to 10m"),
    ],
)
def test_a_calendar_that_cannot_be_meant_is_named(tmp_path: Path, change: str, said: str) -> None:
    key = change.split(" ", 1)[0]
    kept = [line for line in CALENDAR.splitlines() if not line.startswith(f"{key} =")]
    with pytest.raises(ConfigError, match=said):
        load(tmp_path, "\n".join([*kept, change, ""]))
