"""What an empty list says: whether that is normal, what fills it, and which key is next.

Five kinds that never look alike: nothing yet, all done, filtered to nothing, hidden by the floor,
failed to load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from caseyos.domain.views import QueueFilter
from caseyos.errors import CaseyError
from caseyos.tui import labels
from caseyos.tui.ink import Line, Span, wrapped

if TYPE_CHECKING:
    from caseyos.tui.facts import Look
    from caseyos.tui.program import Offline
    from caseyos.tui.pulse import Pulse
    from caseyos.tui.queue import Opened


def loading(width: int) -> list[Line]:
    """Nothing was read yet."""
    return _block(width, [[("Opening your queue; a new database takes two seconds.", "dim")]])


def failed(error: CaseyError, width: int) -> list[Line]:
    """It could not be read."""
    body: list[Line] = [
        [("The queue could not be read.", "bad")],
        [],
        *wrapped(error.message, min(width - 4, 70)),
        [],
        [
            ("I try again by myself every few seconds; ", "dim"),
            ("r", "key"),
            (" tries now.", "dim"),
        ],
    ]
    if error.hint:
        body.append([("In another terminal: ", "dim"), (error.hint, "key")])
    return _block(width, body)


def nothing(
    opened: Opened, filter_text: str, chosen: QueueFilter, pulse: Pulse | None, width: int
) -> list[Line]:
    """The list is empty, and why."""
    if filter_text:
        return _filtered(filter_text, width)
    if opened.hidden and chosen.min_aps:
        return _hidden(opened.hidden, chosen.min_aps, width)
    if not opened.ever:
        return _new(width)
    return _done(pulse, width)


def offline(state: Offline, width: int, look: Look) -> list[Line]:
    """The database does not answer; what was read stays."""
    since = state.since.astimezone(look.zone)
    return [
        [(f" The database does not answer since {since:%H:%M:%S}.", "bad")],
        *wrapped(state.sentence, width - 2, "text", " ")[:3],
        [(" The list is as it was read last. Nothing is lost; nothing can be decided", "dim")],
        [(" until it is back. I try again by myself; ", "dim"), ("r", "key"),
         (" tries now,", "dim"), (" caseyos doctor", "key"), (" says more.", "dim")],
    ]  # fmt: skip


def _new(width: int) -> list[Line]:
    return _block(
        width,
        [
            [("Welcome. Your queue is new and empty.", "title")],
            [("Moves come from signals: deals, mail, meetings, or your own hand.", "text")],
            [],
            *_keyed(
                ("+", "add a move by hand"),
                ("R", "ask your sources for news"),
                ("?", "the keys"),
            ),
            [],
            [("In another terminal:", "dim")],
            [("  caseyos demo start        ", "key"), ("made-up data, no accounts", "dim")],
            [("  caseyos import FILE.csv   ", "key"), ("your deals, or a folder of mail", "dim")],
            [],
            [("SAFE mode: nothing leaves this computer until you say so.", "safe")],
        ],
    )


def _done(pulse: Pulse | None, width: int) -> list[Line]:
    body: list[Line] = [[("Nothing left for today.", "title")], []]
    if pulse is not None and pulse.status.accepted:
        told = labels.counted(pulse.status.accepted, "move")
        body += [
            [(f"{told} accepted and not carried out yet: ", "text"), ("/status:accepted", "key")]
        ]
    body += [
        *_keyed(
            ("R", "ask your sources for news"),
            ("+", "add a move by hand"),
            ("z", "take back the last step"),
        )
    ]
    return _block(width, body)


def _filtered(text: str, width: int) -> list[Line]:
    return _block(
        width,
        [
            [("No move passes this filter.", "title")],
            [(text[:60], "text")],
            [],
            *_keyed(("esc", "clear the filter"), ("/", "change it")),
        ],
    )


def _hidden(count: int, floor: float, width: int) -> list[Line]:
    return _block(
        width,
        [
            [(f"{labels.counted(count, 'move')} under your floor of APS {floor:g}.", "title")],
            [("Nothing above it is open. The floor is ui.floor in the configuration.", "text")],
            [],
            *_keyed((".", "show them")),
        ],
    )


def _keyed(*pairs: tuple[str, str]) -> list[Line]:
    return [[(f"  {key:<4}", "key"), (told, "text")] for key, told in pairs]


def _block(width: int, body: list[Line]) -> list[Line]:
    """Lines as a block in the middle of the width."""
    longest = max((sum(len(text) for text, _ in line) for line in body), default=0)
    indent: Span = (" " * max(1, (width - longest) // 2), "text")
    return [[], *([indent, *line] for line in body)]
