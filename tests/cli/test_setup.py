"""init, doctor, demo, completion."""

from __future__ import annotations

import subprocess
from pathlib import Path

from caseyos.cli.entry import COMMANDS
from tests.cli.reading import data, said
from tests.conftest import Run


def test_init_twice_is_as_good_as_once(caseyos: Run) -> None:
    assert "Your database is ready" in said(caseyos, "init", "--no-input")
    assert "Your database is ready" in said(caseyos, "init", "--no-input")


def test_doctor_names_the_fix(caseyos: Run, home: dict[str, str]) -> None:
    said(caseyos, "init", "--no-input")
    file = Path(home["XDG_CONFIG_HOME"], "caseyos/caseyos.toml")
    said(caseyos, "config", "set", "send.hold", "31s")
    assert all(one["level"] == "ok" for one in data(caseyos, "doctor"))
    file.chmod(0o644)
    told = said(caseyos, "doctor")
    assert "warn" in told and f"chmod 600 {file}" in told
    broken = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    assert "FAIL" in said(caseyos, "doctor", code=1, **broken)


def test_completion_names_every_command_and_is_a_script(caseyos: Run, tmp_path: Path) -> None:
    script = said(caseyos, "completion", "show", "bash")
    assert all(name in script for name in COMMANDS)
    file = tmp_path / "caseyos.bash"
    file.write_text(script)
    ask = f'source {file}; COMP_WORDS=(caseyos tod); COMP_CWORD=1; compgen -W "$(complete -p caseyos | sed "s/.*-W .//;s/. caseyos$//")" -- tod'
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True)
    assert done.stdout.split() == ["today"], (done.stdout, done.stderr)
    assert "'tcsh'" in said(caseyos, "completion", "show", "tcsh", code=2)


def test_completion_installs_itself_where_the_shell_looks(
    caseyos: Run, home: dict[str, str]
) -> None:
    told = said(caseyos, "completion", "install", "bash")
    file = Path(home["XDG_DATA_HOME"], "bash-completion/completions/caseyos")
    assert str(file) in told and "today" in file.read_text()
    said(caseyos, "completion", "install", "bash")
