"""Every theme shows the same words."""

from collections.abc import Callable

import pytest

from caseyos.app import App
from caseyos.errors import ConfigError
from caseyos.tui.themes import NAMES, checked
from tests.tui.stage import Seat, check_golden, fill, play


@pytest.mark.parametrize("name", NAMES)
def test_a_theme_changes_no_word(make_core: Callable[..., App], name: str) -> None:
    core = make_core(CASEYOS_UI__THEME=name)
    fill(core)

    async def scene(seat: Seat) -> None:
        assert seat.program.theme == name
        await seat.press("j")
        check_golden("today-80x24", seat.text, False)

    play(core, scene)


def test_a_theme_that_is_none_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="Did you mean contrast"):
        checked("kontrast")
    with pytest.raises(ConfigError, match="There are caseyos-dark"):
        checked("zzzzzz")
