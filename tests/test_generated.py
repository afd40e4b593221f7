"""Generated pages are in step with the program."""

from __future__ import annotations

import pytest

from tests.generated import PAGES, ROOT


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_program_says(name: str) -> None:
    assert (ROOT / name).read_text() == PAGES[name](), "make docs"
