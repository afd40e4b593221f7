"""Reaching a server: names resolved, connected and encrypted, each step with a time-out.

Every failure is a `TryLater` with one sentence; what was asked for wrongly is a `ConfigError`.
Nothing here knows a protocol.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caseyos.domain.text import safe_line
from caseyos.errors import ConfigError, TryLater

TLS, STARTTLS, NONE = "tls", "starttls", "none"


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is and how it is spoken to; `timeout` is in seconds, for every step."""

    host: str
    port: int
    security: str = TLS  # tls | starttls | none
    ca_file: Path | None = None
    timeout: float = 30.0

    @property
    def place(self) -> str:
        """Host and port, for a sentence."""
        return f"{safe_line(self.host, 80)}:{self.port}"


def dial(server: Server) -> socket.socket:
    """A connected socket, its time-out set; every address is tried within one time-out."""
    end = time.monotonic() + server.timeout
    problem: OSError | None = None
    for family, kind, protocol, _, address in _addresses(server):
        left = end - time.monotonic()
        if left <= 0:
            break
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(left)
        try:
            connection.connect(address)
        except OSError as error:
            problem = error
            connection.close()
            continue
        connection.settimeout(server.timeout)
        return connection
    told = (problem and problem.strerror) or "it did not answer in time"
    raise TryLater(f"{server.place} cannot be reached: {told}.")


def tls_context(server: Server) -> ssl.SSLContext:
    """A context that checks the certificate and the name, by the system's authorities or ours."""
    try:
        context = ssl.create_default_context(cafile=server.ca_file and str(server.ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"ca_file {server.ca_file} holds no certificate that can be read.",
            hint="caseyos help config",
        ) from error
    # Said here, too: a system's OpenSSL may allow less than Python does by itself.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextmanager
def step(server: Server, doing: str) -> Iterator[None]:
    """Tell what failed of a step in words: time, connection, certificate."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise TryLater(
            f"The certificate of {server.place} is not to be trusted: {error.verify_message}.",
            hint="if it is your own server's, name its authority with ca_file",
        ) from error
    except TimeoutError as error:
        raise TryLater(
            f"{server.place} did not answer within {server.timeout:g} seconds ({doing})."
        ) from error
    except (OSError, EOFError) as error:
        told = safe_line(str(getattr(error, "strerror", None) or error), 120)
        raise TryLater(f"The connection to {server.place} broke ({doing}): {told}.") from error


def _addresses(server: Server) -> list[Any]:
    """What the name stands for; the system's own look-up knows no time-out."""
    found: list[Any] = []
    failed: list[str] = []

    def look_up() -> None:
        try:
            found.extend(socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failed.append(str(getattr(error, "strerror", None) or error))

    asking = threading.Thread(target=look_up, daemon=True)
    asking.start()
    asking.join(server.timeout)
    if found:
        return list(found)
    told = failed[0] if failed else f"no answer within {server.timeout:g} seconds"
    raise TryLater(f"The name {safe_line(server.host, 80)} cannot be looked up: {told}.")
