"""Opening a window on the queue."""

from dataclasses import replace

from caseyos.app import App
from caseyos.domain.views import QueueFilter
from caseyos.tui.acting import targets
from caseyos.tui.queue import Opened, about_shown, first_window, open_window
from caseyos.tui.window import PAGE, Heading
from tests.tui.stage import add, fill, many


def opened(core: App, chosen: QueueFilter | None = None, **words: object) -> Opened:
    given = {"seen": 10, "keep": None, "row": 0} | words
    return open_window(core, chosen or QueueFilter(), **given)  # type: ignore[arg-type]


def test_todays_moves_come_first_then_the_rule_then_later(core: App) -> None:
    fill(core)
    found = opened(core)
    window = found.window
    assert [one.count for one in window.sections] == [6, 3]
    assert window.at(6) == Heading("Later: 3")
    assert (found.cursor, found.ever, found.hidden) == (0, True, 0)
    listed = core.queue.today(10)
    assert [window.at(row).code for row in range(6)] == [one.code for one in listed.moves]  # type: ignore[union-attr]


def test_the_cursor_goes_where_its_move_is_now(core: App) -> None:
    many(core, 3 * PAGE)
    moves = core.queue.page(QueueFilter(due="today"), limit=500).moves
    for place in (0, 150, 250, len(moves) - 1):
        found = opened(core, keep=moves[place].id, row=3)
        assert found.cursor == place
        assert found.window.at(place) == moves[place]
    core.decisions.dismiss(targets(core, moves[5:6]))
    assert opened(core, keep=moves[5].id, row=5).cursor == 5


def test_a_rescored_move_is_followed_to_its_new_row(core: App) -> None:
    fill(core)
    (move,) = [one for one in core.queue.today(10).moves if one.code == "m5ke"]
    with core.unit_of_work() as uow:
        uow.connection.execute("UPDATE command_queue_items SET priority_score=99 WHERE code='m5ke'")
    assert opened(core, keep=move.id, row=4).cursor == 0


def test_another_status_is_one_stretch(core: App) -> None:
    fill(core)
    add(core, "x222", "Gone", status="dismissed")
    found = opened(core, QueueFilter(status="dismissed"))
    assert [(one.count, one.heading) for one in found.window.sections] == [(1, "")]
    assert opened(core, QueueFilter(status=None)).window.length == 10


def test_emptiness_is_told_apart(core: App) -> None:
    assert not opened(core).ever
    fill(core)
    high = QueueFilter(min_aps=99)
    assert (opened(core, high).ever, opened(core, high).hidden) == (True, 9)
    assert opened(core, replace(high, min_aps=90)).hidden == 0


def test_the_screen_begins_with_what_it_would_have_opened_itself(core: App) -> None:
    fill(core)
    first = first_window(core, 24)
    same = opened(core, seen=about_shown(24))
    assert first.window.sections == same.window.sections
    assert list(first.window.held()) == list(same.window.held())
    assert (first.cursor, first.later) == (0, same.later)


def test_about_two_thirds_of_a_terminal_are_moves_and_never_fewer_than_ten() -> None:
    assert (about_shown(24), about_shown(60), about_shown(3)) == (16, 40, 10)
