"""The source `calendar:NAME` on a real Radicale, through the App: from an event to its moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from caseyos.app import App
from caseyos.app.clocks import FixedClock
from caseyos.errors import CaseyError, UsageError
from tests.servers.radicale import Account, Radicale, radicale

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SETTINGS = """
timezone = "Europe/Lisbon"
[send]
from_address = "casey@ours.example"
[[source]]
kind = "calendar"
name = "work"
url = "{url}"
user = "{user}"
timeout = "2s"
secret = {{ env = "DAV" }}
"""
WITH_DANA = "ORGANIZER:mailto:casey@ours.example\nATTENDEE;CN=Dana:mailto:dana@theirs.example"


def ics(uid: str, start: datetime, more: str = WITH_DANA, minutes: int = 60) -> str:
    begins, ends = start, start + timedelta(minutes=minutes)
    return (
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\n"
        f"UID:{uid}\nDTSTAMP:20261101T000000Z\nSUMMARY:Plan\n"
        f"DTSTART:{begins:%Y%m%dT%H%M%SZ}\nDTEND:{ends:%Y%m%dT%H%M%SZ}\n{more}\n"
        "END:VEVENT\nEND:VCALENDAR"
    )


class Watcher:
    """An operator whose calendar is watched, at a time that the test sets."""

    def __init__(self, home: Path, dsn: str, account: Account) -> None:
        self._environ = {"HOME": str(home), "DATABASE_URL": dsn}
        self.dsn, self.account = dsn, account
        self.file = home / ".config" / "caseyos" / "caseyos.toml"
        self.file.parent.mkdir(parents=True)
        self.configure()
        self.now = NOW

    def configure(self, **changes: str) -> None:
        """Point the source somewhere."""
        given = {"url": self.account.url, "user": self.account.name} | changes
        self.file.write_text(SETTINGS.format(**given))
        self.file.chmod(0o600)

    def look(self, after: float = 0) -> list[str]:
        """Ask the calendar `after` hours; the signals that were new, by type."""
        before = {row["id"] for row in self.signals()}
        app = self._open(after)
        try:
            app.intake.sync("calendar:work")
        finally:
            app.close()
        return [row["signal_type"] for row in self.signals() if row["id"] not in before]

    def moves(self, after: float = 0) -> list[tuple[str, str]]:
        """Make moves of the signals; every move's play and status."""
        app = self._open(after)
        try:
            app.generation.run()
        finally:
            app.close()
        rows = self.rows("SELECT play, status FROM command_queue_items ORDER BY created_at, id")
        return [(row["play"], row["status"]) for row in rows]

    def signals(self) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM signals ORDER BY created_at, id")

    def cursor(self) -> dict[str, Any]:
        (row,) = self.rows("SELECT * FROM source_cursors WHERE source = 'calendar:work'")
        return row

    def rows(self, query: str) -> list[dict[str, Any]]:
        with psycopg.connect(self.dsn, row_factory=dict_row) as connection:
            return connection.execute(query).fetchall()

    def _open(self, after: float) -> App:
        return App.open(environ=self._environ, clock=FixedClock(self.now + HOUR * after))


@pytest.fixture
def watcher(tmp_path: Path, dsn: str, account: Account, monkeypatch: pytest.MonkeyPatch) -> Watcher:
    monkeypatch.setenv("DAV", account.password)
    return Watcher(tmp_path, dsn, account)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Radicale]:
    """A server that a test may stop."""
    folder = tmp_path / "dav"
    folder.mkdir()
    with radicale(folder) as server:
        yield server


