"""What people call a move: a code, the start of one, an id, a row; and every way to be wrong."""

import time
from pathlib import Path
from uuid import UUID

import pytest

from caseyos.app import App
from caseyos.app.last_list import LastList
from caseyos.app.references import acknowledge, check_unchanged, resolve, resolve_all
from caseyos.domain.model import Move
from caseyos.errors import Changed, NotFound, UsageError


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEYOS_SESSION", "here")


@pytest.fixture
def moves(app: App) -> list[Move]:
    made = [app.decisions.add(f"Move {n}", due="tomorrow") for n in range(3)]
    with app.database.transaction() as connection:
        for move, code in zip(made, ("m7k2", "m7k9", "q4"), strict=True):
            connection.execute(
                "UPDATE command_queue_items SET code = %s WHERE id = %s", [code, move.id]
            )
    return [app.queue.get(move.id) for move in made]


def printed(app: App, moves: list[Move]) -> LastList:
    kept = LastList(app.config.paths.state_dir)
    kept.save(moves)
    return kept


@pytest.mark.parametrize(
    ("text", "place"),
    [("m7k2", 0), ("M7K9", 1), (" q4 ", 2), ("q", 2), ("m7k9", 1)],
)
def test_a_code_or_the_start_of_one(app: App, moves: list[Move], text: str, place: int) -> None:
    target = resolve(app, text)
    assert (target.move_id, target.title) == (moves[place].id, f"Move {place}")
    assert target.seen_version is None
    check_unchanged(target)


def test_an_exact_code_is_meant_though_it_begins_others(app: App, moves: list[Move]) -> None:
    with app.database.transaction() as connection:
        connection.execute(
            "UPDATE command_queue_items SET code = 'm7k' WHERE id = %s", [moves[2].id]
        )
    assert resolve(app, "m7k").move_id == moves[2].id


def test_an_id(app: App, moves: list[Move]) -> None:
    assert resolve(app, str(moves[1].id).upper()).code == "m7k9"
    with pytest.raises(NotFound, match="There is no move 0000"):
        resolve(app, str(UUID(int=1)))


def test_the_start_of_several(app: App, moves: list[Move]) -> None:
    with pytest.raises(UsageError, match="m7 begins several codes: m7k2, m7k9") as refusal:
        resolve(app, "m7")
    assert refusal.value.hint == "type one more letter"


def test_an_unknown_code_names_near_ones(app: App, moves: list[Move]) -> None:
    with pytest.raises(NotFound, match=r"There is no move m8k2\. Near ones: m7k"):
        resolve(app, "m8k2")
    with pytest.raises(NotFound, match=r"There is no move zzzz\.$"):
        resolve(app, "zzzz")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "m7k2'; DROP",
        "m7%",
        "m_k2",
        "\x1b[2J",
        "²",
        "٣",
        "9" * 5_000,
        "-1",
        "1.5",
        "é",
        "x" * 99,
    ],
)
def test_what_is_no_move(app: App, text: str) -> None:
    with pytest.raises(NotFound) as refusal:
        resolve(app, text)
    assert refusal.value.message.isprintable()
    assert len(refusal.value.message) < 120


def test_a_row_of_the_list_this_terminal_printed(app: App, moves: list[Move]) -> None:
    printed(app, [moves[2], moves[0]])
    target = resolve(app, "1")
    assert (target.code, target.row, target.seen_version) == ("q4", 1, moves[2].version)
    check_unchanged(target)


@pytest.mark.parametrize("row", ["0", "3", "999999999"])
def test_a_row_that_was_not_there(app: App, moves: list[Move], row: str) -> None:
    printed(app, moves[:2])
    with pytest.raises(NotFound, match="Your last list had 2 rows"):
        resolve(app, row)


def test_no_list_yet(app: App) -> None:
    with pytest.raises(Changed, match="this terminal has printed no list yet") as refusal:
        resolve(app, "1")
    assert (refusal.value.hint, refusal.value.exit_code) == ("caseyos today", 6)


def test_another_terminals_list(
    app: App, moves: list[Move], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed(app, moves)
    monkeypatch.setenv("CASEYOS_SESSION", "there")
    with pytest.raises(Changed, match="no list yet"):
        resolve(app, "1")


def test_an_old_list(app: App, moves: list[Move], monkeypatch: pytest.MonkeyPatch) -> None:
    printed(app, moves)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 4 * 3_600 - 60)
    assert resolve(app, "1").row == 1
    monkeypatch.setattr(time, "time", lambda: now + 4 * 3_600 + 60)
    with pytest.raises(Changed, match="from a list 4 hours old"):
        resolve(app, "1")


def test_a_move_that_changed_since(app: App, moves: list[Move]) -> None:
    printed(app, moves)
    app.decisions.accept([resolve(app, "m7k2")])
    target = resolve(app, "1")
    with pytest.raises(Changed, match=r"1 is m7k2, which changed .*\(it is accepted now\)"):
        check_unchanged(target)
    acknowledge(app, [moves[0].id])
    check_unchanged(resolve(app, "1"))


def test_a_move_that_is_gone(app: App, moves: list[Move]) -> None:
    printed(app, moves)
    with app.database.transaction() as connection:
        connection.execute("DELETE FROM action_recommendations")
        connection.execute("UPDATE signals SET move_id = NULL")
        connection.execute("DELETE FROM command_queue_items WHERE code = 'm7k2'")
    with pytest.raises(NotFound, match="m7k2 is gone"):
        resolve(app, "1")


def test_several_each_once_in_their_order(app: App, moves: list[Move]) -> None:
    printed(app, moves)
    found = resolve_all(app, ["q4", "1", "m7k2", str(moves[2].id)])
    assert [target.code for target in found] == ["q4", "m7k2"]


def test_the_list_lies_in_the_profiles_state_folder(app: App, moves: list[Move]) -> None:
    printed(app, moves)
    folder = Path(app.config.paths.state_dir) / "lists"
    assert [path.name for path in folder.iterdir()] == ["here.tsv"]
