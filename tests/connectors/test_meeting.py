"""The bytes of a meeting: valid for another program's parser, and nothing can add a line to them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from caseyos.connectors.meeting import (
    build_meeting,
    fingerprint,
    invited,
    times,
    uid_of,
    unfolded,
    value_of,
)
from caseyos.domain.model import ActionType, Payload
from caseyos.domain.ports.channel import NotDone

AT = datetime(2026, 11, 24, 9, 12, 30, 5, tzinfo=UTC)
EXECUTION = UUID("01900000-0000-7000-8000-000000000001")


def meeting(
    subject: str = "Plan; next, steps", body: str = "One\nTwo", **fields: object
) -> Payload:
    given_fields = {"organizer": "casey@ours.example", "start": "2026-12-01T15:00:00+01:00"}
    return Payload(
        ActionType.SCHEDULE_MEETING,
        "calendar:work",
        subject,
        body,
        ("dana@theirs.example",),
        given_fields | fields,
    )


def built(payload: Payload, **options: object) -> bytes:
    return build_meeting(payload, marker="0190@caseyos", execution_id=EXECUTION, at=AT, **options)  # type: ignore[arg-type]


def test_another_program_reads_it_as_it_was_meant() -> None:
    wire = built(meeting(body="One\nTwo, with; marks " + "é" * 80, minutes=45, sequence=2))
    assert all(len(line) <= 75 for line in wire.split(b"\r\n"))
    assert b"METHOD" not in wire  # no object in a calendar has one (RFC 4791, 4.1)
    (event,) = Calendar.from_ical(wire).walk("VEVENT")
    assert event["UID"] == "0190@caseyos"
    assert event.decoded("DTSTART") == datetime(2026, 12, 1, 14, tzinfo=UTC)
    assert event.decoded("DTEND") == datetime(2026, 12, 1, 14, 45, tzinfo=UTC)
    assert str(event["SUMMARY"]) == "Plan; next, steps"
    assert str(event["DESCRIPTION"]) == "One\nTwo, with; marks " + "é" * 80
    assert event["SEQUENCE"] == 2
    assert str(event["ATTENDEE"]) == "mailto:dana@theirs.example"
    assert str(event["X-CASEYOS-EXECUTION"]) == str(EXECUTION)


@pytest.mark.parametrize(("method", "status"), [("REQUEST", None), ("CANCEL", "CANCELLED")])
def test_a_message_says_what_it_is(method: str, status: str | None) -> None:
    calendar = Calendar.from_ical(built(meeting(), method=method))
    assert str(calendar["METHOD"]) == method
    assert calendar.walk("VEVENT")[0].get("STATUS") == status


def test_a_server_is_told_to_invite_nobody() -> None:
    (event,) = Calendar.from_ical(built(meeting(), ours_to_invite=True)).walk("VEVENT")
    assert event["ATTENDEE"].params["SCHEDULE-AGENT"] == "CLIENT"


@given(subject=st.text(max_size=120), body=st.text(max_size=300))
def test_no_text_adds_a_line(subject: str, body: str) -> None:
    try:
        wire = built(meeting(subject, body))
    except UnicodeError:
        return
    names = [line.split(":", 1)[0].split(";")[0] for line in unfolded(wire) if line]
    expected = ["BEGIN", "VERSION", "PRODID", "BEGIN", "UID", "DTSTAMP", "DTSTART", "DTEND"]
    expected += ["SEQUENCE", "SUMMARY", *(["DESCRIPTION"] if body else [])]
    assert names == [*expected, "ORGANIZER", "ATTENDEE", "X-CASEYOS-EXECUTION", "END", "END"]


@pytest.mark.parametrize(
    "fields",
    [
        {"start": None},
        {"start": ""},
        {"start": "tomorrow"},
        {"start": "9999-12-31T23:59:59+00:00", "minutes": 600},
        {"minutes": "long"},
    ],
)
def test_a_meeting_without_a_start_is_a_definite_no(fields: dict[str, object]) -> None:
    with pytest.raises(NotDone, match="has no start"):
        times(meeting(**fields))


@pytest.mark.parametrize("minutes", [-5, 0.1, 1e9, float("nan"), float("inf")])
def test_a_length_that_cannot_be_meant_is_a_definite_no(minutes: float) -> None:
    with pytest.raises(NotDone, match="cannot be meant"):
        times(meeting(minutes=minutes))


@pytest.mark.parametrize(
    "address", ["Dana@theirs.example", "a@b, c@d", "x\r\nATTENDEE:y@z", "none"]
)
def test_who_is_invited_is_one_address_each(address: str) -> None:
    payload = Payload(ActionType.SCHEDULE_MEETING, "c", "s", "", (address,), {})
    with pytest.raises(NotDone):
        invited(payload)


def test_a_fingerprint_sees_content_and_nothing_else() -> None:
    wire = built(meeting())
    other = b"\n".join(sorted(wire.replace(b"\r\n", b"\n").split(b"\n"), reverse=True))
    assert fingerprint(wire) == fingerprint(other.replace(b"DTSTAMP:2026", b"DTSTAMP:2027"))
    assert fingerprint(wire) != fingerprint(wire.replace(b"next", b"last"))


def test_a_value_is_read_across_folds() -> None:
    folded = b"BEGIN:VEVENT\r\nX-LONG:one\r\n  two\r\nUID;X=1:no\r\nUID:yes\r\nEND:VEVENT"
    assert value_of(folded, "X-LONG") == "one two"
    assert value_of(folded, "UID") == "yes"
    assert value_of(folded, "NONE") is None


def test_a_marker_names_its_uid() -> None:
    assert uid_of("a@caseyos") == uid_of("a@caseyos#b") == "a@caseyos"