def test_from_a_booking_to_a_recap(watcher: Watcher) -> None:
    watcher.account.put("a", ics("a", NOW + 30 * HOUR))
    assert watcher.look() == ["meeting_booked"]
    assert watcher.look() == []
    assert watcher.moves() == [("meeting_agenda", "pending")]
    assert watcher.look(after=7) == ["meeting_soon"]
    assert watcher.look(after=8) == []
    assert watcher.look(after=31.5) == ["meeting_ended"]
    assert watcher.moves(after=31.5) == [
        ("meeting_agenda", "pending"),
        ("meeting_prep", "pending"),
        ("meeting_recap", "pending"),
    ]
    (recap,) = watcher.rows("SELECT * FROM command_queue_items WHERE play = 'meeting_recap'")
    assert recap["action_type"] == "follow_up"
    assert recap["action_context"]["recipient"] == "dana@theirs.example"
    people = watcher.rows("SELECT email, name FROM contacts")
    assert people == [{"email": "dana@theirs.example", "name": "Dana"}]


def test_what_is_no_meeting_with_others_makes_no_signal(watcher: Watcher) -> None:
    watcher.account.put("alone", ics("alone", NOW + 2 * HOUR, "CLASS:PRIVATE"))
    watcher.account.put("ours", ics("0190@caseyos", NOW + 48 * HOUR))
    watcher.account.put("last-year", ics("old", NOW - 9000 * HOUR))
    assert watcher.look() == []
    assert watcher.look(after=25) == ["meeting_soon"]  # ours, with Dana


def test_a_cancelled_meeting_closes_its_moves(watcher: Watcher) -> None:
    watcher.account.put("a", ics("a", NOW + 3 * HOUR))
    assert watcher.look() == ["meeting_booked", "meeting_soon"]
    assert {status for _, status in watcher.moves()} == {"pending"}
    watcher.account.delete("a")
    assert watcher.look() == ["meeting_cancelled"]
    assert set(watcher.moves()) == {("meeting_agenda", "expired"), ("meeting_prep", "expired")}
    closed = watcher.rows("SELECT DISTINCT closed_reason FROM command_queue_items")
    assert closed == [{"closed_reason": "the meeting was cancelled"}]
    # Booked anew under the same name, it is a meeting again.
    watcher.account.put("a", ics("a", NOW + 4 * HOUR))
    assert watcher.look() == ["meeting_soon"]
    assert ("meeting_prep", "pending") in watcher.moves()
    assert ("meeting_prep", "pending") in watcher.moves()


def test_a_meeting_cancelled_before_a_move_was_made_leaves_none(watcher: Watcher) -> None:
    watcher.account.put("a", ics("a", NOW + 3 * HOUR))
    watcher.look()
    watcher.account.put("a", ics("a", NOW + 3 * HOUR, f"{WITH_DANA}\nSTATUS:CANCELLED"))
    assert watcher.look() == ["meeting_cancelled"]
    watcher.moves()
    assert {status for _, status in watcher.moves()} == {"expired"}


def test_a_meeting_moved_to_another_day_is_not_prepared_today(watcher: Watcher) -> None:
    watcher.account.put("a", ics("a", NOW + 3 * HOUR))
    watcher.look()
    watcher.moves()
    watcher.account.put("a", ics("a", NOW + 90 * HOUR))
    assert watcher.look() == ["meeting_moved"]
    assert ("meeting_prep", "expired") in watcher.moves()
    assert watcher.look(after=70) == ["meeting_soon"]
    assert ("meeting_prep", "pending") in watcher.moves(after=70)


def test_a_meeting_moved_within_the_day_refreshes_its_move(watcher: Watcher) -> None:
    watcher.account.put("a", ics("a", NOW + 3 * HOUR))
    watcher.look()
    watcher.moves()
    watcher.account.put("a", ics("a", NOW + 6 * HOUR))
    assert watcher.look() == ["meeting_moved", "meeting_soon"]
    assert watcher.moves().count(("meeting_prep", "pending")) == 1
    assert watcher.moves().count(("meeting_prep", "expired")) == 0
    (prep,) = watcher.rows("SELECT due_by FROM command_queue_items WHERE play = 'meeting_prep'")
    assert prep["due_by"] == NOW + 5 * HOUR


