"""The composition root: the only place where pipeline, store and connectors meet."""

from caseyos.app.core import App

__all__ = ["App"]
