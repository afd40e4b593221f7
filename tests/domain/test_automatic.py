"""Machines that answer, and people whose mails look a little like theirs."""

from __future__ import annotations

import pytest

from caseyos.domain.mail import read_mail
from tests.domain.mail_shapes import AWAY, PEOPLE


@pytest.mark.parametrize("name", AWAY)
def test_a_machine_wrote_it(name: str) -> None:
    mail = read_mail(AWAY[name])
    assert mail.automatic
    assert mail.bounce is None


@pytest.mark.parametrize("name", PEOPLE)
def test_a_person_wrote_it(name: str) -> None:
    assert not read_mail(PEOPLE[name]).automatic
