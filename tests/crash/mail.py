"""Mail that really leaves, as a crash sees it: Dovecot, a submission server, and an account on both.

Whatever is sent is delivered by LMTP into one mailbox, where it is counted by IMAP; the server
keeps a copy in the sender's Sent, as the large providers do.
"""

from __future__ import annotations

import imaplib
import logging
import os
import re
import select
import smtplib
import ssl
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from caseyos.app import App
from tests.crash.stage import Stage, die
from tests.desk import Desk
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.place import HOST, free_ports, wait_for
from tests.servers.smtp_sink import SmtpSink, Taken

SENDER, EVERYBODY = "casey@ours.example", "everybody@theirs.example"
MANY_A_DAY = "per_day = 1000000\nper_recipient_per_week = 1000000\nper_domain_per_day = 1000000"
# What a proof does on purpose would otherwise shut the channel.
SETTINGS = """
[channels]
email = "imap:work"
[guard]
breaker_failures = 1000000
error_rate = 0
bounce_rate = 0
complaint_rate = 0
[[source]]
kind = "imap"
name = "work"
host = "{host}"
port = {imaps}
user = "{user}"
ca_file = "{ca}"
timeout = "{timeout}"
secret = {{ env = "CRASH_PASSWORD" }}
smtp = {{ host = "{host}", port = {smtp}, security = "{security}" }}
"""


class Sink(SmtpSink):
    """A submission server that delivers whatever it takes to one mailbox."""

    def deliver(self, mail: Taken) -> None:
        """Into the mailbox that is counted, and into the sender's Sent."""
        with smtplib.LMTP(HOST, self.lmtp or 0, timeout=20) as there:
            name, _, domain = SENDER.partition("@")
            for box in (EVERYBODY, f"{name}+Sent@{domain}"):
                there.sendmail(SENDER, [box], mail.content)


class Post:
    """`send_email` by SMTP; the effect is a mail in somebody's mailbox."""

    action = "send_email"

    def __init__(self, stage: Stage, *, timeout: float = 10.0, security: str = "starttls") -> None:
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's, about itself
        self.dovecot, self.security = Dovecot(), security
        stage.end_with(self.dovecot.stop)
        self.timeout = timeout
        self.port = free_ports(1)[0]

    def serve_apart(self, stage: Stage) -> None:
        """The submission server in a process of its own: this one is going to fork."""

        def serve() -> None:
            self._sink(stage)
            while os.getppid() != 1:
                time.sleep(1)

        stage.fork(serve)
        wait_for(self.port)

    def serve_here(self, stage: Stage) -> Sink:
        """The submission server in this process, where its faults can be set."""
        sink = self._sink(stage)
        stage.end_with(sink.stop)
        return sink

    def desk(self, stage: Stage, lease: float, *, smtp: int | None = None) -> Desk:
        """A desk that is LIVE, holds nothing, and writes by this account."""
        os.environ["CRASH_PASSWORD"] = PASSWORD
        more = SETTINGS.format(
            host=HOST,
            imaps=self.dovecot.imaps,
            user=SENDER,
            ca=self.dovecot.ca,
            timeout=f"{self.timeout:g}s",
            smtp=smtp or self.port,
            security=self.security,
        )
        desk = stage.desk(lease=f"{lease:.0f}s", limits=MANY_A_DAY, hold="0s", more=more)
        desk.app.switchboard.go_live(timedelta(hours=12))
        return desk

    def arm(self, app: App, point: str) -> None:
        """Die after half of the text, or when the server has taken it and nobody was told."""
        send = smtplib.SMTP.send

        def dying(client: smtplib.SMTP, what: Any) -> None:
            if len(what) < 300:  # a command
                send(client, what)
                return
            send(client, what[: len(what) // 2] if point == "half written" else what)
            if point != "half written":
                select.select([client.sock], [], [], 20)
            die()

        smtplib.SMTP.send = dying  # type: ignore[method-assign]

    def effects(self, desk: Desk) -> Mapping[str, int]:
        """The Message-IDs of everything that was delivered."""
        counts: dict[str, int] = {}
        for marker in self.delivered():
            counts[marker] = counts.get(marker, 0) + 1
        return counts

    def delivered(self) -> list[str]:
        """The Message-IDs in the mailbox of all recipients, by IMAP."""
        trust = ssl.create_default_context(cafile=str(self.dovecot.ca))
        with imaplib.IMAP4_SSL(HOST, self.dovecot.imaps, ssl_context=trust, timeout=60) as box:
            box.authenticate("PLAIN", lambda _: f"\0{EVERYBODY}\0{PASSWORD}".encode())
            _, (count, *_) = box.select("INBOX", readonly=True)
            if not int(count or 0):
                return []
            _, found = box.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
        headers = b"".join(one[1] for one in found if isinstance(one, tuple))
        return [one.decode() for one in re.findall(rb"<[^>]+>", headers)]

    def _sink(self, stage: Stage) -> Sink:
        return Sink(
            stage.home(),
            security=self.security,
            lmtp=self.dovecot.lmtp,
            port=self.port,
            login=self.security != "none",
        )
