"""The facet of carrying out: its configuration, templates, receipts; the engine has its own tests."""

import json
from datetime import time, timedelta
from pathlib import Path

import pytest

from caseyos.app import App
from caseyos.app.actions import HEAD_FILE
from caseyos.app.references import resolve
from caseyos.domain.model import ActionType, Move
from caseyos.errors import CaseyError, NotFound, Refused
from tests.app.conftest import OpenApp

FREE = "[send]\nfrom_address = 'casey@me.example'\nquiet_hours = ''\n"


def mail(app: App) -> Move:
    return app.decisions.add("Write to Dana", action="send_email", recipient="dana@x.example")


def test_limits_and_quiet_hours_come_from_the_configuration(open_app: OpenApp) -> None:
    app = open_app(
        "[send]\nquiet_hours = '20:00-06:00'\n"
        "[limits.send_email]\nper_hour = 3\nper_day = 9\nspacing = '2m'\n[actions]\nenabled = false\n"
    )
    policy = app.actions._policy()
    assert policy.quiet_hours == (time(20), time(6))
    limit = policy.limits["send_email"]
    assert (limit.per_hour, limit.per_day, limit.spacing) == (3, 9, timedelta(minutes=2))
    assert set(policy.limits) == set(ActionType)
    assert not policy.actions_enabled


def test_actions_enabled_false_stops_local_channels_too(open_app: OpenApp) -> None:
    app = open_app(FREE, ACTIONS_ENABLED="false")
    move = app.decisions.add("Call Lena")
    plan = app.actions.preview(move.id)
    assert plan.blocked
    with pytest.raises(Refused, match="Actions are switched off"):
        app.actions.execute_plan(plan.id)
    assert app.queue.get(move.id).status in ("pending", "accepted")


def test_a_template_of_ones_own_comes_first(app: App) -> None:
    folder = app.config.paths.templates_dir
    folder.mkdir(parents=True)
    assert "Hello {{ name }}" in str(app.actions._load_template("plain"))
    (folder / "plain.jinja").write_text("Ahoy {{ name }}")
    assert app.actions._load_template("plain") == "Ahoy {{ name }}"
    assert app.actions.preview(mail(app).id).payload.body.startswith("Ahoy there")


@pytest.mark.parametrize("name", ["../secret", "a/b", "", "plain.jinja", "\x00", "gone"])
def test_a_templates_name_stays_in_its_folder(app: App, tmp_path: Path, name: str) -> None:
    folder = app.config.paths.templates_dir
    folder.mkdir(parents=True)
    (folder.parent / "secret.jinja").write_text("secret")
    assert app.actions._load_template(name) is None


def test_a_template_that_is_no_text_is_a_sentence(app: App) -> None:
    folder = app.config.paths.templates_dir
    folder.mkdir(parents=True)
    (folder / "plain.jinja").write_bytes(b"\xff\xfe")
    with pytest.raises(CaseyError, match=r"plain\.jinja cannot be read"):
        app.actions.preview(mail(app).id)


def test_who_writes(open_app: OpenApp) -> None:
    assert open_app(FREE).actions._sender.address == "casey@me.example"
    assert open_app("owner = 'dana'\n").actions._sender.address == "dana@localhost"


def test_content_hashes_are_the_plans(app: App) -> None:
    move = mail(app)
    hashes = app.actions.content_hashes([move.id])
    assert hashes == app.actions.content_hashes([move.id])
    app.decisions.edit(resolve(app, move.code), "Other", "words")
    assert app.actions.content_hashes([move.id]) != hashes


def test_undo_by_token(open_app: OpenApp) -> None:
    app = open_app(FREE)
    move = app.decisions.add("Call Lena")
    result = app.actions.execute_plan(app.actions.preview(move.id).id)
    assert result.rollback_token is not None
    assert app.actions.undo_execution(result.rollback_token).state == "undone"
    assert app.queue.get(move.id).status == "rolled_back"
    assert app.actions.undo_execution(result.rollback_token).state == "undone"
    with pytest.raises(NotFound, match="No execution has that rollback token"):
        app.actions.undo_execution("rb_nothing")


def test_the_receipts_are_a_chain_whose_end_is_kept_outside(app: App) -> None:
    app.decisions.accept([resolve(app, mail(app).code)])
    report = app.actions.audit_verify()
    assert report.intact and report.entries > 0
    kept = app.config.paths.state_dir / HEAD_FILE
    assert json.loads(kept.read_text())["seq"] == report.entries
    with app.database.transaction() as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("DELETE FROM audit_log WHERE seq = (SELECT max(seq) FROM audit_log)")
    cut = app.actions.audit_verify()
    assert (cut.intact, cut.first_bad) == (False, report.entries)
    assert "BROKEN at receipt" in cut.sentence


def test_a_changed_receipt_is_found(app: App) -> None:
    for _ in range(3):
        app.decisions.accept([resolve(app, mail(app).code)])
    with app.database.transaction() as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("UPDATE audit_log SET actor = 'mallory' WHERE seq = 2")
    report = app.actions.audit_verify()
    assert (report.intact, report.first_bad) == (False, 2)


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"seq": "x", "hash": 1}'])
def test_a_head_file_that_says_nothing_is_passed_over(app: App, content: str) -> None:
    path = app.config.paths.state_dir / HEAD_FILE
    path.parent.mkdir(parents=True)
    path.write_text(content)
    assert app.actions.audit_verify().intact


def test_nothing_in_the_outbox_and_nothing_due(app: App) -> None:
    assert app.actions.outbox() == []
    assert app.actions.latest(mail(app).id) is None
    assert sum(app.actions.reconcile().values()) == 0
