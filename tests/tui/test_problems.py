"""What needs a person: UNKNOWN looks like nothing else, and has its four answers."""

from __future__ import annotations

import pytest

from caseyos.app import App
from tests.tui.stage import Seat, add, fill, play, status_of

LOST = (
    "INSERT INTO executions (move_id, action_type, channel, state, marker, request, error)"
    " SELECT id, 'send_email', 'local', 'unknown', '<m@x>', '{}', 'the connection broke'"
    " FROM command_queue_items WHERE code = 'u222'"
)


def lose(core: App) -> None:
    add(core, "u222", "Write to Dana", aps=99, action="send_email", status="unknown")
    with core.unit_of_work() as uow:
        uow.connection.execute(LOST)


@pytest.mark.parametrize(
    ("key", "status", "said"),
    [
        ("1", "unknown", "that proves nothing"),
        ("2", "executed", "Done"),
        ("3", "accepted", "ready to be sent again; E opens it"),
        ("4", "failed", "Failed"),
    ],
)
def test_its_four_answers(core: App, impatient: None, key: str, status: str, said: str) -> None:
    lose(core)

    async def scene(seat: Seat) -> None:
        await seat.press("exclamation_mark")
        assert "UNKNOWN u222" in seat.text
        assert "the connection broke" in seat.text
        await seat.press("1")
        assert "What was it?" in seat.text and "never tried again by itself" in seat.text
        await seat.press(key)
        assert status_of(core, "u222") == status
        assert any(said in one for one in seat.said), seat.said

    play(core, scene)


def test_nothing_needs_you(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("exclamation_mark")
        assert "Nothing needs you" in seat.text
        await seat.press("exclamation_mark")
        assert "Nothing needs you" not in seat.text

    play(core, scene)


def test_what_failed_and_a_source_that_cannot_be_read_need_you(core: App, impatient: None) -> None:
    add(core, "f222", "Keep Tessera moving", aps=70, action="send_email", status="failed")
    with core.unit_of_work() as uow:
        uow.connection.execute(
            "INSERT INTO source_cursors (source, last_error, last_error_at)"
            " VALUES ('maildir:old', 'There is no folder', now())"
        )

    async def scene(seat: Seat) -> None:
        await seat.press("exclamation_mark")
        assert "Nothing needs you" not in seat.text
        assert "f222 failed and was not done" in seat.text
        assert "/ status:failed finds them" in seat.text
        assert "maildir:old cannot be read: There is no folder" in seat.text

    play(core, scene)


def test_stops_and_shut_channels_are_there_with_their_reasons(core: App, impatient: None) -> None:
    fill(core)
    core.switchboard.stop("outbound", reason="a test")
    with core.unit_of_work() as uow:
        uow.connection.execute(
            "INSERT INTO breakers (channel, state, retry_at, reason)"
            " VALUES ('imap:work', 'open', now(), '421 later')"
        )

    async def scene(seat: Seat) -> None:
        await seat.press("exclamation_mark")
        assert "stopped: outbound: a test" in seat.text
        assert "imap:work is shut" in seat.text and "421 later" in seat.text

    play(core, scene)


def test_e_on_an_unknown_move_asks_and_does_not_preview(core: App, impatient: None) -> None:
    lose(core)

    async def scene(seat: Seat) -> None:
        await seat.press("slash")
        await seat.type("status:unknown")
        await seat.press("enter")
        assert seat.focused.code == "u222"
        assert "UNKNOWN: nobody can say" in seat.text
        await seat.press("E")
        assert "What was it?" in seat.text and "S " not in seat.text.split("What was it?")[1]
        await seat.press("escape")
        assert status_of(core, "u222") == "unknown"

    play(core, scene)
