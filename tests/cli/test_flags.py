"""The flags every command takes."""

from __future__ import annotations

import pytest

from caseyos.cli.flags import take
from caseyos.errors import UsageError


def test_flags_are_found_anywhere_before_the_double_dash() -> None:
    flags, rest = take(["--json=id,aps", "today", "-q", "--as-of", "2017-12-20", "--", "-q"], {})
    assert rest == ["today", "--", "-q"]
    assert (flags.output, flags.fields, flags.quiet) == ("json", ("id", "aps"), True)
    assert flags.as_of == "2017-12-20"


@pytest.mark.parametrize(
    ("environ", "name", "value"),
    [
        ({"CASEYOS_OUTPUT": "plain"}, "output", "plain"),
        ({"CASEYOS_PROFILE": "work"}, "profile", "work"),
        ({"CI": "true"}, "no_input", True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "color", "never"),
        ({"FORCE_COLOR": "1"}, "color", "always"),
        ({"TERM": "dumb"}, "color", "never"),
        ({"LANG": "de_DE.ISO-8859-1"}, "ascii", True),
        ({"LANG": "de_DE.UTF-8"}, "ascii", False),
        ({}, "ascii", False),
    ],
)
def test_the_environment_has_a_word(environ: dict[str, str], name: str, value: object) -> None:
    assert getattr(take([], environ)[0], name) == value


@pytest.mark.parametrize("argv", [["--tz"], ["--color", "mauve"], ["--as-of"]])
def test_what_cannot_be_meant(argv: list[str]) -> None:
    with pytest.raises(UsageError):
        take(argv, {})
