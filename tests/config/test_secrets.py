"""Secrets by reference: each place in turn, only what can be trusted, never a value told."""

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from caseyos.config import secrets
from caseyos.config.model import Secret
from caseyos.errors import ConfigError, LoginRequired

VALUE = "s3cret-välue"


@pytest.fixture
def private(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(f"{VALUE}\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Secret Service that answers, in the child's own process: its class is the real one, its
    store a file, since no D-Bus runs here. Returns the folder to add other backends to."""
    (tmp_path / "sitecustomize.py").write_text(
        textwrap.dedent(f"""
            import json, os, sys, time
            from pathlib import Path
            if os.environ.get("PYTHON_KEYRING_BACKEND", "").endswith("SecretService.Keyring"):
                from keyring.backends import SecretService
                from keyring.backend import properties
                from keyring.errors import KeyringLocked
                kept = Path({str(tmp_path / "kept.json")!r})
                def read():
                    mode = os.environ.get("KEYRING_MODE")
                    if mode == "hangs":
                        Path({str(tmp_path / "pid")!r}).write_text(str(os.getpid()))
                        time.sleep(60)
                    if mode == "locked":
                        raise KeyringLocked("a secret {VALUE} leaks")
                    return json.loads(kept.read_text()) if kept.exists() else {{}}
                def set_password(self, service, name, value):
                    kept.write_text(json.dumps(read() | {{f"{{service}}/{{name}}": value}}))
                def delete_password(self, service, name):
                    rest = read(); del rest[f"{{service}}/{{name}}"]; kept.write_text(json.dumps(rest))
                SecretService.Keyring.priority = properties.classproperty(lambda cls: 5)
                SecretService.Keyring.get_password = lambda self, service, name: read().get(
                    f"{{service}}/{{name}}")
                SecretService.Keyring.set_password = set_password
                SecretService.Keyring.delete_password = delete_password
            """)
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.SecretService.Keyring")
    return tmp_path


def resolve(reference: Secret, **environ: str) -> str:
    loaded: list[str] = []
    value = secrets.resolve(reference, register=loaded.append, environ=environ)
    assert loaded == [value]
    return value


def test_the_environment_comes_first(private: Path) -> None:
    reference = Secret(env="TOKEN", file=str(private))
    assert resolve(reference, TOKEN="from-env") == "from-env"
    assert resolve(reference, TOKEN="") == VALUE
    assert resolve(reference) == VALUE


def test_then_file_or_command_then_the_keyring(private: Path, keyring: Path) -> None:
    secrets.store("imap:work", "from-keyring", register=lambda _: None)
    command = [sys.executable, "-c", "print('from-command')"]
    everything = Secret(env="TOKEN", file=str(private), command=command, keyring="imap:work")
    assert resolve(everything) == VALUE
    assert resolve(Secret(command=command, keyring="imap:work")) == "from-command"
    assert resolve(Secret(env="TOKEN", keyring="imap:work")) == "from-keyring"


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (Secret(), "the reference names none"),
        (Secret(env="TOKEN"), "the environment variable TOKEN"),
        (Secret(env="TO\x1b[2JKEN"), r"TO\^\[\[2JKEN"),
    ],
)
def test_nothing_kept_says_where_was_looked(reference: Secret, words: str) -> None:
    with pytest.raises(LoginRequired, match=words) as refusal:
        secrets.resolve(reference, register=lambda _: None, environ={})
    assert refusal.value.hint


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601, 0o777])
def test_a_file_that_others_can_reach(private: Path, mode: int) -> None:
    private.chmod(mode)
    with pytest.raises(ConfigError, match=f"mode 0{mode:o}") as refusal:
        secrets.from_file(private)
    assert refusal.value.hint == f"chmod 600 {private}"
    assert VALUE not in str(refusal.value)


def test_a_link_to_a_file(private: Path) -> None:
    link = private.with_name("link")
    link.symlink_to(private)
    with pytest.raises(ConfigError, match="cannot be read"):
        secrets.from_file(link)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else(private: Path) -> None:
    os.chown(private, 65534, 65534)
    with pytest.raises(ConfigError, match="not a file of yours"):
        secrets.from_file(private)


def test_what_is_no_file(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o600)
    for path, words in (
        (tmp_path, "not a file of yours"),
        (fifo, "not a file of yours"),
        (tmp_path / "gone", "No such file"),
    ):
        with pytest.raises(ConfigError, match=words):
            secrets.from_file(path)


@pytest.mark.parametrize(
    ("content", "value"),
    [(b"one\n", "one"), (b"one\r\n", "one"), (b" spaced \n", " spaced "), (b"a\nb\n", "a\nb")],
)
def test_only_the_last_line_end_goes(private: Path, content: bytes, value: str) -> None:
    private.write_bytes(content)
    assert secrets.from_file(private) == value


@pytest.mark.parametrize(
    ("content", "words"), [(b"\xff\xfe", "no text"), (b"x" * 65_537, "More than 64 KiB")]
)
def test_a_file_that_holds_no_secret(private: Path, content: bytes, words: str) -> None:
    private.write_bytes(content)
    with pytest.raises(ConfigError, match=words):
        secrets.from_file(private)


def test_an_empty_file_is_nothing_kept(private: Path) -> None:
    private.write_text("\n")
    with pytest.raises(LoginRequired):
        resolve(Secret(file=str(private)))


def test_a_command_runs_without_a_shell(tmp_path: Path) -> None:
    mark = tmp_path / "made"
    out = secrets.from_command(
        [sys.executable, "-c", "import sys; print(sys.argv[1])", f"$(touch {mark}); `x`"]
    )
    assert out == f"$(touch {mark}); `x`"
    assert not mark.exists()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ([], "is empty"),
        (["/nowhere/pass"], "cannot be run: No such file"),
        ([sys.executable, "-c", f"print({VALUE!r}); raise SystemExit(7)"], "failed with status 7"),
        ([sys.executable, "-c", "print('x' * 70000)"], "More than 64 KiB"),
    ],
)
def test_a_command_that_fails(command: list[str], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as refusal:
        secrets.from_command(command)
    assert VALUE not in str(refusal.value)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_a_command_that_hangs_is_killed_with_what_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = (
        "import os, subprocess, time; child = subprocess.Popen(['sleep', '60']);"
        f" open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}'); time.sleep(60)"
    )
    with pytest.raises(ConfigError, match="did not answer within 1 seconds"):
        secrets.from_command([sys.executable, "-c", code], limit=1)
    deadline = time.monotonic() + 10  # a killed process goes when the kernel gets to it
    while any(alive(int(pid)) for pid in pids.read_text().split()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_keyring_keeps_and_forgets(keyring: Path) -> None:
    loaded: list[str] = []
    assert secrets.from_keyring("imap:work") == ""
    secrets.store("imap:work", VALUE, register=loaded.append)
    assert loaded == [VALUE]
    assert secrets.from_keyring("imap:work") == VALUE
    secrets.forget("imap:work")
    secrets.forget("imap:work")
    assert secrets.from_keyring("imap:work") == ""


def test_a_keyring_that_never_answers_is_killed(
    keyring: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYRING_MODE", "hangs")
    with pytest.raises(LoginRequired, match="did not answer within 3 seconds"):
        secrets.from_keyring("imap:work")
    assert not alive(int((keyring / "pid").read_text()))


def test_a_locked_keyring_is_a_sentence(
    keyring: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KEYRING_MODE", "locked")
    with pytest.raises(LoginRequired, match="refused, or it is locked") as refusal:
        secrets.from_keyring("imap:work")
    assert VALUE not in str(refusal.value) + "".join(capfd.readouterr())


PLAIN = """
from keyring.backend import KeyringBackend
class PlaintextKeyring(KeyringBackend):
    priority = 9
    def get_password(self, service, name): return "never"
    def set_password(self, service, name, value): open({path!r}, "w").write(value)
"""


@pytest.mark.parametrize(
    "backend",
    [
        "keyring.backends.fail.Keyring",
        "keyring.backends.null.Keyring",
        "keyrings.alt.file.PlaintextKeyring",
        "mine.Keyring",
    ],
)
def test_what_keeps_nothing_safe_is_refused(
    keyring: Path, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    (keyring / "keyrings" / "alt").mkdir(parents=True)
    code = PLAIN.format(path=str(keyring / "plain"))
    (keyring / "keyrings" / "alt" / "file.py").write_text(code)
    (keyring / "mine.py").write_text(code.replace("PlaintextKeyring", "Keyring"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    with pytest.raises(LoginRequired, match="no keyring here that keeps secrets safe"):
        secrets.store("imap:work", VALUE, register=lambda _: None)
    with pytest.raises(LoginRequired):
        secrets.from_keyring("imap:work")
    assert not (keyring / "plain").exists()


def test_a_chain_is_as_good_as_its_trusted_member() -> None:
    from keyring.backends import null
    from keyring.backends.SecretService import Keyring

    class Chain:
        backends = (null.Keyring(), object.__new__(Keyring))

    assert secrets._trusted(Chain()) is Chain.backends[1]
    Chain.backends = Chain.backends[:1]  # type: ignore[assignment]
    assert secrets._trusted(Chain()) is None


def test_the_present_folder_cannot_pose_as_the_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "keyring.py").write_text("raise SystemExit('planted')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    with pytest.raises(LoginRequired, match="no keyring here"):
        secrets.from_keyring("imap:work")


def test_a_value_never_stands_on_a_command_line(
    keyring: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    real = subprocess.Popen

    def watched(command: list[str], **options: object) -> object:
        started.append(command)
        return real(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", watched)
    secrets.store("imap:work", VALUE, register=lambda _: None)
    assert started and all(VALUE not in word for command in started for word in command)


def test_keyring_is_imported_by_nobody_else() -> None:
    root = Path(secrets.__file__).parents[1]
    home = Path(secrets.__file__)
    others = [
        p
        for p in root.rglob("*.py")
        if "import keyring" in p.read_text() or "from keyring" in p.read_text()
    ]
    assert others == [home]
    code = "import sys, caseyos.config.secrets; print('keyring' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
