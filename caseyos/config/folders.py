"""The base folders of a profile, as text: by the XDG base directories, on macOS too.

No heavy import: the hot reads come through here.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_PROFILE = "default"
DEMO_PROFILE = "demo"
FALLBACKS = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_CACHE_HOME": ".cache",
}


def folder(variable: str, profile: str, environ: Mapping[str, str]) -> str:
    """The profile's folder below one base directory; nothing is made by naming it."""
    value = environ.get(variable, "")
    # The XDG specification says to ignore a relative path.
    if not value.startswith("/"):
        home = environ.get("HOME") or os.path.expanduser("~")  # noqa: PTH111
        value = f"{home}/{FALLBACKS[variable]}"
    own = f"{value.rstrip('/')}/caseyos"
    return own if profile == DEFAULT_PROFILE else f"{own}/profiles/{profile}"
