"""Which class reads a kind, who is asked and when, and what a person is told of one that fails."""

from pathlib import Path

import pytest

from caseyos.app import App
from caseyos.app.sources import KINDS, Sources, _loaded
from caseyos.errors import CaseyError, ConfigError, UsageError
from tests.app.conftest import OpenApp

MAIL = "From: dana@x.example\nTo: casey@me.example\nMessage-ID: <{0}@x>\nSubject: s\n\nHello\n"
FOLDER = "[[source]]\nkind = 'maildir'\nname = '{0}'\npath = '{1}'\nme = ['casey@me.example']\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Mail" / "cur"
    made.mkdir(parents=True)
    (made / "1").write_text(MAIL.format(1))
    return made


def version(app: App, source: str) -> int:
    with app.unit_of_work() as uow:
        return uow.intake.cursor(source)[1]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_a_class_that_reads_batches(kind: str) -> None:
    assert hasattr(_loaded(kind), "batches")


def test_an_unknown_kind_is_said_with_those_there_are(open_app: OpenApp) -> None:
    with pytest.raises(ConfigError, match=r"expected calendar, csv, imap.*got 'pigeon'"):
        open_app("[[source]]\nkind = 'pigeon'\nname = 'post'\n")


def test_a_source_asked_by_its_name_fails_as_itself(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app(FOLDER.format("gone", tmp_path / "nowhere"))
    with pytest.raises(UsageError, match="There is no mail folder"):
        Sources(app).sync("maildir:gone")
    (health,) = app.intake.sources()
    assert "There is no mail folder" in str(health.last_error)


def test_only_who_is_due(open_app: OpenApp, folder: Path) -> None:
    app = open_app(FOLDER.format("work", folder.parent))
    assert Sources(app).sync(due_only=True).items["maildir:work"] == 1
    assert "maildir:work" not in Sources(app).sync(due_only=True).items
    assert Sources(app).sync().items["maildir:work"] == 0
    with app.database.transaction() as connection:
        connection.execute("UPDATE source_cursors SET last_attempt_at = now() - interval '5 min'")
    assert Sources(app).sync(due_only=True).items["maildir:work"] == 0


def test_who_comes_second_has_nothing_left_to_do(
    open_app: OpenApp, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process stores the news between our reading the cursor and our commit."""
    from caseyos.connectors.mailbox import MailFolder

    app = open_app(FOLDER.format("work", folder.parent))
    whole = MailFolder.batches
    turns: list[str] = []

    def batches(self: MailFolder, cursor: object) -> object:
        if not turns:
            turns.append("meanwhile")
            Sources(app).sync("maildir:work")
        yield from whole(self, cursor)  # type: ignore[arg-type]

    monkeypatch.setattr(MailFolder, "batches", batches)
    report = Sources(app).sync("maildir:work")
    assert (report.items, report.failures) == ({"maildir:work": 0}, {})
    assert [row["external_id"] for row in app.intake.signals()] == ["<1@x>"]
    assert app.intake.sources()[0].last_error is None
    assert version(app, "maildir:work") == 2


def test_a_failure_keeps_its_hint(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    from caseyos.connectors.mailbox import MailFolder

    def batches(self: MailFolder, cursor: object) -> object:
        raise CaseyError("It is locked.", hint="caseyos auth login x")

    monkeypatch.setattr(MailFolder, "batches", batches)
    app = open_app(FOLDER.format("work", "/"))
    assert Sources(app).sync().failures == {"maildir:work": "It is locked. (caseyos auth login x)"}
