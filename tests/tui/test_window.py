"""The window: pages by key, jumps, places that do not move, memory that does not grow."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from caseyos.app import App
from caseyos.domain.model import Move
from caseyos.domain.views import Page, QueueFilter
from caseyos.tui.queue import read
from caseyos.tui.window import KEPT, PAGE, Heading, Section, Window, key_of, rank
from tests.tui.stage import many

AT = datetime(2026, 11, 24, tzinfo=UTC)


def move(number: int, **fields: object) -> Move:
    values = {
        "id": UUID(int=number),
        "code": f"a{number:04}",
        "title": f"Move {number}",
        "aps": round(100 - number / 100, 1),
        "action_type": "create_task",
        "context": {},
        "status": "pending",
        "owner": "casey",
        "due_by": AT,
        "snoozed_until": None,
        "account": None,
        "source": None,
        "reasoning": None,
        "drivers": (),
        "version": 1,
        "created_at": AT + timedelta(seconds=number),
        "updated_at": AT,
    }
    return Move(**(values | fields))  # type: ignore[arg-type]


def page(first: int, count: int = PAGE) -> Page:
    moves = tuple(move(number) for number in range(first, first + count))
    return Page(moves, key_of(moves[-1]) if moves else None)


def two_sections(first: int, second: int) -> Window:
    return Window(
        (Section(QueueFilter(due="today"), first), Section(QueueFilter(due="later"), second, "L"))
    )


@given(st.integers(0, 900), st.integers(1, 900), st.integers(0, 2000))
def test_rows_and_places_agree(first: int, second: int, row: int) -> None:
    window = two_sections(first, second)
    assert window.length == first + second + 1
    assert window.is_move(row) == (row < window.length and row != first)
    if row == first:
        assert isinstance(window.at(row), Heading)
    if window.is_move(row):
        assert window.number(row) == (row + 1 if row < first else row)


def test_pages_are_asked_for_once_and_continue_by_key() -> None:
    window = two_sections(1000, 10)
    (wanted,) = window.wanted(0, 30)
    assert (wanted.after, wanted.skip) == (None, 0)
    assert window.wanted(0, 30) == []
    window.put(wanted.spot, page(0))
    (following,) = window.wanted(190, 230)
    assert following.after == key_of(move(PAGE - 1))
    assert following.skip == 0
    (far,) = window.wanted(900, 950)
    assert far.skip == 3 * PAGE
    assert far.after == following.after
    window.not_read(far.spot)
    assert window.wanted(900, 950) == [far]


def test_a_decided_move_keeps_its_place() -> None:
    window = two_sections(PAGE, 5)
    window.put((0, 0), page(0))
    assert window.replace([move(7, status="accepted"), move(9999)]) == [7]
    found = window.at(7)
    assert isinstance(found, Move)
    assert found.status == "accepted"
    assert window.row_of(UUID(int=7)) == 7


def test_memory_is_bounded_but_decided_moves_are_kept() -> None:
    window = Window((Section(QueueFilter(), 100 * PAGE),))
    for number in range(40):
        window.put((0, number), page(number * PAGE))
        if number == 1:
            window.replace([move(PAGE + 3, status="accepted")])
        window.trim(number * PAGE)
    assert sum(1 for _ in window.held()) <= (KEPT + 1) * PAGE
    assert window.row_of(UUID(int=PAGE + 3)) == PAGE + 3
    assert window.at(5) is None
    assert not window.known(5)


def test_a_page_read_again_that_lost_a_move_shows_it_as_gone() -> None:
    window = Window((Section(QueueFilter(), 2 * PAGE),))
    window.put((0, 0), page(0))
    window.put((0, 1), page(PAGE))
    again = [move(number) for number in range(PAGE + 1) if number != 10]
    window.put((0, 0), Page(tuple(again[:PAGE]), None))
    assert window.at(PAGE - 1) is None
    assert window.known(PAGE - 1)
    assert window.row_of(UUID(int=PAGE)) == PAGE


def test_the_order_is_the_databases(core: App) -> None:
    many(core, 1700)
    chosen = QueueFilter(due="later")
    window = Window((Section(chosen, core.queue.count(chosen)),))
    pages = window.wanted(0, 399)
    for wanted in pages[:1]:
        window.put(wanted.spot, read(core, wanted))
    window.not_read(pages[1].spot)
    for wanted in window.wanted(0, 424):
        window.put(wanted.spot, read(core, wanted))
    found = [one for row in range(window.length) if isinstance(one := window.at(row), Move)]
    assert len(found) == window.length > 300
    assert [rank(one) for one in found] == sorted(rank(one) for one in found)
    assert len({one.id for one in found}) == window.length
    for place in (0, 1, 199, 200, window.length - 1):
        assert core.queue.ahead_of(chosen, key_of(found[place])) == place
        (there,) = core.queue.page(chosen, skip=place, limit=1).moves
        assert there.id == found[place].id
