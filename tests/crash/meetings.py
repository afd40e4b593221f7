"""Meetings that are really made, as a crash sees them: Radicale, and a calendar in it."""

from __future__ import annotations

import os
import re
import select
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from caseyos.app import App
from tests.crash.stage import Stage, die
from tests.desk import Desk
from tests.servers.radicale import Radicale

SETTINGS = """
[limits.schedule_meeting]
per_day = 1000000
[channels]
meetings = "calendar:work"
[guard]
breaker_failures = 1000000
error_rate = 0
[[source]]
kind = "calendar"
name = "work"
url = "{url}"
user = "{user}"
timeout = "10s"
secret = {{ env = "CRASH_PASSWORD" }}
"""


class Calendar:
    """`schedule_meeting` by CalDAV; the effect is an event."""

    action = "schedule_meeting"

    def __init__(self, stage: Stage) -> None:
        server = Radicale(stage.home())
        stage.end_with(server.stop)
        server.start()
        self.account = server.account()

    def desk(self, stage: Stage, lease: float) -> Desk:
        """A desk that is LIVE, holds nothing, and writes into this calendar."""
        os.environ["CRASH_PASSWORD"] = self.account.password
        more = SETTINGS.format(url=self.account.url, user=self.account.name)
        desk = stage.desk(lease=f"{lease:.0f}s", hold="0s", more=more)
        desk.app.switchboard.go_live(timedelta(hours=12))
        return desk

    def arm(self, app: App, point: str) -> None:
        """Die after half of the event, or when the server has it and nobody was told."""
        from httpcore._backends.sync import SyncStream

        write = SyncStream.write

        def dying(stream: Any, buffer: bytes, timeout: float | None = None) -> None:
            if b"BEGIN:VEVENT" not in buffer:
                write(stream, buffer, timeout)
                return
            half = point == "half written"
            write(stream, buffer[: len(buffer) // 2] if half else buffer, timeout)
            if not half:
                select.select([stream._sock], [], [], 20)
            die()

        SyncStream.write = dying  # type: ignore[method-assign]

    def effects(self, desk: Desk) -> Mapping[str, int]:
        """The UIDs of everything in the calendar."""
        counts: dict[str, int] = {}
        for event in self.account.events():
            for uid in re.findall(rb"UID:(\S+)", event.replace(b"\r\n ", b"")):
                counts[uid.decode()] = counts.get(uid.decode(), 0) + 1
        return counts
