"""A window on a ranked queue of any length: sections, pages that are read when they are looked at.

Holds what was read and knows what to read next; reads nothing itself and knows no widget. Rows
keep their place for the life of a window, whatever happens in the database: nothing moves under a
cursor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from caseyos.domain.model import Move, MoveStatus
from caseyos.domain.views import Page, PageKey, QueueFilter

PAGE = 200  # moves read at a time
KEPT = 16  # pages held in memory

Spot = tuple[int, int]  # section, page


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the list with one filter; one with a heading begins with a line that says it."""

    chosen: QueueFilter
    count: int
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page to be read: after a key, past `skip` more moves."""

    spot: Spot
    chosen: QueueFilter
    after: PageKey | None
    skip: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A row that is no move."""

    text: str


@dataclass(slots=True)
class Window:
    """The rows of one look at the queue."""

    sections: tuple[Section, ...] = ()
    _pages: dict[Spot, list[Move | None]] = field(default_factory=dict)
    _keys: dict[Spot, PageKey] = field(default_factory=dict)  # where the page begins
    _asked: set[Spot] = field(default_factory=set)
    _begun: set[int] = field(default_factory=set)  # sections whose first page was ever read
    _places: dict[UUID, tuple[Spot, int]] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """How many rows there are, headings included."""
        return sum(one.count + bool(one.heading) for one in self.sections)

    @property
    def moves(self) -> int:
        """How many moves there are."""
        return sum(one.count for one in self.sections)

    def at(self, row: int) -> Move | Heading | None:
        """What is in a row; None where it is not read yet, or is gone."""
        found = self._find(row)
        if found is None:
            return None
        number, place = found
        if place < 0:
            return Heading(self.sections[number].heading)
        page = self._pages.get((number, place // PAGE))
        return page[place % PAGE] if page else None

    def number(self, row: int) -> int:
        """The rank that is shown for a row: headings do not count."""
        headings = 0
        start = 0
        for section in self.sections:
            if section.heading and row >= start:
                headings += 1
            start += section.count + bool(section.heading)
        return row + 1 - headings

    def known(self, row: int) -> bool:
        """Whether a row was read; one that was read and is empty is gone."""
        found = self._find(row)
        return found is not None and (found[1] < 0 or (found[0], found[1] // PAGE) in self._pages)

    def is_move(self, row: int) -> bool:
        """Whether a row is a move's, read or not."""
        found = self._find(row)
        return found is not None and found[1] >= 0

    def row_of(self, move_id: UUID) -> int | None:
        """The row of a move that was read."""
        place = self._places.get(move_id)
        if place is None:
            return None
        (number, page), inside = place
        return self.row_in(number, page * PAGE + inside)

    def row_in(self, number: int, place: int) -> int:
        """The row of the `place`-th move of a section."""
        before = self.sections[:number]
        start = sum(one.count + bool(one.heading) for one in before)
        return start + bool(self.sections[number].heading) + place

    def wanted(self, first: int, last: int) -> list[Wanted]:
        """The pages that rows `first` to `last` need and nobody asked for yet."""
        missing: list[Wanted] = []
        for number, section in enumerate(self.sections):
            start = self.row_in(number, 0)
            low, high = max(first - start, 0), min(last - start, section.count - 1)
            if high < 0 or low > high:
                continue
            for page in range(low // PAGE, high // PAGE + 1):
                spot = (number, page)
                if spot not in self._pages and spot not in self._asked:
                    self._asked.add(spot)
                    missing.append(self._want(spot))
        return missing

    def put(self, spot: Spot, page: Page) -> None:
        """Keep a page that was read."""
        number, place = spot
        room = min(PAGE, self.sections[number].count - place * PAGE)
        end = self._keys.get((number, place + 1))
        moves = [one for one in page.moves if end is None or rank(one) <= key_rank(end)]
        rows: list[Move | None] = [*moves[:room], *([None] * (room - len(moves[:room])))]
        self._pages[spot] = rows
        if place == 0:
            self._begun.add(number)
        self._asked.discard(spot)
        for inside, move in enumerate(rows):
            if move is not None:
                self._places[move.id] = (spot, inside)
        if end is None and len(moves) >= PAGE and moves:
            self._keys[(number, place + 1)] = key_of(moves[PAGE - 1])

    def not_read(self, spot: Spot) -> None:
        """A page could not be read: it may be asked for again."""
        self._asked.discard(spot)

    def replace(self, moves: Sequence[Move]) -> list[int]:
        """Show moves as they are now, each in its old place; the rows that changed."""
        rows = []
        for move in moves:
            place = self._places.get(move.id)
            if place is not None:
                self._pages[place[0]][place[1]] = move
                rows.append(self.row_in(place[0][0], place[0][1] * PAGE + place[1]))
        return rows

    def trim(self, around: int) -> None:
        """Forget the pages farthest from a row; never one with a move decided here."""
        if len(self._pages) <= KEPT:
            return
        distance = {
            spot: abs(self.row_in(spot[0], spot[1] * PAGE) - around)
            for spot, rows in self._pages.items()
            if all(one is None or one.status == MoveStatus.PENDING for one in rows)
            or self.sections[spot[0]].chosen.status != MoveStatus.PENDING
        }
        for spot in sorted(distance, key=lambda one: -distance[one])[: len(self._pages) - KEPT]:
            for move in self._pages.pop(spot):
                if move is not None:
                    self._places.pop(move.id, None)

    def begun(self, number: int) -> bool:
        """Whether the beginning of a section was ever read: only then is there news of it."""
        return number in self._begun

    def held(self) -> Iterator[Move]:
        """Every move that was read and is kept."""
        for number in range(len(self.sections)):
            yield from self.held_in(number)

    def held_in(self, number: int) -> Iterator[Move]:
        """Every move of one section that was read and is kept."""
        for spot, rows in self._pages.items():
            if spot[0] == number:
                yield from (one for one in rows if one is not None)

    def _find(self, row: int) -> Spot | None:
        """The section of a row and the place in it; -1 is its heading."""
        for number, section in enumerate(self.sections):
            size = section.count + bool(section.heading)
            if 0 <= row < size:
                return number, row - bool(section.heading)
            row -= size
        return None

    def _want(self, spot: Spot) -> Wanted:
        """How to reach a page: from the nearest key before it."""
        number, page = spot
        near = page
        while near > 0 and (number, near) not in self._keys:
            near -= 1
        return Wanted(
            spot,
            self.sections[number].chosen,
            self._keys.get((number, near)),
            (page - near) * PAGE,
        )


def key_of(move: Move) -> PageKey:
    """Where a page that ends with this move ends."""
    return PageKey(move.aps, move.due_by, move.created_at, move.id)


def rank(move: Move) -> tuple[float, float, float, int]:
    """A move's place in the order of the queue, as something to compare."""
    return key_rank(key_of(move))


def key_rank(key: PageKey) -> tuple[float, float, float, int]:
    """A key's place in the order of the queue."""
    due = float("inf") if key.due is None else key.due.timestamp()
    return (-key.aps, due, key.created_at.timestamp(), key.id.int)
