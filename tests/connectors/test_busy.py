"""When a calendar is taken, in every form a server may write it."""

from __future__ import annotations

import pytest

from caseyos.connectors.busy import busy_spans

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VFREEBUSY\r\nUID:1\r\n"
TAIL = "\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n"


def spans(*lines: str) -> list[str]:
    found = busy_spans((HEAD + "\r\n".join(lines) + TAIL).encode())
    return [f"{begins:%d %H:%M}-{ends:%d %H:%M}" for begins, ends in found]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["FREEBUSY:20261201T140000Z/20261201T150000Z"], ["01 14:00-01 15:00"]),
        (["FREEBUSY:20261201T140000Z/PT90M"], ["01 14:00-01 15:30"]),
        (
            ["FREEBUSY:20261201T160000Z/PT1H,20261201T140000Z/PT1H"],
            ["01 14:00-01 15:00", "01 16:00-01 17:00"],
        ),
        (
            [
                "FREEBUSY:20261201T140000Z/PT2H",
                "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261201T150000Z/PT2H",
            ],
            ["01 14:00-01 17:00"],
        ),
        (["FREEBUSY;FBTYPE=FREE:20261201T140000Z/PT2H"], []),
        ([], []),
    ],
)
def test_every_form_of_being_busy(lines: list[str], expected: list[str]) -> None:
    assert spans(*lines) == expected


@pytest.mark.parametrize("data", [b"", b"\xff", b"BEGIN:VCALENDAR", HEAD.encode()])
def test_what_cannot_be_read_says_nothing(data: bytes) -> None:
    assert busy_spans(data) == []
