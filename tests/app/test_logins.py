"""Logins: which account is meant, where its secret is, and what most people's servers are."""

from __future__ import annotations

import pytest

from caseyos.app.logins import proposed
from caseyos.errors import LoginRequired, NotFound, UsageError
from tests.app.conftest import OpenApp
from tests.app.test_accounts import ACCOUNT
from tests.servers.radicale import Account


def test_the_only_account_need_not_be_named(open_app: OpenApp) -> None:
    logins = open_app(ACCOUNT).logins
    assert logins.name_of("imap", None) == "imap:work"
    assert logins.name_of("imap", "home") == "imap:home"
    assert logins.name_of("imap", "imap:home") == "imap:home"
    with pytest.raises(NotFound, match="no login for 'gopher'"):
        logins.name_of("gopher", None)
    two = open_app(ACCOUNT + ACCOUNT.replace('"work"', '"home"')).logins
    with pytest.raises(UsageError, match="Which account") as refused:
        two.name_of("imap", None)
    assert refused.value.hint == "one of imap:work, imap:home"


def test_where_a_secret_is(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    def where(secret: str) -> tuple[str, bool | None]:
        (login,) = open_app(f"{ACCOUNT}secret = {secret}\n").logins.all()
        return login.place, login.kept

    assert where('{ env = "THE_MAIL" }') == ("the environment variable THE_MAIL", False)
    monkeypatch.setenv("THE_MAIL", "x")
    assert where('{ env = "THE_MAIL" }') == ("the environment variable THE_MAIL", True)
    assert where('{ file = "/nonexistent" }') == ("the file /nonexistent", False)
    assert where('{ command = ["pass"] }') == ("the command pass", None)
    assert where('{ keyring = "mail" }') == ("the keyring", None)
    assert open_app("owner = 'x'\n").logins.all() == []


def test_a_login_asks_only_where_the_configuration_does_not_say(open_app: OpenApp) -> None:
    assert open_app(ACCOUNT).logins.asks_for_secret("imap:work")
    kept = open_app(f'{ACCOUNT}secret = {{ env = "THE_MAIL" }}\n').logins
    assert not kept.asks_for_secret("imap:work")


def test_the_servers_of_most_people() -> None:
    assert proposed("a@gmail.com") == ("imap.gmail.com", "smtp.gmail.com", "tls")
    assert proposed("a@ours.example") == ("imap.ours.example", "smtp.ours.example", "tls")


def test_a_calendars_login_is_tried_and_one_that_is_not_there_is_said(
    open_app: OpenApp, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAV", account.password)
    source = (
        f'[[source]]\nkind = "calendar"\nname = "work"\nurl = "{account.url}"\n'
        f'user = "{account.name}"\nsecret = {{ env = "DAV" }}\n'
        '[channels]\nmeetings = "calendar:work"\n'
    )
    logins = open_app(source).logins
    (login,) = logins.all()
    assert (login.name, login.kept, login.channel) == ("calendar:work", True, True)
    assert logins.test("calendar:work")[0].startswith("Logged in to")
    with pytest.raises(LoginRequired):
        monkeypatch.setenv("DAV", "wrong")
        logins.test("calendar:work")
    with pytest.raises(NotFound, match="with url and user"):
        logins.check_addable("calendar:home")
