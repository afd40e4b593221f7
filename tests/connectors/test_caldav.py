"""The channel `calendar:NAME` against a real Radicale, and against servers that fail on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from icalendar import Calendar

from caseyos.connectors.caldav import CalDavMeetings, CalendarAccount
from caseyos.connectors.meeting import unfolded
from caseyos.domain.model import ActionType, Payload
from caseyos.domain.ports.channel import NotDone, Receipt, Uncertain
from caseyos.errors import LoginRequired
from tests.servers.http_script import HANG, RESET, Script, answer, scripted
from tests.servers.radicale import Account

AT = datetime(2026, 11, 24, 9, 12, 30, tzinfo=UTC)
KNOWN = b"""<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:response>
<D:href>/c/</D:href><D:propstat><D:prop><D:resourcetype><D:collection/><C:calendar/>
</D:resourcetype></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>
</D:multistatus>"""
HERE = answer("207 Multi-Status", body=KNOWN)
NOTHING = answer("207 Multi-Status", body=b'<D:multistatus xmlns:D="DAV:"/>')


def meeting(subject: str = "Plan", **fields: object) -> Payload:
    return Payload(
        ActionType.SCHEDULE_MEETING,
        "calendar:work",
        subject,
        "Line one",
        ("dana@theirs.example",),
        {"organizer": "casey@ours.example", "start": "2026-12-01T15:00:00+01:00"} | fields,
    )


def channel(account: Account, **changes: Any) -> CalDavMeetings:
    given: dict[str, Any] = {
        "name": "work",
        "url": account.url,
        "user": account.name,
        "password": lambda: account.password,
    }
    return CalDavMeetings(CalendarAccount(**given | changes))


def failing(script: Script) -> CalDavMeetings:
    return CalDavMeetings(CalendarAccount("work", f"{script.url}c/", "u", lambda: "p", timeout=0.5))


def perform(
    meetings: CalDavMeetings, payload: Payload, execution: UUID, marker: str | None = None
) -> Receipt:
    marker = marker or f"{execution.hex}@caseyos"
    wire = meetings.build(payload, marker=marker, execution_id=execution, at=AT)
    with meetings.prepare(payload, wire, marker) as ready:
        return ready.perform()


def undo_of(receipt: Receipt | None) -> Mapping[str, Any]:
    assert receipt is not None
    assert receipt.undo is not None
    return receipt.undo


def test_the_effect_is_what_was_shown(account: Account) -> None:
    execution = uuid4()
    meetings = channel(account)
    wire = meetings.build(
        meeting(), marker=f"{execution.hex}@caseyos", execution_id=execution, at=AT
    )
    receipt = perform(meetings, meeting(), execution)
    assert receipt.provider_id == f"{execution.hex}@caseyos"
    (stored,) = account.events()
    # The server writes properties in an order of its own and changes none of them.
    shown = [line for line in unfolded(wire) if line]
    assert sorted(line for line in unfolded(stored) if line) == sorted(shown)
    (event,) = Calendar.from_ical(stored).walk("VEVENT")
    assert event.decoded("DTSTART") == datetime(2026, 12, 1, 14, tzinfo=UTC)
    assert event["ATTENDEE"].params["SCHEDULE-AGENT"] == "CLIENT"


def test_the_bytes_of_the_preview_are_the_bytes_of_the_put() -> None:
    execution = uuid4()
    with scripted(HERE, answer("201 Created", 'ETag: "1"')) as script:
        meetings = failing(script)
        marker = f"{execution.hex}@caseyos"
        wire = meetings.build(meeting(), marker=marker, execution_id=execution, at=AT)
        with meetings.prepare(meeting(), wire, marker) as ready:
            ready.perform()
    put = script.requests[-1]
    assert put.endswith(b"\r\n\r\n" + wire)
    assert put.startswith(f"PUT /c/{execution.hex}.ics ".encode())
    assert b"if-none-match: *\r\n" in put.lower()


def test_preparing_changes_nothing(account: Account) -> None:
    execution = uuid4()
    meetings = channel(account)
    marker = f"{execution.hex}@caseyos"
    wire = meetings.build(meeting(), marker=marker, execution_id=execution, at=AT)
    with meetings.prepare(meeting(), wire, marker) as ready:
        assert ready.refused == ()
    assert account.events() == []
    with pytest.raises(NotDone):
        ready.perform()  # it has let go


def test_the_same_marker_is_one_meeting(account: Account) -> None:
    execution = uuid4()
    first = perform(channel(account), meeting(), execution)
    again = perform(channel(account), meeting(), execution)
    assert again.undo == first.undo
    assert len(account.events()) == 1


def test_a_meeting_of_somebody_else_is_not_written_over(account: Account) -> None:
    execution = uuid4()
    other = (
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:other\nDTSTAMP:20261124T090000Z"
    )
    account.put(execution.hex, f"{other}\nDTSTART:20261201T140000Z\nEND:VEVENT\nEND:VCALENDAR")
    with pytest.raises(NotDone, match="Another meeting has that name"):
        perform(channel(account), meeting(), execution)
    assert len(account.events()) == 1


def test_it_is_found_by_its_marker(account: Account) -> None:
    execution = uuid4()
    meetings = channel(account)
    marker = f"{execution.hex}@caseyos"
    assert meetings.find(marker) is None
    receipt = perform(meetings, meeting(), execution)
    found = meetings.find(marker)
    assert found is not None
    assert found.provider_id == receipt.provider_id
    assert undo_of(found) == undo_of(receipt) | {"fingerprint": found.digest}
    # Wherever the server or a person moved it to:
    data = account.get(execution.hex)
    assert data is not None
    account.delete(execution.hex)
    account.put("renamed", data.decode())
    moved = meetings.find(marker)
    assert moved is not None
    assert undo_of(moved)["path"].endswith("/renamed.ics")


def test_undo_removes_what_nobody_changed(account: Account) -> None:
    meetings = channel(account)
    receipt = perform(meetings, meeting(), uuid4())
    assert meetings.undo(undo_of(receipt)) == "Removed the meeting."
    assert account.events() == []
    assert meetings.undo(undo_of(receipt)) == "It was gone already."


@pytest.mark.parametrize("with_etag", [True, False])
def test_undo_leaves_alone_what_somebody_changed(account: Account, with_etag: bool) -> None:
    execution = uuid4()
    meetings = channel(account)
    instructions = dict(undo_of(perform(meetings, meeting(), execution)))
    if not with_etag:
        instructions["etag"] = None  # a server need not give one
    data = account.get(execution.hex)
    assert data is not None
    account.put(execution.hex, data.decode().replace("SUMMARY:Plan", "SUMMARY:Other"))
    with pytest.raises(NotDone, match="changed in your calendar since"):
        meetings.undo(instructions)
    account.put(execution.hex, data.decode())
    if not with_etag:
        assert meetings.undo(instructions) == "Removed the meeting."


def move(sequence: int, uid: str, start: str = "2026-12-02T10:00:00+01:00") -> Payload:
    return meeting("Plan, moved", uid=uid, sequence=sequence, start=start)


def test_a_meeting_is_moved_and_moved_back(account: Account) -> None:
    first, second = uuid4(), uuid4()
    meetings = channel(account)
    uid = perform(meetings, meeting(), first).provider_id
    marker = f"{uid}#{second.hex}"
    receipt = perform(meetings, move(1, uid), second, marker)
    (stored,) = account.events()
    (event,) = Calendar.from_ical(stored).walk("VEVENT")
    assert (str(event["UID"]), event["SEQUENCE"]) == (uid, 1)
    assert event.decoded("DTSTART") == datetime(2026, 12, 2, 9, tzinfo=UTC)
    found = meetings.find(marker)
    assert found is not None
    assert found.provider_id == uid
    assert meetings.find(f"{first.hex}@caseyos") is None  # its effect has been replaced
    assert perform(meetings, move(1, uid), second, marker).provider_id == uid  # once more: the same
    assert meetings.undo(undo_of(receipt)) == "Moved the meeting back."
    (event,) = Calendar.from_ical(account.events()[0]).walk("VEVENT")
    assert event.decoded("DTSTART") == datetime(2026, 12, 1, 14, tzinfo=UTC)
    with pytest.raises(NotDone, match="changed"):
        meetings.undo(undo_of(receipt))


def test_a_move_over_a_newer_version_is_refused(account: Account) -> None:
    meetings = channel(account)
    uid = perform(meetings, meeting(), uuid4()).provider_id
    other = uuid4()
    perform(meetings, move(2, uid), other, f"{uid}#{other.hex}")
    late = uuid4()
    with pytest.raises(NotDone, match="changed in your calendar"):
        perform(meetings, move(1, uid), late, f"{uid}#{late.hex}")


def test_a_change_between_look_and_put_is_said(account: Account) -> None:
    first, second = uuid4(), uuid4()
    meetings = channel(account)
    uid = perform(meetings, meeting(), first).provider_id
    marker = f"{uid}#{second.hex}"
    wire = meetings.build(move(1, uid), marker=marker, execution_id=second, at=AT)
    with meetings.prepare(move(1, uid), wire, marker) as ready:
        data = account.get(first.hex)
        assert data is not None
        account.put(first.hex, data.decode().replace("SUMMARY:Plan", "SUMMARY:Other"))
        with pytest.raises(NotDone, match="changed in your calendar since"):
            ready.perform()
    assert b"SUMMARY:Other" in account.events()[0]


@pytest.mark.parametrize("theirs", [True, False])
def test_only_a_meeting_of_ours_is_moved(account: Account, theirs: bool) -> None:
    if theirs:
        account.put(
            "theirs",
            "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:t@x\n"
            "DTSTAMP:20261124T090000Z\nDTSTART:20261201T140000Z\nEND:VEVENT\nEND:VCALENDAR",
        )
    with pytest.raises(NotDone, match="not one of ours" if theirs else "not in your calendar"):
        perform(channel(account), move(1, "t@x"), uuid4(), f"t@x#{uuid4().hex}")


def test_a_wrong_password_is_a_definite_no_before_the_mark(account: Account) -> None:
    with pytest.raises(NotDone, match="not accepted") as refused:
        perform(channel(account, password=lambda: "wrong"), meeting(), uuid4())
    assert not refused.value.temporary

    def none() -> str:
        raise LoginRequired("There is no secret.")

    with pytest.raises(NotDone, match="no secret"):
        perform(channel(account, password=none), meeting(), uuid4())


def test_a_server_that_is_down_is_tried_again() -> None:
    with scripted() as script:
        meetings = failing(script)
    for act in (
        lambda: perform(meetings, meeting(), uuid4()),
        lambda: meetings.find("x@caseyos"),
        lambda: meetings.undo({"path": "/c/x.ics", "etag": '"1"'}),
    ):
        with pytest.raises(NotDone) as refused:
            act()
        assert refused.value.temporary


@pytest.mark.parametrize("reply", [HANG, RESET, answer("500 X"), answer("503 X"), answer("409 X")])
def test_no_plain_answer_to_the_put_is_uncertain(reply: bytes) -> None:
    with scripted(HERE, reply) as script, pytest.raises(Uncertain):
        perform(failing(script), meeting(), uuid4())


def test_412_and_then_no_answer_is_uncertain() -> None:
    with scripted(HERE, answer("412 X"), answer("500 X")) as script, pytest.raises(Uncertain):
        perform(failing(script), meeting(), uuid4())


@pytest.mark.parametrize(
    ("reply", "temporary"),
    [(answer("429 X"), True), (answer("503 X", "Retry-After: 1"), True), (answer("403 X"), False)],
)
def test_a_plain_no_to_the_put_is_a_no(reply: bytes, temporary: bool) -> None:
    with scripted(HERE, reply) as script, pytest.raises(NotDone) as refused:
        perform(failing(script), meeting(), uuid4())
    assert refused.value.temporary is temporary


def test_a_delete_nobody_answered_may_be_asked_for_again() -> None:
    event = answer("200 OK", 'ETag: "1"', body=b"BEGIN:VCALENDAR")
    with scripted(HERE, event, HANG) as script, pytest.raises(NotDone, match="Ask once more"):
        failing(script).undo({"path": "/c/x.ics", "etag": '"1"', "fingerprint": ""})


def test_a_check_touches_nothing() -> None:
    with scripted() as script:
        meetings = failing(script)
    meetings.check(meeting())
    with pytest.raises(NotDone, match="has no start"):
        meetings.check(meeting(start=None))
    assert [effect.undo for effect in meetings.effects(meeting())] == ["yes", "yes"]
    assert "moves" not in meetings.effects(meeting())[0].sentence
    assert "move 1 meeting" in meetings.effects(move(1, "u"))[0].sentence
