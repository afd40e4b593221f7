"""The bytes of a mail: built once, and provably what was accepted."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseyos.connectors.message import accepted_recipients, build_mail, prove
from caseyos.domain.model import ActionType, Payload
from caseyos.domain.ports.channel import NotDone

AT = datetime(2026, 11, 24, 9, 12, 30, 5, tzinfo=UTC)
EXECUTION = UUID("01900000-0000-7000-8000-000000000001")
MARKER = "<0190.caseyos@ours.example>"


def letter(*recipients: str, subject: str = "Three yards", body: str = "Hi Dana,\n") -> Payload:
    return Payload(
        ActionType.SEND_EMAIL,
        "local",
        subject,
        body,
        recipients or ("dana@theirs.example",),
        {"from": "casey@ours.example", "from_name": "Casey"},
    )


def built(payload: Payload, *, unsubscribe: bool = False) -> bytes:
    return build_mail(
        payload, marker=MARKER, execution_id=EXECUTION, at=AT, unsubscribe=unsubscribe
    )


def test_unsubscribing_is_offered_where_it_is_asked_for() -> None:
    assert message_from_bytes(built(letter()))["List-Unsubscribe"] is None
    message = message_from_bytes(built(letter(), unsubscribe=True))
    assert message["List-Unsubscribe"] == "<mailto:casey@ours.example?subject=unsubscribe>"


@pytest.mark.parametrize("unsubscribe", [False, True])
def test_what_was_built_is_proved(unsubscribe: bool) -> None:
    for body in ("Hi Dana,\n", "", "no end", "é" * 200, ".\n..\n"):
        payload = letter(body=body)
        prove(
            payload,
            built(payload, unsubscribe=unsubscribe),
            MARKER,
            unsubscribe=unsubscribe,
        )


@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_no_byte_of_a_mail_can_be_another(place: int, byte: int) -> None:
    wire = built(letter())
    place %= len(wire)
    other = wire[:place] + bytes([byte]) + wire[place + 1 :]
    if other == wire:
        prove(letter(), other, MARKER)
        return
    try:
        prove(letter(), other, MARKER)
    except NotDone:
        return
    # The moment and the execution are the mail's own: they are read from it.
    line = wire[:place].rsplit(b"\r\n", 1)[-1]
    assert line.startswith((b"Date:", b"X-CaseyOS-Execution:"))


@pytest.mark.parametrize(
    "changed",
    [
        letter("dana@theirs.example", "eve@evil.example"),
        letter("eve@evil.example"),
        letter(subject="Other"),
        letter(body="Other"),
    ],
)
def test_another_payload_is_another_mail(changed: Payload) -> None:
    with pytest.raises(NotDone, match="not the one that was accepted"):
        prove(changed, built(letter()), MARKER)


@pytest.mark.parametrize(
    "recipient",
    [
        "dana@theirs.example, eve@evil.example",
        "dana@theirs.example\r\nBcc: eve@evil.example",
        "dana@theirs.example\x00",
        "<dana@theirs.example>",
        "Dana@theirs.example",
        "dänä@theirs.example",
        "dana@thëirs.example",
        "dana",
        "",
    ],
)
def test_a_recipient_is_one_address_as_it_was_accepted(recipient: str) -> None:
    with pytest.raises(NotDone):
        accepted_recipients(letter(recipient))


def test_nobody_is_written_to_twice() -> None:
    with pytest.raises(NotDone, match="not written as it was accepted"):
        accepted_recipients(letter("dana@theirs.example", "dana@theirs.example"))
    assert accepted_recipients(letter("a@b.example", "c@b.example")) == (
        "a@b.example",
        "c@b.example",
    )
