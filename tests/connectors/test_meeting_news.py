"""Which signals come of a calendar, each once, whatever happens to its meetings."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from caseyos.connectors.events import Event, Occurrence, Person
from caseyos.connectors.meeting_news import Diary

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DANA = Person("dana@theirs.example", "Dana")


def meeting(hours: float, key: str = "", **changes: Any) -> Occurrence:
    begins = NOW + HOUR * hours
    given: dict[str, Any] = {
        "key": key,
        "begins": begins,
        "ends": begins + HOUR,
        "title": "Plan",
        "people": (DANA,),
    }
    return Occurrence(**given | changes)


def event(*meetings: Occurrence, uid: str = "u", ours: bool = False, created: Any = None) -> Event:
    return Event(uid, ours, len(meetings) > 1, created, meetings)


class Source:
    """A diary that is kept between looks, as a cursor keeps it."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def look(self, present: Any = None, gone: Any = (), after: float = 0) -> list[str]:
        """The external ids of a look, `after` hours."""
        return [signal["external_id"] for signal in self.signals(present, gone, after)]

    def signals(
        self, present: Any = None, gone: Any = (), after: float = 0
    ) -> list[dict[str, Any]]:
        now = NOW + HOUR * after
        diary = Diary("calendar:work", json.loads(json.dumps(self.kept)))
        found = [*diary.take(present or {}, list(gone), now), *diary.due(now)]
        self.kept = diary.plain()
        return found


def test_a_meeting_from_its_booking_to_its_end() -> None:
    source = Source()
    assert source.look({"/a": event(meeting(48))}) == ["booked:u"]
    assert source.look() == []
    start = (NOW + 48 * HOUR).isoformat()
    assert source.look(after=23.9) == []
    assert source.look(after=24) == [f"soon:u/:{start}"]
    assert source.look(after=30) == []
    assert source.look(after=48.5) == []
    assert source.look(after=49) == [f"ended:u/:{start}"]
    assert source.look(after=50) == []
    assert source.look(after=49 + 73) == []
    assert source.kept == {}


def test_a_signal_says_what_a_move_needs() -> None:
    two = (DANA, Person("bo@theirs.example", ""))
    (booked, soon) = Source().signals({"/a": event(meeting(3, people=two), created=NOW - HOUR)})
    assert booked["occurred_at"] == NOW - HOUR
    assert booked["contact"] == "dana@theirs.example"
    assert booked["evidence"].startswith("Plan with Dana and 1 more")
    assert soon["data"] == {
        "title": "Plan",
        "start": (NOW + 3 * HOUR).isoformat(),
        "end": (NOW + 4 * HOUR).isoformat(),
        "meeting_id": "u/",
        "from_name": "Dana",
        "people": 2,
    }


def test_a_booking_in_the_future_of_our_clock_is_of_now() -> None:
    (booked,) = Source().signals({"/a": event(meeting(48), created=NOW + 5 * HOUR)})
    assert booked["occurred_at"] == NOW


def test_our_own_meeting_is_not_news_but_is_prepared_and_recapped() -> None:
    source = Source()
    assert source.look({"/a": event(meeting(2), ours=True)}) == [
        f"soon:u/:{(NOW + 2 * HOUR).isoformat()}"
    ]
    assert source.look(after=4)[0].startswith("ended:")


def test_a_meeting_that_was_over_or_had_begun_is_not_prepared() -> None:
    source = Source()
    assert source.look({"/a": event(meeting(-0.5))}) == []
    assert source.look(after=1)[0].startswith("ended:")
    assert Source().look({"/a": event(meeting(-80))}) == []
    assert Source().look({"/a": event(meeting(-60))})[0].startswith("ended:")  # Friday's, on Monday


@pytest.mark.parametrize("how", ["deleted", "without others"])
def test_a_cancelled_meeting_is_said_once(how: str) -> None:
    source = Source()
    source.look({"/a": event(meeting(3))})
    gone = source.look(gone=["/a"]) if how == "deleted" else source.look({"/a": event()})
    assert gone == ["cancelled:u/"]
    assert source.look(gone=["/a"]) == source.look(after=5) == []


def test_what_is_over_is_not_cancelled_by_tidying_up() -> None:
    source = Source()
    source.look({"/a": event(meeting(-2))})
    assert source.look(gone=["/a"]) == []


def test_a_moved_meeting_is_near_again_at_its_new_time() -> None:
    source = Source()
    old, new = (NOW + 3 * HOUR).isoformat(), (NOW + 72 * HOUR).isoformat()
    source.look({"/a": event(meeting(3))})
    assert source.look({"/a": event(meeting(72))}) == [f"moved:u/:{old}"]
    assert source.look(after=4) == []
    assert source.look(after=50) == [f"soon:u/:{new}"]


def test_a_meeting_moved_within_the_day_is_told_of_at_once() -> None:
    source = Source()
    source.look({"/a": event(meeting(3))})
    told = source.look({"/a": event(meeting(5))})
    assert [one.split(":")[0] for one in told] == ["moved", "soon"]


def test_other_words_or_another_end_are_no_news() -> None:
    source = Source()
    source.look({"/a": event(meeting(3))})
    longer = meeting(3, title="Plan B", ends=NOW + 6 * HOUR)
    assert source.look({"/a": event(longer)}) == []
    assert source.look(after=5) == []
    assert source.look(after=6)[0].startswith("ended:")


def test_a_file_that_is_renamed_is_the_same_meeting() -> None:
    source = Source()
    source.look({"/a": event(meeting(3))})
    assert source.look({"/b": event(meeting(3))}, gone=["/a"]) == []
    assert source.look({"/c": event(meeting(3))}) == []
    assert list(source.kept) == ["/c"]


def test_a_series_is_booked_once_and_each_of_it_is_prepared() -> None:
    source = Source()
    days = [meeting(24 * n + 2, f"d{n}") for n in range(4)]
    assert [one.split(":")[0] for one in source.look({"/a": event(*days)})] == ["booked", "soon"]
    told = source.look(after=24)
    assert [one.split(":")[1] for one in told] == ["u/d0", "u/d1"]  # one over, one near
    # One of them is called off, the rest stays; what lies past the window is not known to be gone.
    rest = event(days[1], days[2])
    assert source.look({"/a": rest}, after=24) == []
    assert source.look({"/a": event(days[1], days[3])}, after=24) == ["cancelled:u/d2"]


def test_a_long_uid_is_a_short_id() -> None:
    (booked,) = Source().look({"/a": event(meeting(48), uid="x" * 5000)})
    assert booked.startswith("booked:sha256:")


def test_who_is_met_is_kept_for_the_contacts() -> None:
    diary = Diary("calendar:work", {})
    diary.take({"/a": event(meeting(3))}, [], NOW)
    assert diary.people() == {"dana@theirs.example": DANA}
    assert diary.series() == ()
    assert diary.paths(NOW, NOW + 4 * HOUR) == ("/a",)
    assert diary.paths(NOW, NOW + 2 * HOUR) == ()
