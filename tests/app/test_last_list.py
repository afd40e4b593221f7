"""The list this terminal printed last: what row numbers mean."""

import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from caseyos.app.last_list import LastList, session
from caseyos.domain.model import Move
from caseyos.domain.views import ListedMove

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def move(number: int) -> Move:
    return Move(
        id=UUID(int=number),
        code=f"m7k{number}",
        title=f"Move {number}",
        aps=50.0,
        action_type="create_task",
        context={},
        status="pending",
        owner="casey",
        due_by=None,
        snoozed_until=None,
        account=None,
        source=None,
        reasoning=None,
        drivers=(),
        version=number,
        created_at=NOW,
        updated_at=NOW,
    )


def of(folder: Path, name: str = "one") -> LastList:
    return LastList(folder, {"CASEYOS_SESSION": name})


def test_what_was_printed_is_remembered(tmp_path: Path) -> None:
    of(tmp_path).save([move(1), move(2)])
    kept = of(tmp_path).load()
    assert kept is not None
    age, rows = kept
    assert 0 <= age < 60
    assert rows[0] == ListedMove(UUID(int=1), "m7k1", 1)
    assert [row.code for row in rows] == ["m7k1", "m7k2"]


def test_each_terminal_has_its_own(tmp_path: Path) -> None:
    of(tmp_path).save([move(1)])
    assert of(tmp_path, "other").load() is None


def test_a_change_this_terminal_was_told_of(tmp_path: Path) -> None:
    of(tmp_path).save([move(1), move(2)])
    of(tmp_path).acknowledge({UUID(int=2): 9, UUID(int=3): 4})
    kept = of(tmp_path).load()
    assert kept is not None and [row.version for row in kept[1]] == [1, 9]
    of(tmp_path, "other").acknowledge({UUID(int=1): 5})
    assert of(tmp_path, "other").load() is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"at": 1}',
        '{"at": 1, "rows": [["x"]]}',
        '{"at": "x", "rows": []}',
        '{"at": 1, "rows": 5}',
        '{"at": 1, "rows": [["not an id", "m7k2", 1, "T"]]}',
        "null",
    ],
)
def test_a_file_that_is_no_list_is_no_list(tmp_path: Path, content: str) -> None:
    of(tmp_path).save([])
    (file,) = (tmp_path / "lists").iterdir()
    file.write_text(content)
    assert of(tmp_path).load() is None
    of(tmp_path).acknowledge({UUID(int=1): 1})


def test_a_clock_that_went_back_makes_it_fresh_not_negative(tmp_path: Path) -> None:
    of(tmp_path).save([])
    (file,) = (tmp_path / "lists").iterdir()
    file.write_text("1e12")
    assert of(tmp_path).load() == (0.0, ())


def test_a_folder_that_cannot_be_written_is_survived(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    of(blocked).save([move(1)])
    assert of(blocked).load() is None


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    of(tmp_path).save([move(1)])
    of(tmp_path).save([move(2)])
    assert len(list((tmp_path / "lists").iterdir())) == 1


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("test", "test"),
        ("../../etc/passwd", "etc_passwd"),
        ("/dev/pts/3", "dev_pts_3"),
        ("a b\n", "a_b"),
        ("...", "none"),
        ("x" * 200, "x" * 80),
    ],
)
def test_a_terminals_name_is_a_files_name(given: str, name: str) -> None:
    assert session({"CASEYOS_SESSION": given}) == name


def test_without_a_terminal_it_is_the_process_that_started_us() -> None:
    assert session({}) in {f"pid-{os.getppid()}", *(_tty(n) for n in (0, 1, 2))}


def _tty(stream: int) -> str:
    try:
        return session({"CASEYOS_SESSION": os.ttyname(stream)})
    except OSError:
        return ""
