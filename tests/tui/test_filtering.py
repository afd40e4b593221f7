"""The filter line."""

import pytest

from caseyos.app import App
from caseyos.domain.views import QueueFilter
from caseyos.errors import UsageError
from caseyos.tui.filtering import PAUSE, parse
from tests.tui.stage import Seat, codes, fill, play


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", QueueFilter()),
        ("two words", QueueFilter(text="two words")),
        ("owner:automated dana", QueueFilter(owner="automated", text="dana")),
        ("STATUS:Accepted", QueueFilter(status="accepted")),
        ("status:all", QueueFilter(status=None)),
        ("type:send_email source:csv account:Acme", QueueFilter(action_type="send_email", source="csv", account="Acme")),
        ("aps>50", QueueFilter(min_aps=50)),
        ("aps>=72.5 due:week", QueueFilter(min_aps=72.5, due="week")),
        ("12:30 http://x account:", QueueFilter(text="12:30 http://x account:")),
    ],
)  # fmt: skip
def test_what_is_typed_is_understood(text: str, wanted: QueueFilter) -> None:
    assert parse(text) == wanted


@pytest.mark.parametrize("text", ["status:opne", "type:mail", "owner:me", "due:soon"])
def test_a_value_that_is_none_is_refused_with_the_known_ones(text: str) -> None:
    with pytest.raises(UsageError, match=f"{text.split(':', maxsplit=1)[0]}: is one of "):
        parse(text)


def test_it_follows_typing_enter_keeps_escape_clears(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("slash")
        await seat.type("dana")
        await seat.pilot.pause(PAUSE + 0.1)
        await seat.settle()
        assert "m2kb" not in seat.text
        assert "filter dana: 1 move" in seat.text
        await seat.press("enter", "a")
        assert seat.said[-1].startswith("Accepted m1ka")
        await seat.press("escape")
        assert "m2kb" in seat.text
        await seat.press("slash")
        await seat.type("status:accepted")
        await seat.press("enter")
        assert codes(list(seat.today.moves.window.held())) == ["m1ka"]
        await seat.press("slash", "escape")
        assert seat.today.filter == QueueFilter()
        await seat.press("slash")
        await seat.type("status:opne")
        await seat.press("enter")
        assert "is one of" in seat.said[-1]

    play(core, scene)
