"""A submission server that can be told to fail at any point; what it takes it delivers by LMTP.

`faults` may be changed at any time. `taken` is every mail it said yes to, and only those count.
"""

from __future__ import annotations

import asyncio
import base64
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.servers.dovecot import PASSWORD
from tests.servers.place import HOST, certificate, free_ports

# What `drop` may name: the connection is cut there.
BEFORE_BANNER, MAIL, RCPT, DATA, BODY, DOT = "banner", "MAIL", "RCPT", "DATA", "BODY", "DOT"


@dataclass
class Faults:
    """What goes wrong. `replies` by verb (EHLO, AUTH, MAIL, RCPT, DATA, DOT, QUIT, banner);
    `recipients` by address; `drop` is where the connection is cut, `hang` where nothing is said.

    `drop` at BODY cuts before the mail is taken, at DOT after it was taken and before the answer.
    """

    replies: dict[str, str] = field(default_factory=dict)
    recipients: dict[str, str] = field(default_factory=dict)
    drop: str = ""
    hang: str = ""


@dataclass(frozen=True)
class Taken:
    """One mail that was taken."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


class SmtpSink:
    """A running sink. `security`: tls, starttls or none; `keeps_sent` copies to the sender's Sent.

    `lmtp` is the port of a Dovecot; without it mail is only remembered.
    """

    def __init__(
        self,
        folder: Path,
        *,
        security: str = "none",
        lmtp: int | None = None,
        keeps_sent: bool = False,
        login: bool = True,
        port: int | None = None,
        tokens: Callable[[str, str], bool] | None = None,
    ) -> None:
        self.faults, self.taken = Faults(), list[Taken]()
        self.logins: list[str] = []
        self.mechanisms: list[str] = []
        self.lmtp, self.keeps_sent, self.tokens, self.login = lmtp, keeps_sent, tokens, login
        self.port = port or free_ports(1)[0]
        self.ca, chain, key = certificate(folder)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(chain, key)
        options: dict[str, Any] = {"hostname": "sink.test", "decode_data": False}
        if login:
            options |= {
                "authenticator": self._authenticate,
                "auth_require_tls": security == "starttls",
                "auth_exclude_mechanism": ["LOGIN"] if tokens else [],
            }
        if security == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        sink = self

        class Running(Controller):
            def factory(self) -> SMTP:
                return _Smtp(self.handler, sink, **options)

        self._controller = Running(
            _Handler(self),
            hostname=HOST,
            port=self.port,
            ssl_context=context if security == "tls" else None,
            ready_timeout=20,
        )
        self._controller.start()

    def stop(self) -> None:
        """Listen no more."""
        self._controller.stop()

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        self.mechanisms.append(mechanism)
        user, password = data.login.decode(), data.password.decode()
        self.logins.append(user)
        return AuthResult(success=password == PASSWORD, handled=False)

    def deliver(self, mail: Taken) -> None:
        """Hand a mail on, as a real server does after it has said yes."""
        if self.lmtp is None:
            return
        with smtplib.LMTP(HOST, self.lmtp, timeout=20) as there:
            there.sendmail(mail.sender, list(mail.recipients), mail.content)
            if self.keeps_sent:
                name, _, domain = mail.sender.partition("@")
                there.sendmail(mail.sender, [f"{name}+Sent@{domain}"], mail.content)


class _Smtp(SMTP):
    """aiosmtpd with faults where it has no hook."""

    def __init__(self, handler: Any, sink: SmtpSink, **options: Any) -> None:
        self.sink = sink
        self.__ident__ = "sink"
        super().__init__(handler, **options)
        # A test's faults may come often in one connection.
        self.command_call_limit = {"*": 1000}  # type: ignore[assignment]

    async def push(self, status: Any) -> None:
        """Every answer passes here: the banner too."""
        text = status if isinstance(status, str) else status.decode()
        if text.startswith("220 ") and "sink" in text and self.sink.faults.replies.get("banner"):
            text = self.sink.faults.replies["banner"]
        await super().push(text)

    async def fault(self, verb: str) -> bool:
        """Whether a fault took this verb over."""
        faults = self.sink.faults
        if faults.drop == verb:
            self.transport.abort()
            return True
        if faults.hang == verb:
            return True
        if verb in faults.replies:
            await self.push(faults.replies[verb])
            if faults.replies[verb].startswith("421"):
                self.transport.close()
            return True
        return False

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self.fault("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self.fault("AUTH"):
            if arg.startswith("XOAUTH2 "):
                await self._xoauth2(arg.split(" ", 1)[1])
            else:
                await super().smtp_AUTH(arg)

    async def _xoauth2(self, raw: str) -> None:
        """As Gmail does it: a refusal is a challenge first."""
        said = base64.b64decode(raw).decode()
        user = said.split("user=", 1)[1].split("\x01")[0]
        token = said.split("auth=Bearer ", 1)[1].split("\x01")[0]
        self.sink.mechanisms.append("XOAUTH2")
        if self.sink.tokens is not None and self.sink.tokens(user, token):
            self.session.authenticated = True
            self.sink.logins.append(user)
            await self.push("235 2.7.0 Accepted")
            return
        await self.push("334 eyJzdGF0dXMiOiI0MDEifQ==")
        await self._reader.readline()
        await self.push("535 5.7.8 Token not accepted")

    async def smtp_MAIL(self, arg: str) -> None:
        if await self.fault("MAIL"):
            return
        if self.sink.login and not self.session.authenticated:
            await self.push("530 5.7.0 Authentication required")
            return
        await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str) -> None:
        if not await self.fault("RCPT"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self.fault("DATA"):
            await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        if not await self.fault("QUIT"):
            await super().smtp_QUIT(arg)


class _Handler:
    """aiosmtpd's hooks."""

    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink

    async def handle_EHLO(
        self, server: SMTP, session: Session, _envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if self.sink.tokens is not None:
            answers = [
                line + " XOAUTH2" if line.startswith("250-AUTH") else line for line in answers
            ]
        return answers

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        refusal = self.sink.faults.recipients.get(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        faults = self.sink.faults
        if faults.drop == BODY:
            server.transport.abort()
            return "250 nobody hears"
        if "DOT" in faults.replies:
            return faults.replies["DOT"]
        mail = Taken(
            str(envelope.mail_from),
            tuple(envelope.rcpt_tos),
            bytes(envelope.original_content or b""),
        )
        self.sink.taken.append(mail)
        await asyncio.to_thread(self.sink.deliver, mail)
        if faults.drop == DOT:
            server.transport.abort()
        if faults.hang == DOT:
            await asyncio.sleep(3600)
        return "250 2.0.0 OK taken"
