"""A real CalDAV server: Radicale in a process of its own, a user per test, on a free port."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

CONFIG = """
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {users}
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}
[rights]
type = owner_only
[logging]
level = warning
"""
MKCALENDAR = b"""<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<D:displayname>Work</D:displayname><C:supported-calendar-component-set><C:comp name="VEVENT"/>
</C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>"""
STARTED_WITHIN = 30.0  # seconds


class Radicale:
    """The server; `account()` gives a calendar of a fresh user."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._users = folder / "users"
        self._users.write_text("")
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self, port: int = 0) -> None:
        """Start it and wait until it answers; another port where somebody took the first."""
        self.port = port or _free_port()
        config = self._folder / "radicale.conf"
        config.write_text(
            CONFIG.format(port=self.port, users=self._users, folder=self._folder / "collections")
        )
        with (self._folder / "radicale.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "radicale", "--config", str(config)],
                stdout=subprocess.DEVNULL,
                stderr=log,
                env={**os.environ, "PYTHONWARNINGS": "ignore"},
                start_new_session=True,
            )
        end = time.monotonic() + STARTED_WITHIN
        while True:
            if self._process.poll() is not None:
                raise RuntimeError((self._folder / "radicale.log").read_text()[-2000:])
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}.web/", timeout=2).close()
                return
            if time.monotonic() > end:
                raise RuntimeError("Radicale did not start")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it; its calendars stay."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def account(self) -> Account:
        """A user of its own with an empty calendar."""
        name, password = f"u{secrets.token_hex(4)}", secrets.token_hex(8)
        with self._users.open("a") as file:
            file.write(f"{name}:{password}\n")
        account = Account(self, name, password)
        account.ask("MKCALENDAR", account.url, MKCALENDAR)
        return account


class Account:
    """A user's calendar, as somebody else's client sees it."""

    def __init__(self, server: Radicale, name: str, password: str) -> None:
        self.server, self.name, self.password = server, name, password

    @property
    def url(self) -> str:
        """The calendar's collection."""
        return f"{self.server.url}{self.name}/work/"

    def ask(
        self, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> bytes:
        """One request by plain urllib, which shares nothing with what is tested."""
        login = base64.b64encode(f"{self.name}:{self.password}".encode()).decode()
        request = urllib.request.Request(
            url,
            data=body or None,
            method=method,
            headers={"Authorization": f"Basic {login}", **(headers or {})},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            read: bytes = answer.read()
            return read

    def put(self, name: str, event: str) -> None:
        """Write an event over whatever was there; LF becomes CRLF."""
        wire = event.strip().replace("\r\n", "\n").replace("\n", "\r\n").encode() + b"\r\n"
        self.ask("PUT", f"{self.url}{name}.ics", wire, {"Content-Type": "text/calendar"})

    def delete(self, name: str) -> None:
        """Remove an event."""
        self.ask("DELETE", f"{self.url}{name}.ics")

    def get(self, name: str) -> bytes | None:
        """An event's bytes; None where there is none."""
        try:
            return self.ask("GET", f"{self.url}{name}.ics")
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def events(self) -> list[bytes]:
        """Every event there is."""
        folder = self.server._folder / "collections" / "collection-root" / self.name / "work"
        return [path.read_bytes() for path in sorted(folder.glob("*.ics"))]


@contextlib.contextmanager
def radicale(folder: Path) -> Iterator[Radicale]:
    """A running server."""
    server = Radicale(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
