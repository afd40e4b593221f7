"""The themes of the screen: named looks for the same meanings."""

from __future__ import annotations

from difflib import get_close_matches

from textual.theme import BUILTIN_THEMES, Theme

from caseyos.errors import ConfigError

THEMES = (
    Theme(
        name="caseyos-dark",
        primary="#7aa2f7",
        secondary="#89ddff",
        accent="#7dcfff",
        warning="#e0af68",
        error="#f7768e",
        success="#9ece6a",
        foreground="#d5d8e4",
        background="#14161f",
        surface="#1a1d29",
        panel="#262b3d",
    ),
    Theme(
        name="caseyos-light",
        primary="#2251a4",
        secondary="#0f6f7c",
        accent="#1668b0",
        warning="#8a5a00",
        error="#b3261e",
        success="#2c6e2f",
        foreground="#1c1e26",
        background="#fafafa",
        surface="#f0f1f4",
        panel="#dfe3ec",
        dark=False,
    ),
    Theme(
        name="contrast",
        primary="#ffffff",
        secondary="#ffff00",
        accent="#00ffff",
        warning="#ffff00",
        error="#ff8080",
        success="#80ff80",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#303060",
        text_alpha=1.0,
    ),
    # Blue and orange stay apart for every common kind of colour blindness.
    Theme(
        name="blue-orange",
        primary="#56b4e9",
        secondary="#56b4e9",
        accent="#56b4e9",
        warning="#e69f00",
        error="#e69f00",
        success="#56b4e9",
        foreground="#e4e4e4",
        background="#121212",
        surface="#1a1a1a",
        panel="#2c3440",
    ),
    Theme(
        name="mono",
        primary="#d0d0d0",
        secondary="#d0d0d0",
        accent="#ffffff",
        warning="#ffffff",
        error="#ffffff",
        success="#d0d0d0",
        foreground="#d0d0d0",
        background="#101010",
        surface="#181818",
        panel="#303030",
    ),
)
NAMES = (*(theme.name for theme in THEMES), "ansi-dark", "ansi-light")


def checked(name: str) -> str:
    """The theme's name; ConfigError with the nearest one for a name that is none."""
    if name in NAMES or name in BUILTIN_THEMES:
        return name
    near = get_close_matches(name, NAMES, n=1, cutoff=0.4)
    told = f" Did you mean {near[0]}?" if near else f" There are {', '.join(NAMES)}."
    raise ConfigError(
        f"ui.theme: there is no theme {name!r}.{told}", hint="caseyos config explain ui.theme"
    )
