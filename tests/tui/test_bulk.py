"""Several marked moves: plans in one list, and only the exact words carry them out."""

from caseyos.app import App
from caseyos.tui.bulk import AT_MOST, BulkDialog
from tests.tui.stage import Seat, add, executions, fill, many, play, status_of


async def open_with_two(seat: Seat) -> None:
    await seat.press("j", "space", "j", "space", "E")
    assert isinstance(seat.program.screen, BulkDialog)


def test_the_words_carry_all_of_it_out(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await open_with_two(seat)
        assert "Preview 2 marked moves" in seat.text
        assert "write 2" in seat.text
        await seat.type("write 2")
        assert executions(core) == 0
        await seat.press("enter")
        assert executions(core) == 2
        assert status_of(core, "m2kb") == status_of(core, "m4kd") == "executed"
        assert seat.said[-1] == "2 of 2 moves carried out."
        assert seat.text.count("✓") == 2

    play(core, scene)


def test_other_words_go_back(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        for words in ("", "write", "write 3", "send 2", "yes"):
            await open_with_two(seat)
            await seat.type(words)
            await seat.press("enter")
            assert seat.said[-1] == "Those were not the words: nothing was done."
            await seat.press("escape", "g")
        assert executions(core) == 0

    play(core, scene)


def test_what_cannot_be_done_stays_out_of_the_words(core: App, impatient: None) -> None:
    add(core, "b222", "Write to nobody", aps=80, action="send_email")
    add(core, "t222", "A task", aps=70)

    async def scene(seat: Seat) -> None:
        await seat.press("V", "E")
        assert "there is nobody to write to" in seat.text
        assert "1 cannot be done now" in seat.text
        await seat.type("write 1")
        await seat.press("enter")
        assert status_of(core, "b222") == "pending"
        assert status_of(core, "t222") == "executed"

    play(core, scene)


def test_there_is_an_end_to_what_is_done_at_once(core: App, impatient: None) -> None:
    many(core, AT_MOST + 1)

    async def scene(seat: Seat) -> None:
        await seat.press("V", "E")
        assert seat.said[-1] == f"At most {AT_MOST} moves are carried out at once."

    play(core, scene)
