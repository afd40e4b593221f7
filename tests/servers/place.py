"""What every server of the tests needs: a free port, a folder, a certificate, a wait for a door."""

from __future__ import annotations

import functools
import os
import socket
import time
from pathlib import Path

import pytest
import trustme

HOST = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind((HOST, 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def wait_for(port: int, seconds: float = 20) -> None:
    """Wait until something answers at a port."""
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


@functools.cache
def authority() -> trustme.CA:
    """The authority of this run; nobody else trusts it."""
    return trustme.CA()


def certificate(folder: Path) -> tuple[Path, Path, Path]:
    """The authority's certificate, and a chain and a key of 127.0.0.1 and localhost, as files."""
    ca, chain, key = folder / "ca.pem", folder / "chain.pem", folder / "key.pem"
    issued = authority().issue_cert(HOST, "localhost")
    authority().cert_pem.write_to_path(ca)
    chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(key)
    return ca, chain, key


def missing(program: str) -> None:
    """Skip, loudly; in CI as root, where everything was installed, fail."""
    if os.environ.get("CI") and os.geteuid() == 0:
        pytest.fail(f"{program} is missing in CI")
    pytest.skip(f"{program} is not installed")
