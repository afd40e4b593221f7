"""Configuration: find, read and check `caseyos.toml` and the environment.

Names are loaded when asked for: the hot reads come through this package and need none of them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from caseyos.config.durations import parse_duration, parse_hours
    from caseyos.config.load import Config, load_config
    from caseyos.config.paths import Paths

__all__ = ["Config", "Paths", "load_config", "parse_duration", "parse_hours"]
_HOMES = {
    "Config": "load",
    "Paths": "paths",
    "load_config": "load",
    "parse_duration": "durations",
    "parse_hours": "durations",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"caseyos.config.{_HOMES[name]}"), name)
