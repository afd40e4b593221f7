"""Small files of our own folders."""

from pathlib import Path

from caseyos.config.private_file import write_private


def test_it_makes_its_folder_and_replaces_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "state" / "one.json"
    write_private(str(path), "a long text")
    write_private(str(path), "short")
    assert path.read_text() == "short"
    assert [one.name for one in path.parent.iterdir()] == ["one.json"]
    assert path.parent.stat().st_mode & 0o077 == 0
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_written_is_let_be(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    write_private(str(blocked / "one.json"), "text")
    folder = tmp_path / "one.json"
    folder.mkdir()
    write_private(str(folder), "text")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "one.json"]
