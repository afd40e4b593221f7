"""Being told of new mail: IMAP IDLE (RFC 2177) on the inbox, renewed before a server ends it.

Nothing is read or stored here; whoever listens is only told that something may have come.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from caseyos.connectors.imap_session import INBOX, ImapSession, open_session
from caseyos.errors import TryLater

RENEW = 24 * 60.0  # seconds; a server may hang up after 29 minutes of IDLE
GLANCE = 0.5  # seconds between two looks at whether to stop
SILENT_DEATHS = 5  # looks in a row that end at once with nothing: the server has hung up


class ImapListener:
    """One account's inbox, listened to."""

    def __init__(self, account: Callable[[], Any], *, renew: float = RENEW) -> None:
        self._account = account
        self._renew = renew

    def listen(self, heard: Callable[[], object], stopping: Callable[[], bool]) -> bool:
        """Call `heard` at the start and whenever something comes, until `stopping`.

        False at once where the server knows no IDLE. A connection that breaks is raised.
        """
        with open_session(self._account()) as session:
            if not session.has("IDLE"):
                return False
            with session.asking("opening the inbox"):
                session.client.select_folder(INBOX, readonly=True)
            heard()  # what came while nobody listened
            while not stopping():
                if self._something_came(session, stopping):
                    heard()
        return True

    def _something_came(self, session: ImapSession, stopping: Callable[[], bool]) -> bool:
        """One IDLE: until mail comes, or it is time to renew or to stop."""
        until = time.monotonic() + self._renew
        deaths = 0
        came = False
        with session.asking("IDLE"):
            session.client.idle()
            while not came and not stopping() and time.monotonic() < until:
                begun = time.monotonic()
                told = session.client.idle_check(timeout=GLANCE)
                # IMAPClient tells of the end of a connection as of nothing, at once.
                quick = not told and time.monotonic() - begun < GLANCE / 2
                deaths = deaths + 1 if quick else 0
                if deaths == SILENT_DEATHS:
                    raise TryLater(f"{session.account.imap.place} hung up.")
                came = any(len(one) > 1 and one[1] in (b"EXISTS", b"RECENT") for one in told)
            done = session.client.idle_done()
        # What was said between the last look and the end of IDLE.
        return came or any(len(one) > 1 and one[1] == b"EXISTS" for one in done[1])
