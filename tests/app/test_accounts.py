"""An account is what its source says, with ports and the keyring where it says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseyos.app.accounts import calendar_account, mail_account, secret_of, source_called
from caseyos.config.model import Source
from caseyos.errors import NotFound
from tests.app.conftest import OpenApp
from tests.servers.http_script import answer, scripted

ACCOUNT = """
[[source]]
kind = "imap"
name = "work"
host = "imap.ours.example"
user = "casey@ours.example"
smtp = { host = "smtp.ours.example", security = "starttls" }
"""


def test_an_account_of_the_configuration(open_app: OpenApp) -> None:
    app = open_app(ACCOUNT + 'secret = { env = "THE_SECRET" }\nca_file = "~/ca.pem"\n')
    account = mail_account(app, "imap:work")
    assert (account.name, account.user, account.auth) == (
        "imap:work",
        "casey@ours.example",
        "password",
    )
    assert (account.imap.host, account.imap.port) == ("imap.ours.example", 993)
    assert account.imap.timeout == 30
    assert account.imap.ca_file == Path("~/ca.pem").expanduser()
    assert account.smtp is not None
    assert (account.smtp.host, account.smtp.port) == ("smtp.ours.example", 587)


def test_the_secret_is_asked_for_late(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    account = mail_account(open_app(ACCOUNT + 'secret = { env = "THE_SECRET" }\n'), "imap:work")
    monkeypatch.setenv("THE_SECRET", "now")
    assert account.secret() == "now"


def test_without_a_secret_it_is_in_the_keyring() -> None:
    assert secret_of(Source(kind="imap", name="work")).keyring == "imap:work"


def test_an_account_that_is_not_there_is_named(open_app: OpenApp) -> None:
    with pytest.raises(NotFound, match="no source 'imap:home'") as refused:
        source_called(open_app(ACCOUNT), "imap:home")
    assert refused.value.hint == "sources: imap:work"


CALENDAR = """
[[source]]
kind = "calendar"
name = "work"
url = "https://dav.ours.example/"
calendar = "Work"
user = "casey"
ca_file = "~/ca.pem"
timeout = "5s"
secret = { env = "THE_SECRET" }
"""


def test_a_calendar_of_the_configuration(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = calendar_account(open_app(CALENDAR), "calendar:work")
    assert (account.name, account.url, account.user) == (
        "work",
        "https://dav.ours.example/",
        "casey",
    )
    assert (account.calendar, account.timeout) == ("Work", 5)
    assert account.ca_file == Path("~/ca.pem").expanduser()
    monkeypatch.setenv("THE_SECRET", "now")
    assert account.password() == "now"


def test_a_refresh_token_becomes_an_access_token(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = answer("200 OK", body=b'{"access_token": "made of it", "expires_in": 3600}')
    monkeypatch.setenv("THE_SECRET", "refresh")
    with scripted(said) as script:
        oauth = f'oauth = {{ client_id = "me", token_url = "{script.url}token" }}'
        own = f'auth = "xoauth2"\nsecret = {{ env = "THE_SECRET" }}\n{oauth}\n'
        account = mail_account(open_app(ACCOUNT + own), "imap:work")
        assert account.secret() == "made of it"
    assert b"refresh_token=refresh" in script.requests[0]
