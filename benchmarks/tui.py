"""The screen in a real pty with 100,000 moves: first rows, a key, a page, memory.

While keys are pressed, moves change in the database twenty times a second, and the screen looks at
them as it always does.
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.machine import CASEYOS, Home, fill, home
from benchmarks.measure import Result, in_turn, main
from benchmarks.terminal import HEIGHT, Terminal

MOVES = 100_000
KEYS, PAGES = 200, 40
PAUSE = 0.03  # seconds between a frame and the next key: a held key repeats about so fast
DOWN, PAGE_DOWN = b"\x1b[B", b"\x1b[6~"
PEERS = Path(__file__).parent / "peers"
SMALLEST = [sys.executable, str(PEERS / "smallest_screen.py")]
TABLE = [sys.executable, str(PEERS / "table_screen.py"), str(MOVES)]

_TAIL = "TUI, key to repaint, 95th percentile"
_WALL_FIRST = (
    "profiled, processor time until the first rows: 310 to 330 ms, the smallest program 200 to 210."
    " Textual itself is 150 to 170 of both; ours adds 40 for the command line, configuration and"
    " store, 45 for importing the domain and the screen, and 50 for some fifteen surfaces that are"
    " parsed, styled and laid out instead of one. Not tried: drawing the rows before Textual is"
    " loaded, and one surface that draws bars, list and strip itself"
)
_WALL_TAIL = (
    "no key of its own is slow: the slow ones are spread evenly, and the tail is 1.8 times the"
    " median for ours and 1.7 times for DataTable, with three to five programs waiting for each"
    " processor. A key costs ours 8 ms of processor time, the look at the queue every three"
    " seconds included, and DataTable 12.5: the goal would take about 4"
)

_RANKED = """
SELECT code FROM command_queue_items WHERE status = 'pending' AND due_by <= now() + '24 hours'
ORDER BY priority_score DESC, due_by, created_at, id LIMIT 5000
"""
_CHANGE = """
UPDATE command_queue_items SET note = 'seen ' || clock_timestamp()
WHERE id = (SELECT id FROM command_queue_items WHERE status = 'pending'
            ORDER BY priority_score DESC OFFSET %(place)s LIMIT 1)
"""


def rows(full: bool) -> Iterator[Result]:
    """First rows and memory beside the smallest Textual program, keys beside DataTable."""
    del full
    with home() as place:
        fill(place.dsn, MOVES)
        codes = _codes(place.dsn)
        held: dict[str, list[float]] = {"ours": [], "theirs": []}
        ours, theirs = in_turn(
            _opened(CASEYOS, place, codes[0], held["ours"]),
            _opened(SMALLEST, place, b"hello", held["theirs"]),
            rounds=11,
        )
        told = "the smallest Textual program"
        row = f"TUI, first rows of {MOVES:,}"
        yield Result(row, told, ours, theirs, 1.15, wall=_WALL_FIRST)
        row = f"TUI, memory with {MOVES:,} moves"
        yield Result(row, told, held["ours"], held["theirs"], 1.3, unit="MiB")
        yield from _keys(place, codes)


def _keys(place: Home, codes: list[bytes]) -> Iterator[Result]:
    table = Terminal(TABLE, place.environ)
    screen = Terminal(CASEYOS, place.environ)
    told = f"DataTable with {MOVES:,} rows"
    labels = [f"r{n:06}".encode() for n in range(5000)]
    try:
        table.drawn(labels[0])
        screen.drawn(codes[0])
        time.sleep(2)  # what a program does after its first frame is over
        with _changes(place.dsn):
            ours, theirs = in_turn(
                _pressed(screen, DOWN, codes), _pressed(table, DOWN, labels), rounds=KEYS
            )
            yield Result("TUI, key to repaint, median", told, ours, theirs, 0.75)
            far = _far(ours), _far(theirs)
            yield Result(_TAIL, told, *far, 0.35, wall=_WALL_TAIL)
            ours, theirs = in_turn(_paged(screen, codes), _paged(table, labels), rounds=PAGES)
            yield Result("TUI, page to repaint, median", told, ours, theirs, 1)
    finally:
        screen.close()
        table.close()


def _opened(
    command: list[str], place: Home, first: bytes, held: list[float]
) -> Callable[[], float]:
    def open_() -> float:
        terminal = Terminal(command, place.environ)
        try:
            spent = (terminal.drawn(first) - terminal.begun) * 1000
            time.sleep(0.5)
            held.append(terminal.memory())
        finally:
            terminal.close()
        return spent

    return open_


def _pressed(terminal: Terminal, key: bytes, labels: list[bytes]) -> Callable[[], float]:
    """A press of the key that goes one row down, until the frame that shows the row."""
    shown = iter(labels[1:])

    def press() -> float:
        time.sleep(PAUSE)
        pressed = terminal.press(key)
        return (terminal.drawn(next(shown)) - pressed) * 1000

    return press


def _paged(terminal: Terminal, labels: list[bytes]) -> Callable[[], float]:
    """A press of the key that goes a page down, until a frame shows a row that none had shown."""
    shown = terminal.last_drawn(labels, KEYS - HEIGHT, KEYS + 2 * HEIGHT)

    def press() -> float:
        nonlocal shown
        time.sleep(PAUSE)
        pressed = terminal.press(PAGE_DOWN)
        ended = terminal.drawn_any(labels[shown + 1 : shown + 1 + HEIGHT])
        shown = terminal.last_drawn(labels, shown + 1, shown + 1 + HEIGHT)
        return (ended - pressed) * 1000

    return press


def _far(times: list[float]) -> list[float]:
    return [statistics.quantiles(times, n=20)[-1]]


@contextmanager
def _changes(dsn: str) -> Iterator[None]:
    """Moves of the head of the queue change while the block runs."""
    ended = threading.Event()

    def change() -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            number = 0
            while not ended.wait(0.05):
                number += 1
                connection.execute(_CHANGE, {"place": number % 100})

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _codes(dsn: str) -> list[bytes]:
    with psycopg.connect(dsn) as connection:
        return [str(row[0]).encode() for row in connection.execute(_RANKED)]


if __name__ == "__main__":
    sys.exit(main(rows))
