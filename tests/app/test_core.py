"""The one object front ends hold: it costs nothing until it is asked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from caseyos.app import App
from caseyos.config.model import Secret
from caseyos.errors import LoginRequired, NotReady
from tests.app.conftest import OpenApp


def test_opening_touches_neither_database_nor_network(tmp_path: Path) -> None:
    code = (
        "import sys, socket; socket.socket.connect = None; from caseyos.app import App;"
        f"App.open(environ={{'HOME': {str(tmp_path)!r}, 'DATABASE_URL': 'postgresql://nobody@x/y'}}).close();"
        "print([m for m in ('psycopg', 'sqlalchemy', 'keyring', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert list(tmp_path.iterdir()) == []


def test_each_facet_is_made_once(app: App) -> None:
    facets = [
        "queue",
        "generation",
        "intake",
        "decisions",
        "actions",
        "switchboard",
        "outcomes",
        "operations",
    ]
    for name in facets:
        assert getattr(app, name) is getattr(app, name)
    assert app.database is app.database


def test_the_actor_is_the_owner_or_who_is_named(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app("owner = 'dana'\n")
    assert app.actor == "dana"
    assert App(app.config, actor="automated").actor == "automated"


def test_closing_gives_the_connection_back(open_app: OpenApp, dsn: str) -> None:
    app = open_app()
    app.close()
    assert app.queue.today().total_pending == 0
    app.close()
    assert app.queue.today().total_pending == 0  # and it is opened again when asked


def test_a_database_that_does_not_answer(open_app: OpenApp) -> None:
    app = open_app(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(NotReady, match="does not answer"):
        app.queue.today()


def test_a_secret_is_redacted_from_the_log_once_loaded(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from caseyos import log

    monkeypatch.setattr(log, "_SECRETS", set())
    monkeypatch.setenv("A_TOKEN", "hunter2-hunter2")
    assert app.secret(Secret(env="A_TOKEN")) == "hunter2-hunter2"
    assert "hunter2-hunter2" in log._SECRETS
    with pytest.raises(LoginRequired):
        app.secret(Secret(env="NO_TOKEN"))
    assert "NO_TOKEN" not in os.environ
