"""Every command by name. Nothing here sends: carrying a move out opens its preview, as `E` does."""

from __future__ import annotations

from functools import partial

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from caseyos.tui import keys
from caseyos.tui.frame import Frame

LEFT_OUT = frozenset({"palette", "send", "row.down", "row.up", "scroll.down", "scroll.up"})


def open_palette(frame: Frame) -> None:
    """The palette over a screen."""
    frame.app.push_screen(CommandPalette({KeyCommands}, placeholder="A command"))


class KeyCommands(Provider):
    """The key table of the screen behind, as commands."""

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for key, label in self._labelled():
            yield DiscoveryHit(label, partial(self._run, key.action), help=_help(key))

    async def search(self, query: str) -> Hits:
        """What matches."""
        matcher = self.matcher(query)
        for key, label in self._labelled():
            score = matcher.match(f"{key.name} {label}")
            if score > 0:
                yield Hit(score, label, partial(self._run, key.action), help=_help(key))

    def _labelled(self) -> list[tuple[keys.Key, str]]:
        frame = self.screen
        if not isinstance(frame, Frame):
            return []
        found = keys.keys_of(frame.keys_of, frame.program.keymap)
        return [(key, key.help) for key in found if key.name not in LEFT_OUT]

    async def _run(self, action: str) -> None:
        await self.app.run_action(action, self.screen)


def _help(key: keys.Key) -> str:
    twin = f"   {key.twin}" if key.twin else ""
    return f"{keys.shown(key.keys.split(',')[0])}{twin}"