def test_a_series_each_of_it_once(watcher: Watcher) -> None:
    rule = f"RRULE:FREQ=DAILY\nEXDATE:{NOW + 26 * HOUR:%Y%m%dT%H%M%SZ}\n{WITH_DANA}"
    watcher.account.put("a", ics("a", NOW + 2 * HOUR, rule))
    assert watcher.look() == ["meeting_booked", "meeting_soon"]
    assert watcher.look(after=4) == ["meeting_ended"]
    assert watcher.look(after=20) == []  # tomorrow's is excepted
    # Far beyond what was worked out at first, still one a day.
    for day in range(2, 40):
        assert watcher.look(after=24 * day) == (["meeting_soon"] if day == 2 else MIDDAY)
    assert len(watcher.cursor()["cursor"]["kept"]) == 1


MIDDAY = ["meeting_ended", "meeting_soon"]


def test_what_is_due_is_told_while_the_server_is_down(
    tmp_path: Path, dsn: str, own_server: Radicale, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = own_server.account()
    monkeypatch.setenv("DAV", account.password)
    watcher = Watcher(tmp_path, dsn, account)
    account.put("a", ics("a", NOW + 30 * HOUR))
    watcher.look()
    port = own_server.port
    own_server.stop()
    with pytest.raises(CaseyError):
        watcher.look(after=8)
    assert [row["signal_type"] for row in watcher.signals()] == ["meeting_booked", "meeting_soon"]
    with pytest.raises(CaseyError):
        watcher.look(after=32)
    with pytest.raises(CaseyError):
        watcher.look(after=33)
    assert [row["signal_type"] for row in watcher.signals()][2:] == ["meeting_ended"]
    assert watcher.cursor()["last_error"]
    own_server.start(port)
    account.put("b", ics("b", NOW + 80 * HOUR))
    assert watcher.look(after=34) == ["meeting_booked"]
    assert watcher.cursor()["last_error"] is None


def test_a_token_the_server_forgot_is_a_full_look_and_no_signal_twice(watcher: Watcher) -> None:
    for name in "abc":
        watcher.account.put(name, ics(name, NOW + 30 * HOUR))
    assert len(watcher.look()) == 3
    with psycopg.connect(watcher.dsn) as connection:
        connection.execute(
            'UPDATE source_cursors SET cursor = cursor || \'{"token": "http://x/forgotten"}\''
        )
    watcher.account.delete("a")
    watcher.account.put("d", ics("d", NOW + 31 * HOUR))
    assert sorted(watcher.look()) == ["meeting_booked", "meeting_cancelled"]
    assert watcher.cursor()["cursor"]["token"] != "http://x/forgotten"
    assert watcher.look() == []


def test_what_cannot_be_read_is_quarantined_and_the_rest_goes_on(watcher: Watcher) -> None:
    watcher.account.put("bad", ics("bad", NOW, f"RRULE:FREQ=SECONDLY;COUNT=2\n{WITH_DANA}"))
    watcher.account.put("good", ics("good", NOW + 2 * HOUR))
    assert watcher.look() == ["meeting_booked", "meeting_soon"]
    (entry,) = watcher.rows("SELECT * FROM quarantine")
    assert entry["reason"] == "it repeats more often than daily"
    assert b"SECONDLY" in entry["raw"]
    assert watcher.look() == []
    app = watcher._open(0)
    try:
        with pytest.raises(UsageError, match=r"is an event of calendar:work: it repeats"):
            app.intake.retry(str(entry["id"]))
    finally:
        app.close()


def test_the_busy_hours_are_kept(watcher: Watcher) -> None:
    watcher.account.put("a", ics("a", NOW + 26 * HOUR, "CLASS:PRIVATE", minutes=90))
    watcher.look()
    assert watcher.cursor()["cursor"]["busy"] == [
        ["2026-11-25T14:00:00+00:00", "2026-11-25T15:30:00+00:00"]
    ]


def test_a_wrong_password_is_a_sentence(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAV", "wrong")
    with pytest.raises(CaseyError, match="password is not accepted"):
        watcher.look()
    assert "not accepted" in watcher.cursor()["last_error"]
