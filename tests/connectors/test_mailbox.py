"""Mail in files: every one is handed over or rejected with the reason, and none is changed."""

import mailbox as library
import os
from pathlib import Path

import pytest

from caseyos.connectors import mailbox
from caseyos.domain.ports.intake import Rejected
from caseyos.errors import UsageError

MAIL = b"From: a@x.example\nMessage-ID: <%d@x>\nSubject: s\n\nFrom here on: text\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("cur", "new", "tmp", ".Sent/cur"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "cur" / "1:2,S").write_bytes(MAIL % 1)
    (tmp_path / "new" / "2").write_bytes(MAIL % 2)
    (tmp_path / "tmp" / "3").write_bytes(b"half a m")
    (tmp_path / ".Sent" / "cur" / "4:2,S").write_bytes(MAIL % 4)
    for name in ("dovecot-uidlist", "dovecot.index", ".uidvalidity", "subscriptions"):
        (tmp_path / name).write_bytes(b"not mail")
    return tmp_path


def read(path: Path, **options: float) -> dict[str, bytes]:
    items = [item for item in mailbox.mails(path, **options) if not isinstance(item, Rejected)]
    return dict(items)


def rejected(path: Path) -> list[tuple[str, str]]:
    return [(i.place, i.reason) for i in mailbox.mails(path) if isinstance(i, Rejected)]


def test_a_maildir(folder: Path) -> None:
    assert read(folder) == {
        "cur/1:2,S": MAIL % 1,
        "new/2": MAIL % 2,
        ".Sent/cur/4:2,S": MAIL % 4,
    }
    assert rejected(folder) == []


def test_a_plain_folder_of_mails(tmp_path: Path) -> None:
    (tmp_path / "b.eml").write_bytes(MAIL % 2)
    (tmp_path / "a.eml").write_bytes(MAIL % 1)
    assert list(read(tmp_path)) == ["a.eml", "b.eml"]
    assert mailbox.count(tmp_path) == 2


def test_only_what_was_touched_since(folder: Path) -> None:
    old = folder / "cur" / "1:2,S"
    later = old.stat().st_ctime + 1_000
    os.utime(folder / "new" / "2", (later, later))
    assert list(read(folder, since=later - 500)) == ["new/2"]
    assert len(read(folder, since=0)) == 3


def test_nothing_is_changed(folder: Path) -> None:
    before = {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in folder.rglob("*")}
    read(folder)
    assert {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in folder.rglob("*")} == before


def test_a_mail_that_is_too_large(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (folder / "new" / "5").open("wb") as file:
        file.truncate(mailbox.MAX_MAIL + 1)  # sparse: costs nothing
    assert rejected(folder) == [("new/5", "it is larger than 50 MiB")]
    assert len(read(folder)) == 3
    assert rejected(folder / "new" / "5") == [("5", "it is larger than 50 MiB")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_a_mail_that_cannot_be_read(folder: Path) -> None:
    (folder / "new" / "2").chmod(0)
    assert rejected(folder) == [("new/2", "it cannot be read: Permission denied")]
    assert len(read(folder)) == 2


def test_what_is_no_file_is_no_mail(folder: Path) -> None:
    os.mkfifo(folder / "new" / "pipe")
    (folder / "new" / "gone").symlink_to(folder / "nowhere")
    (folder / "loop").symlink_to(folder)
    assert len(read(folder)) == 3
    assert rejected(folder) == []


def test_an_mbox(tmp_path: Path) -> None:
    path = tmp_path / "mail.mbox"
    box = library.mbox(str(path))
    for number in range(3):
        box.add(MAIL % number)
    box.close()
    before = path.read_bytes()
    items = read(path)
    assert list(items) == ["mail.mbox#0", "mail.mbox#1", "mail.mbox#2"]
    assert all(b"Message-ID: <%d@x>" % n in raw for n, raw in enumerate(items.values()))
    assert path.read_bytes() == before
    assert mailbox.count(path) is None
    assert [p.name for p in tmp_path.iterdir()] == ["mail.mbox"]


def test_an_mbox_that_ends_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "mail.mbox"
    path.write_bytes(
        b"From x Thu Jan  1 00:00:00 1970\n"
        + (MAIL % 1).replace(b"\nFrom", b"\n>From")
        + b"\nFrom y\n\x00\xff"
    )
    assert len(read(path)) == 2


@pytest.mark.parametrize(("name", "mails"), [("inbox", 0), ("a.mbox", 0), ("a.eml", 1)])
def test_an_empty_file(tmp_path: Path, name: str, mails: int) -> None:
    path = tmp_path / name
    path.touch()
    assert list(read(path).values()) == [b""] * mails


def test_a_single_mail(tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(MAIL % 1)
    assert read(path) == {"one.eml": MAIL % 1}


def test_nothing_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no mail folder at"):
        list(mailbox.mails(tmp_path / "nowhere"))
