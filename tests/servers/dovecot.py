"""A private Dovecot: one a run, a mailbox a test, random ports, as root or as anybody.

Every name is a user whose password is PASSWORD; a mailbox is made when it is first used. LMTP
delivers to any of them; `name+Folder` delivers into that folder.
"""

from __future__ import annotations

import base64
import grp
import hashlib
import hmac
import json
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tests.servers.place import HOST, certificate, free_ports, missing, wait_for

PASSWORD = "correct-horse-é"
TOKEN_KEY = b"a key that only the tests know, of enough bytes"
BINARY = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")

SETTINGS = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
instance_name = caseyos-{pid}
protocols = imap lmtp
listen = {host}
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
auth_cache_size = 0
ssl = {ssl}
ssl_cert = <{chain}
ssl_key = <{key}
ssl_dh =
mail_location = maildir:{folder}/mail/%u
mail_home = {folder}/mail/%u
mail_uid = {owner}
mail_gid = {owner_group}
first_valid_uid = 1
first_valid_gid = 1
mail_fsync = never
recipient_delimiter = +
lmtp_save_to_detail_mailbox = yes
lda_mailbox_autocreate = yes
mail_max_userip_connections = 200
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = allow_all_users=yes
}}
service imap-login {{
  {chroot}
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service lmtp {{
  {chroot}
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service anvil {{
  {chroot}
  # A wrong password costs nobody two seconds here.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  {chroot}
}}
service ipc {{
  {chroot}
}}
service auth {{
  {auth_user}
}}
service auth-worker {{
  {auth_user}
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Entwürfe {{
    special_use = \\Drafts
    auto = subscribe
  }}
  mailbox Sent {{
    special_use = \\Sent
    auto = subscribe
  }}
  mailbox Trash {{
    special_use = \\Trash
    auto = subscribe
  }}
}}
"""

OAUTH = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = email
"""


class Dovecot:
    """A running server; `imap` speaks STARTTLS, `imaps` TLS, `lmtp` delivers."""

    def __init__(self, *, tls: bool = True) -> None:
        if BINARY is None:
            missing("dovecot (dovecot-imapd, dovecot-lmtpd)")
        # A free port may be somebody else's by the time it is used.
        for _ in range(5):
            self._start(tls=tls)
            if "Address already in use" not in self.log():
                return
            self.stop()
        raise AssertionError("no free port for Dovecot")

    def _start(self, *, tls: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="caseyos-dovecot-"))
        self.imap, self.imaps, self.lmtp = free_ports(3)
        self.ca, chain, key = certificate(self.folder)
        root = os.geteuid() == 0
        me = pwd.getpwuid(os.geteuid())
        mine, group = me.pw_name, grp.getgrgid(me.pw_gid).gr_name
        config = self.folder / "dovecot.conf"
        config.write_text(
            SETTINGS.format(
                folder=self.folder,
                pid=self.folder.name[-8:],
                host=HOST,
                internal="dovecot" if root else mine,
                group="dovecot" if root else group,
                login="dovenull" if root else mine,
                owner="mail" if root else mine,
                owner_group="mail" if root else group,
                chroot="" if root else "chroot =",
                auth_user="" if root else f"user = {mine}",
                ssl="yes" if tls else "no",
                chain=chain,
                key=key,
                password=PASSWORD,
                imap=self.imap,
                imaps=self.imaps,
                lmtp=self.lmtp,
            )
        )
        (self.folder / "oauth2.conf").write_text(OAUTH.format(folder=self.folder))
        keys = self.folder / "keys" / "default" / "HS256"
        keys.mkdir(parents=True)
        (keys / "default").write_text(base64.b64encode(TOKEN_KEY).decode())
        (self.folder / "mail").mkdir()
        if root:
            shutil.chown(self.folder / "mail", "mail", "mail")
        for one in (self.folder, *self.folder.rglob("*")):
            one.chmod(0o755 if one.is_dir() else 0o644)
        assert BINARY is not None
        self._process = subprocess.Popen(
            [BINARY, "-F", "-c", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            for port in (self.imap, self.lmtp):
                wait_for(port)
        except OSError:
            raise AssertionError(self.log()) from None

    def log(self) -> str:
        """What it wrote about itself."""
        path = self.folder / "dovecot.log"
        return path.read_text() if path.exists() else "dovecot wrote no log"

    def stop(self) -> None:
        """End it and everything of it."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def token(user: str, *, lasts: float = 3600) -> str:
    """An access token for a user, as an authority would issue it (RFC 7519, HS256)."""
    parts = [
        {"alg": "HS256", "typ": "JWT"},
        {"email": user, "sub": user, "iat": int(time.time()) - 1, "exp": int(time.time() + lasts)},
    ]
    signed = b".".join(_base64(json.dumps(part).encode()) for part in parts)
    mac = hmac.new(TOKEN_KEY, signed, hashlib.sha256).digest()
    return (signed + b"." + _base64(mac)).decode()


def _base64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
