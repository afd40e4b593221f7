"""A private OpenSMTPD that takes this computer's mail, as a relay does, and hands it to Dovecot by LMTP.

Root only: its processes give their rights away. Without TLS: Debian's 6.8 cannot sign with OpenSSL 3.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.servers.place import HOST, free_ports, missing, wait_for

BINARY = shutil.which("smtpd", path="/usr/sbin:/usr/local/sbin")

SETTINGS = """
queue ttl 1h
table anybody {{ "@" = "mail" }}
listen on {host} port {port} hostname mx.test
action "deliver" lmtp "{host}:{lmtp}" rcpt-to virtual <anybody>
match from local for any action "deliver"
"""


class OpenSmtpd:
    """A running server."""

    def __init__(self, lmtp: int) -> None:
        if BINARY is None:
            missing("smtpd (opensmtpd)")
        assert BINARY is not None
        self.folder = Path(tempfile.mkdtemp(prefix="caseyos-opensmtpd-"))
        self.folder.chmod(0o755)
        (self.port,) = free_ports(1)
        config = self.folder / "smtpd.conf"
        config.write_text(SETTINGS.format(host=HOST, port=self.port, lmtp=lmtp))
        config.chmod(0o600)
        self._log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen(
            [BINARY, "-d", "-f", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        try:
            wait_for(self.port)
        except OSError:
            raise AssertionError(self.log()) from None

    def log(self) -> str:
        """What it wrote about itself."""
        return (self.folder / "log").read_text(errors="replace")

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def can_run() -> bool:
    """Whether this user may start it."""
    return os.geteuid() == 0
