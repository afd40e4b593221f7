"""The flags that every command takes, before or after its name, and their environment twins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from caseyos.cli.drawing import aimed_at, unicode_wanted
from caseyos.errors import UsageError

HELP = """\b
Flags every command takes, before or after its name:
  -P, --profile NAME  another profile     --config FILE  another configuration
  --json[=a,b]        JSON, named fields  --plain        tab-separated
  -q, --quiet         data and errors     -v             more on stderr
  --no-input          never ask           --as-of DATE   as if it were then
  --tz ZONE, --utc    display zone        --color WHEN   auto, always, never
  --ascii             ASCII glyphs        --accessible   plain lines
"""

_SWITCHES = {
    "--plain": ("output", "plain"),
    "--quiet": ("quiet", True),
    "-q": ("quiet", True),
    "--no-input": ("no_input", True),
    "--ascii": ("ascii", True),
    "--accessible": ("accessible", True),
    "--utc": ("tz", "UTC"),
    "-v": ("verbose", 1),
    "-vv": ("verbose", 2),
    "--verbose": ("verbose", 1),
    "--no-pager": (None, None),
    "--no-plugins": (None, None),
}
_VALUES = {
    "--profile": "profile",
    "-P": "profile",
    "--config": "config",
    "--color": "color",
    "--tz": "tz",
    "--as-of": "as_of",
    "--timeout": "timeout",
}


WITH_VALUE = tuple(_VALUES)
COMMON = ("--json", *_SWITCHES, *_VALUES)


@dataclass(frozen=True, slots=True)
class Flags:
    """What the person asked of every command; `fields` narrows JSON."""

    profile: str | None = None
    config: str | None = None
    output: str = "human"
    fields: tuple[str, ...] = ()
    quiet: bool = False
    verbose: int = 0
    no_input: bool = False
    color: str = "auto"
    tz: str | None = None
    ascii: bool = False
    accessible: bool = False
    as_of: str | None = None
    timeout: str | None = None
    environ: Mapping[str, str] = field(default_factory=dict)


def aimed(text: str, flags: Flags) -> str:
    """A line that names the next command, with the profile that this one was for."""
    return aimed_at(text, flags.profile)


def take(argv: list[str], environ: Mapping[str, str]) -> tuple[Flags, list[str]]:
    """The flags found anywhere before `--`, and the arguments that are left."""
    found: dict[str, Any] = {
        "profile": environ.get("CASEYOS_PROFILE") or None,
        "config": environ.get("CASEYOS_CONFIG") or None,
        "output": environ.get("CASEYOS_OUTPUT") or "human",
        "no_input": bool(environ.get("CASEYOS_NO_INPUT") or environ.get("CI")),
        "ascii": bool(environ.get("CASEYOS_ASCII")) or not unicode_wanted(environ),
        "accessible": bool(environ.get("ACCESSIBLE")),
        "color": _color(environ),
    }
    rest: list[str] = []
    waiting = iter(argv)
    for word in waiting:
        name, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *waiting]
        elif word in _SWITCHES:
            key, set_to = _SWITCHES[word]
            if key:
                found[key] = set_to
        elif name == "--json":
            found["output"] = "json"
            found["fields"] = tuple(part for part in value.split(",") if part)
        elif name in _VALUES:
            given = value if equals else next(waiting, None)
            if given is None:
                raise UsageError(f"{name} needs a value.", hint="caseyos --help")
            found[_VALUES[name]] = given
        else:
            rest.append(word)
    if found["output"] not in ("human", "json", "plain"):
        raise UsageError(f"CASEYOS_OUTPUT is {found['output']!r}; it may be json or plain.")
    if found["color"] not in ("auto", "always", "never"):
        raise UsageError(f"--color takes auto, always or never, not {found['color']!r}.")
    return replace(Flags(environ=environ), **found), rest


def _color(environ: Mapping[str, str]) -> str:
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb" or environ.get("CLICOLOR") == "0":
        return "never"
    return "always" if environ.get("FORCE_COLOR") else "auto"
