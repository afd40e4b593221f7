"""The meetings a calendar source keeps in its cursor, and the signals that come of them.

What is kept is the least that tells of a meeting while its server is down. No clock and no I/O.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from caseyos.connectors.events import Event, Occurrence, Person
from caseyos.domain.ports.intake import Row, signal_row
from caseyos.domain.text import safe_line

SOON = timedelta(hours=24)
JUST_OVER = timedelta(days=3)  # a Friday's meeting is recapped on Monday
MAX_ID = 120  # characters of a UID in the id of a signal

Signal = dict[str, Any]


@dataclass(slots=True)
class Meeting:
    """An occurrence as it is kept; `told` names the signals that were made of it."""

    occurrence: Occurrence
    told: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Kept:
    """A calendar object's meetings."""

    uid: str
    ours: bool
    repeats: bool
    meetings: dict[str, Meeting]  # by key


class Diary:
    """Everything a source keeps, by path on the server."""

    def __init__(self, source: str, plain: Mapping[str, Any]) -> None:
        self._source = source
        self._kept: dict[str, Kept] = {}
        for path, one in plain.items():
            meetings = [_meeting_from(row) for row in one["at"]]
            self._kept[path] = Kept(
                one["uid"],
                one["ours"],
                one["repeats"],
                {meeting.occurrence.key: meeting for meeting in meetings},
            )

    def plain(self) -> dict[str, Any]:
        """As plain values, for the cursor."""
        return {
            path: {
                "uid": kept.uid,
                "ours": kept.ours,
                "repeats": kept.repeats,
                "at": [_as_row(meeting) for meeting in kept.meetings.values()],
            }
            for path, kept in self._kept.items()
        }

    def paths(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """The paths that have a meeting which begins in that time."""
        return tuple(
            path
            for path, kept in self._kept.items()
            if any(start < one.occurrence.begins < end for one in kept.meetings.values())
        )

    def series(self) -> tuple[str, ...]:
        """The paths of what repeats, whose next occurrences must be worked out again."""
        return tuple(path for path, kept in self._kept.items() if kept.repeats)

    def take(self, present: Mapping[str, Event], gone: list[str], now: datetime) -> list[Signal]:
        """Events that are there and paths that are not, and what of that is news."""
        before = {kept.uid: (path, kept) for path, kept in self._kept.items()}
        after = {event.uid: event for event in present.values()}
        news: list[Signal] = []
        for path in gone:
            lost = self._kept.pop(path, None)
            if lost is not None and lost.uid not in after:
                news += self._cancelled(lost, {}, now)
        for path, event in present.items():
            was, known = before.get(event.uid, (path, None))
            self._kept.pop(was, None)
            fresh = {one.key: Meeting(one) for one in event.occurrences}
            if known is not None:
                news += self._cancelled(known, fresh, now)
                for key, meeting in fresh.items():
                    _remember(meeting, known.meetings.get(key))
            elif not event.ours:
                news += self._booked(event, now)
            if fresh:
                self._kept[path] = Kept(event.uid, event.ours, event.repeats, fresh)
        return news

    def due(self, now: datetime) -> list[Signal]:
        """Meetings that are near or just over; each is told of once, and what is past is let go."""
        signals: list[Signal] = []
        for path, kept in list(self._kept.items()):
            for key, meeting in list(kept.meetings.items()):
                one = meeting.occurrence
                if one.ends <= now - JUST_OVER:
                    del kept.meetings[key]
                    continue
                signals += self._tell(kept.uid, meeting, now)
            if not kept.meetings and not kept.repeats:
                del self._kept[path]
        return signals

    def people(self) -> dict[str, Person]:
        """Everybody who is at a meeting that is kept."""
        return {
            person.email: person
            for kept in self._kept.values()
            for meeting in kept.meetings.values()
            for person in meeting.occurrence.people
        }

    def _tell(self, uid: str, meeting: Meeting, now: datetime) -> Iterator[Signal]:
        one = meeting.occurrence
        if one.begins - SOON <= now < one.begins and "soon" not in meeting.told:
            meeting.told.add("soon")
            when = one.begins.isoformat()
            yield self._signal("meeting_soon", "soon", uid, one, now, f" at {when[:16]} UTC")
        if one.ends <= now and "ended" not in meeting.told:
            meeting.told.add("ended")
            yield self._signal("meeting_ended", "ended", uid, one, one.ends, " is over")

    def _booked(self, event: Event, now: datetime) -> Iterator[Signal]:
        """The first of a new event's meetings that is still ahead."""
        ahead = sorted(
            (one for one in event.occurrences if one.begins > now), key=lambda one: one.begins
        )
        for one in ahead[:1]:
            created = min(event.created or now, now)
            again = " and again" if event.repeats else ""
            when = f", {one.begins.isoformat()[:16]} UTC{again}"
            yield self._signal("meeting_booked", "booked", event.uid, one, created, when)

    def _cancelled(
        self, known: Kept, fresh: Mapping[str, Meeting], now: datetime
    ) -> Iterator[Signal]:
        """Meetings ahead that will not be, or not when it was said."""
        furthest = max((one.occurrence.begins for one in fresh.values()), default=None)
        for key, meeting in known.meetings.items():
            one = meeting.occurrence
            if one.begins <= now:
                continue
            other = fresh.get(key)
            if other is None:
                beyond = known.repeats and furthest is not None and one.begins > furthest
                if not beyond:  # of a series, what lies past the window is not known to be gone
                    yield self._signal(
                        "meeting_cancelled", "cancelled", known.uid, one, now, " is cancelled"
                    )
            elif other.occurrence.begins != one.begins:
                told = f" is moved to {other.occurrence.begins.isoformat()[:16]} UTC"
                yield self._signal("meeting_moved", "moved", known.uid, one, now, told)

    def _signal(
        self, kind: str, word: str, uid: str, one: Occurrence, at: datetime, told: str
    ) -> Signal:
        meeting_id = f"{_short(uid)}/{one.key}"
        start = one.begins.isoformat()
        # A booking is of the event; of a meeting that is moved, each time of it counts.
        name = {"booked": _short(uid), "cancelled": meeting_id}.get(word, f"{meeting_id}:{start}")
        first = one.people[0]
        title = one.title or "a meeting"
        whom = safe_line(first.name or first.email, 60)
        more = f" and {len(one.people) - 1} more" if len(one.people) > 1 else ""
        return signal_row(
            source=self._source,
            signal_type=kind,
            external_id=f"{word}:{name}",
            occurred_at=at,
            evidence=safe_line(f"{title} with {whom}{more}{told}", 200),
            data={
                "title": title,
                "start": start,
                "end": one.ends.isoformat(),
                "meeting_id": meeting_id,
                "from_name": first.name or None,
                "people": len(one.people),
            },
            contact=first.email,
        )


def _remember(meeting: Meeting, known: Meeting | None) -> None:
    """A meeting at the time it had is told of no second time."""
    if known is not None and known.occurrence.begins == meeting.occurrence.begins:
        meeting.told |= known.told & {"soon"}
        if known.occurrence.ends == meeting.occurrence.ends:
            meeting.told |= known.told


def _short(uid: str) -> str:
    if len(uid) <= MAX_ID:
        return uid
    return f"sha256:{hashlib.sha256(uid.encode()).hexdigest()}"


def _as_row(meeting: Meeting) -> dict[str, Any]:
    one = meeting.occurrence
    return {
        "key": one.key,
        "begins": one.begins.isoformat(),
        "ends": one.ends.isoformat(),
        "title": one.title,
        "people": [[person.email, person.name] for person in one.people],
        "told": sorted(meeting.told),
    }


def _meeting_from(row: Row) -> Meeting:
    return Meeting(
        Occurrence(
            key=row["key"],
            begins=datetime.fromisoformat(row["begins"]),
            ends=datetime.fromisoformat(row["ends"]),
            title=row["title"],
            people=tuple(Person(*person) for person in row["people"]),
        ),
        set(row["told"]),
    )
