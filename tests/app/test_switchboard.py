"""SAFE and LIVE, and the kill switch: they survive, they end, and the file works alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from caseyos.app import App
from caseyos.app.switchboard import STOP_FILE
from caseyos.domain.model import ActionType, Mode
from caseyos.errors import UsageError
from tests.app.conftest import OpenApp

HOUR = timedelta(hours=1)


def stop_file(app: App) -> Path:
    return app.config.paths.state_dir / STOP_FILE


def levels(app: App) -> set[str]:
    return {stop.level for stop in app.switchboard.stops()}


def test_a_fresh_install_is_safe(app: App) -> None:
    state = app.switchboard.mode()
    assert (state.mode, state.until) == (Mode.SAFE, None)
    assert app.switchboard.stops() == ()


def test_live_has_an_end_and_survives_a_restart(app: App, open_app: OpenApp) -> None:
    told = app.switchboard.go_live(HOUR)
    other = open_app().switchboard.mode()
    assert other == told
    assert other.mode is Mode.LIVE
    left = other.until - datetime.now(UTC) if other.until else timedelta()
    assert timedelta(minutes=58) < left <= HOUR
    app.switchboard.go_safe()
    assert open_app().switchboard.mode().mode is Mode.SAFE


def test_live_ends_by_itself(app: App) -> None:
    app.switchboard.go_live(HOUR)
    with app.database.transaction() as connection:
        connection.execute("UPDATE switches SET until = clock_timestamp() - interval '1 second'")
    assert app.switchboard.mode().mode is Mode.SAFE


@pytest.mark.parametrize("lasts", [timedelta(), -HOUR, 12 * HOUR + timedelta(seconds=1)])
def test_live_without_a_sensible_end_is_refused(app: App, lasts: timedelta) -> None:
    with pytest.raises(UsageError, match="at most 12 hours"):
        app.switchboard.go_live(lasts)
    assert app.switchboard.mode().mode is Mode.SAFE


@pytest.mark.parametrize("level", ["all", "outbound", "local", *ActionType])
def test_each_level_stops_and_resumes(app: App, open_app: OpenApp, level: str) -> None:
    app.switchboard.stop(level, reason="a test")
    assert levels(open_app()) == {level}
    assert level in app.switchboard.resume(level)
    assert levels(app) == set()


def test_an_unknown_level_names_the_known(app: App) -> None:
    with pytest.raises(UsageError, match="no level 'everything'") as refusal:
        app.switchboard.stop("everything")
    assert "outbound" in str(refusal.value.hint)


def test_a_stop_may_end_by_itself(app: App) -> None:
    app.switchboard.stop("all", HOUR)
    assert not stop_file(app).exists()
    with app.database.transaction() as connection:
        connection.execute("UPDATE switches SET until = clock_timestamp() - interval '1 second'")
    assert levels(app) == set()


def test_resuming_everything_says_what_was_stopped(app: App) -> None:
    for level in ("outbound", "send_email"):
        app.switchboard.stop(level)
    assert set(app.switchboard.resume()) == {"outbound", "send_email"}
    assert app.switchboard.resume() == ()


def test_letting_one_level_go_keeps_the_others(app: App) -> None:
    app.switchboard.stop("all")
    app.switchboard.stop("send_email")
    app.switchboard.resume("send_email")
    assert levels(app) == {"all"}
    assert stop_file(app).exists()
    app.switchboard.resume("all")
    assert not stop_file(app).exists()
    assert levels(app) == set()


def test_stop_all_works_with_the_database_down(open_app: OpenApp) -> None:
    app = open_app(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Exception, match="does not answer"):
        app.switchboard.stop("all", reason="fire")
    assert stop_file(app).read_text() == "fire"
    assert app.switchboard.stop_file_exists()
    other = open_app()  # and whoever has the database sees it, and can let go of it
    assert levels(other) == {"all"}
    assert other.switchboard.resume() == ("all",)
    assert levels(other) == set()


def test_every_change_leaves_a_receipt(app: App) -> None:
    app.switchboard.go_live(HOUR)
    app.switchboard.stop("outbound", reason="a test")
    app.switchboard.resume()
    app.switchboard.go_safe()
    told = [one.what for one in reversed(app.operations.activity())]
    assert told == ["live", "stop outbound", "resume outbound", "safe"]


ACCOUNT = """
[[source]]
kind = "imap"
name = "work"
host = "imap.ours.example"
user = "casey@ours.example"
secret = { env = "MAIL" }
smtp = { host = "smtp.ours.example" }
[channels]
email = "imap:work"
"""


def test_every_configured_channel_is_a_level(open_app: OpenApp) -> None:
    app = open_app(ACCOUNT)
    assert "imap:work" in app.switchboard.levels()
    until = app.switchboard.stop("imap:work", HOUR)
    assert until is not None
    assert levels(app) == {"imap:work"}
    with pytest.raises(UsageError, match="no level 'imap:other'"):
        app.switchboard.stop("imap:other")
    with pytest.raises(UsageError, match="lasts some time"):
        app.switchboard.stop("all", timedelta())


def test_who_engaged_a_stop_is_known(app: App) -> None:
    app.switchboard.stop("outbound", reason="by hand")
    assert not app.switchboard.stops()[0].automatic
    with app.unit_of_work() as uow:
        value = {"on": True, "automatic": True}
        uow.switches.change(
            "stop:outbound", value, lasts=None, reason="3 of 20", actor="guardrails"
        )
    assert app.switchboard.stops()[0].automatic
    assert app.switchboard.resume() == ("outbound",)
