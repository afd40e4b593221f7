"""Real servers for the connectors' tests, one a run, an account a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.post import dovecot, mailbox, sink
from tests.servers.radicale import Account, Radicale, radicale

__all__ = ["account", "calendar_server", "dovecot", "mailbox", "sink"]


@pytest.fixture(scope="session")
def calendar_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    """A running Radicale."""
    with radicale(tmp_path_factory.mktemp("radicale")) as server:
        yield server


@pytest.fixture
def account(calendar_server: Radicale) -> Account:
    """A user with an empty calendar."""
    return calendar_server.account()
