"""Secrets by reference: environment, then file or command, then the system's keyring.

Nothing here logs or prints a value. Whoever resolves hands in `register`, so that a loaded secret
is redacted from the log before anybody can use it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from caseyos.config.model import Secret
from caseyos.domain.text import safe_line
from caseyos.errors import CaseyError, ConfigError, LoginRequired

SERVICE = "caseyos"
LIMIT = 3.0  # seconds; an unlock dialogue nobody sees would wait for ever
MAX_SECRET = 64 * 1024  # bytes
# Backends that keep a secret from other users. `fail` keeps nothing, `null` forgets, and
# keyrings.alt writes plain text: none of them is in this list, and a chain is only its members.
TRUSTED = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.kwallet.DBusKeyringKWallet4",
    }
)
_NO_KEYRING, _NOTHING_KEPT = 3, 4  # exit codes of the child
KEYRING = "The keyring"
_HINT = "set the environment variable, or name a file with mode 0600"

Register = Callable[[str], None]


def resolve(
    reference: Secret, *, register: Register, environ: Mapping[str, str] | None = None
) -> str:
    """The secret that `reference` names, from the first place that has it.

    ConfigError for a file or command that cannot be trusted, LoginRequired where nothing is kept.
    """
    value = _first(reference, os.environ if environ is None else environ)
    if not value:
        raise LoginRequired(f"There is no secret at {_places(reference)}.", hint=_HINT)
    register(value)
    return value


def store(name: str, value: str, *, register: Register, limit: float = LIMIT) -> None:
    """Keep a secret in the system's keyring; LoginRequired where there is none to trust."""
    register(value)
    _ask("set", name, value, limit)


def forget(name: str, *, limit: float = LIMIT) -> None:
    """Remove a secret from the system's keyring, if it is there."""
    _ask("delete", name, "", limit)


def from_file(path: Path) -> str:
    """The content of a private file: ours, a real file, and closed to everybody else."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise ConfigError(f"The secret file {path} cannot be read: {error.strerror}.") from error
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
            raise ConfigError(f"The secret file {path} is not a file of yours.")
        if found.st_mode & 0o077:
            raise ConfigError(
                f"Others can read the secret file {path} (mode {stat.S_IMODE(found.st_mode):04o}).",
                hint=f"chmod 600 {path}",
            )
        return _text(os.read(handle, MAX_SECRET + 1), f"the secret file {path}")
    finally:
        os.close(handle)


def from_command(command: Sequence[str], *, limit: float = LIMIT) -> str:
    """What a command prints, run without a shell and killed with its children after `limit`."""
    if not command:
        raise ConfigError("The secret's command is empty.")
    name = safe_line(command[0], 60)
    code, out = _run(list(command), b"", limit, f"The secret's command {name}")
    if code:
        raise ConfigError(f"The secret's command {name} failed with status {code}.")
    return _text(out, f"the output of {name}")


def from_keyring(name: str, *, limit: float = LIMIT) -> str:
    """What the system's keyring keeps under `name`; empty where it keeps nothing."""
    return _ask("get", name, "", limit)


def _first(reference: Secret, environ: Mapping[str, str]) -> str:
    if reference.env and environ.get(reference.env):
        return environ[reference.env]
    if reference.file:
        return from_file(Path(reference.file).expanduser())
    if reference.command:
        return from_command(reference.command)
    return from_keyring(reference.keyring) if reference.keyring else ""


def _places(reference: Secret) -> str:
    named = {
        "the environment variable": reference.env,
        "the file": reference.file,
        "the command": reference.command and reference.command[0],
        "the keyring under": reference.keyring,
    }
    told = [f"{where} {safe_line(name, 60)}" for where, name in named.items() if name]
    return " or ".join(told) or "any place, because the reference names none"


def _text(raw: bytes, where: str) -> str:
    if len(raw) > MAX_SECRET:
        raise ConfigError(f"More than {MAX_SECRET // 1024} KiB in {where}; no secret is as long.")
    try:
        return raw.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ConfigError(f"There is no text in {where}.") from None


def _ask(verb: str, name: str, value: str, limit: float) -> str:
    """One call of the keyring in a process of its own, because a locked one may never answer."""
    # -P: nothing from the present folder can pose as the keyring.
    call = [sys.executable, "-P", "-c", "from caseyos.config.secrets import child; child()"]
    code, out = _run([*call, verb, name], value.encode(), limit, KEYRING)
    if code == _NO_KEYRING:
        raise LoginRequired("There is no keyring here that keeps secrets safe.", hint=_HINT)
    if code not in (0, _NOTHING_KEPT):
        raise LoginRequired("The keyring refused, or it is locked.", hint=_HINT)
    return out.decode()


def _run(command: list[str], given: bytes, limit: float, what: str) -> tuple[int, bytes]:
    """Run to the end, or kill the whole process group after `limit` seconds; status and output."""
    try:
        process = subprocess.Popen(  # noqa: S603 - no shell; the operator's own command
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise ConfigError(f"{what} cannot be run: {error.strerror}.") from error
    try:
        out, _ = process.communicate(given, timeout=limit)
    except subprocess.TimeoutExpired:
        _kill(process)
        late: type[CaseyError] = LoginRequired if what == KEYRING else ConfigError
        raise late(f"{what} did not answer within {limit:g} seconds.", hint=_HINT) from None
    except BaseException:  # Ctrl-C too leaves nothing behind
        _kill(process)
        raise
    return process.returncode, out


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process that still runs, and whatever it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def child() -> None:
    """The keyring's side: `get`, `set` (value on standard input) or `delete`, then exit."""
    import keyring
    from keyring.errors import KeyringError

    verb, name = sys.argv[1:3]
    backend = _trusted(keyring.get_keyring())
    if backend is None:
        raise SystemExit(_NO_KEYRING)
    try:
        if verb == "set":
            backend.set_password(SERVICE, name, sys.stdin.read())
        elif verb == "delete":
            if backend.get_password(SERVICE, name) is not None:
                backend.delete_password(SERVICE, name)
        else:
            kept = backend.get_password(SERVICE, name)
            if kept is None:
                raise SystemExit(_NOTHING_KEPT)
            sys.stdout.write(kept)
    except KeyringError:
        raise SystemExit(1) from None


def _trusted(found: Any) -> Any:
    """The backend of the allow-list, `found` itself or in a chain; None where there is none."""
    for backend in getattr(found, "backends", None) or [found]:
        kind = type(backend)
        if f"{kind.__module__}.{kind.__qualname__}" in TRUSTED:
            return backend
    return None
