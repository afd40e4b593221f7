"""stdout: the envelope, tables, widths, ASCII."""

from __future__ import annotations

from tests.cli.reading import data
from tests.conftest import Run


def test_fields_are_narrowed_listed_and_refused(demo: Run) -> None:
    assert [set(move) for move in data(demo, "today", "--json=id,aps")] != []
    done = demo("today", "--json=?")
    assert "aps" in done.stdout.splitlines() and done.returncode == 0
    done = demo("today", "--json=nonsense")
    assert done.returncode == 2 and "nonsense" in done.stderr


def test_plain_has_a_fixed_number_of_fields_and_no_controls(demo: Run) -> None:
    lines = demo("queue", "--plain", "--limit", "100").stdout.splitlines()
    assert {line.count("\t") for line in lines} == {5}
    assert not any(ord(c) < 32 and c != "\t" for line in lines for c in line)


def test_ascii_output_is_ascii(demo: Run) -> None:
    for words in (("today",), ("why", "1"), ("stats",), ("queue", "--status", "all")):
        assert demo(*words, "--ascii").stdout.isascii(), words
        assert demo(*words, LC_ALL="de_DE.ISO-8859-1").stdout.isascii(), words
