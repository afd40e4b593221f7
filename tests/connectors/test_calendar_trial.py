"""A calendar's login is tried on a real server."""

from __future__ import annotations

import pytest

from caseyos.connectors.caldav import CalendarAccount
from caseyos.connectors.calendar_trial import try_calendar
from caseyos.errors import LoginRequired
from tests.servers.radicale import Account


def test_a_login_that_works_says_which_calendar(account: Account) -> None:
    where = CalendarAccount("work", account.url, account.name, lambda: account.password)
    reached, found = try_calendar(where)
    assert reached == f"Logged in to {account.url} as {account.name}."
    assert found == f"The calendar is /{account.name}/work/; it tells what changed."
    assert account.events() == []


def test_one_that_does_not_is_a_login(account: Account) -> None:
    with pytest.raises(LoginRequired):
        try_calendar(CalendarAccount("work", account.url, account.name, lambda: "wrong"))
