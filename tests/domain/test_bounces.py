"""Mail that came back, in the shapes that servers give it."""

from __future__ import annotations

import time

import pytest

from caseyos.domain.mail import read_mail
from tests.domain.mail_shapes import AWAY, BOUNCES, PEOPLE, SENT, report, shape


@pytest.mark.parametrize("name", BOUNCES)
def test_whom_it_did_not_reach_and_which_mail_it_was(name: str) -> None:
    raw, hard = BOUNCES[name]
    mail = read_mail(raw)
    assert mail.bounce is not None
    assert mail.bounce.recipients == ("dana@north.example",)
    assert mail.failed_recipient == "dana@north.example"
    assert mail.bounce.returned == (SENT,)
    assert SENT in mail.answers
    assert mail.bounce.hard is hard
    assert mail.bounce.reason
    assert mail.automatic and not mail.stop


@pytest.mark.parametrize("raw", [*PEOPLE.values(), *AWAY.values()], ids=[*PEOPLE, *AWAY])
def test_what_is_no_bounce(raw: bytes) -> None:
    assert read_mail(raw).bounce is None


def test_everybody_it_did_not_reach_and_nobody_it_did() -> None:
    raw = report("5.1.1", "no such user").replace(
        b"--b\r\nContent-Type: message/rfc822",
        b"Final-Recipient: rfc822; lena@north.example\r\nAction: delivered\r\n\r\n"
        b"Final-Recipient: rfc822; omar@north.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        b"--b\r\nContent-Type: message/rfc822",
    )
    bounce = read_mail(raw).bounce
    assert bounce is not None
    assert bounce.recipients == ("dana@north.example", "omar@north.example")


@pytest.mark.parametrize(
    "text",
    ["\n" * 200_000, "<" * 200_000, "a@" * 100_000, "user " * 50_000, " \t" * 100_000],
)
def test_hostile_text_costs_little(text: str) -> None:
    begun = time.process_time()
    read_mail(shape(text, From="mailer-daemon@mx.example", Subject="failure notice"))
    assert time.process_time() - begun < 20  # a regular expression gone wild takes hours
