"""A move as a row."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from caseyos.tui import rows
from caseyos.tui.glyphs import ASCII, UNICODE
from caseyos.tui.ink import plain
from tests.tui.conftest import NOW
from tests.tui.test_window import move


@given(
    st.integers(40, 220),
    st.integers(0, 200_000),
    st.text(max_size=60),
    st.one_of(st.none(), st.text(max_size=40)),
    st.sampled_from(["m7k2", "m7k2x", "m7k2xyz"]),
    st.floats(0, 100),
    st.integers(-500, 500),
)
def test_a_row_is_as_wide_as_its_list(
    width: int, count: int, title: str, account: str | None, code: str, aps: float, days: int
) -> None:
    columns = rows.Columns.of(width, count)
    found = move(
        1, title=title, account=account, code=code, aps=aps, due_by=NOW + timedelta(days=days)
    )
    for glyphs in (UNICODE, ASCII):
        line = rows.row(found, count or 1, columns, glyphs, now=NOW, zone=None)
        assert cell_len("".join(text for text, _ in line)) == cell_len(
            "".join(text for text, _ in rows.header(columns, glyphs))
        )
        assert code in plain([line])


@pytest.mark.parametrize(
    ("fields", "sign"),
    [
        ({}, " "),
        ({"status": "accepted"}, "✓"),
        ({"status": "executed", "execution_state": "succeeded"}, "✓"),
        ({"status": "accepted", "execution_state": "queued"}, "↗"),
        ({"status": "accepted", "execution_state": "blocked"}, "!"),
        ({"status": "unknown", "execution_state": "unknown"}, "!"),
        ({"status": "failed"}, "!"),
        ({"status": "dismissed"}, "×"),
        ({"status": "snoozed"}, "∘"),
    ],
)
def test_each_state_has_its_sign(fields: dict[str, str], sign: str) -> None:
    assert rows.state(move(1, **fields), UNICODE)[0] == sign
    assert rows.state(move(1, **fields), UNICODE, marked=True)[0] == "●"


def test_the_bar_is_never_alone_and_never_overflows() -> None:
    for share in (-1, 0, 0.5, 1, 7):
        assert len("".join(text for text, _ in rows.bar(share, 6, UNICODE))) == 6
