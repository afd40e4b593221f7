"""The composition root: the only place where pipeline, store and connectors meet.

`App` is loaded when asked for: the hot reads come through this package without it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from caseyos.app.core import App

__all__ = ["App"]


def __getattr__(name: str) -> object:
    if name != "App":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from caseyos.app.core import App

    return App
