"""Who asks to be left alone, and who only uses the word."""

from __future__ import annotations

import time

import pytest

from caseyos.domain.mail import read_mail
from tests.domain.mail_shapes import shape

STOP = [
    "unsubscribe",
    "Unsubscribe.",
    "UNSUBSCRIBE ME PLEASE",
    "stop",
    "STOP!",
    "Remove me",
    "Please remove me.\n\nDana",
    "Opt out",
    "Please unsubscribe me from this list.",
    "Please stop emailing me.",
    "Hi Casey,\n\nplease stop e-mailing me.\n\nDana",
    "Hi Casey, please stop contacting us. Thanks.",
    "Remove me from your list",
    "Could you please take me off your mailing list?",
    "Thanks, but please remove my email address from your database.",
    "Kindly delete me from the list",
    "I would like to be removed from your mailing list",
    "I want to unsubscribe",
    "I'd like to opt out of all future emails",
    "Do not contact me again",
    "Don’t email me anymore",
    "No thanks. Please don't write to me again.",
    "Stop sending me this",
    "Stop these emails",
    "never contact me again",
    "Bitte nehmen Sie mich aus dem Verteiler.",
    "Bitte keine weiteren E-Mails.",
    "Merci de me désinscrire de votre liste.",
    "Por favor, denme de baja.",
    "Please unsubscribe me.\n\nOn Tue, 24 Nov 2026 at 09:11, Casey wrote:\n> Hi Dana.",
    "Please remove me from your list\n\n-----Original Message-----\nFrom: casey@me.example",
]
GO_ON = [
    "Yes, Thursday works.",
    "Please stop by on Thursday.",
    "We had to stop the project, but let us talk in May.",
    "Can you remove the second line item from the quote?",
    "Please remove Ravi from the thread.",
    "Please don't contact me before Monday, I am at a fair.",
    "Don't email me the contract, send it to legal please. Wait: email me on Monday.",
    "How do your customers unsubscribe from the newsletter?",
    "We want fewer people to unsubscribe from our newsletter.",
    "Sounds good.\n\n--\nDana\nTo unsubscribe from our updates click here: http://north.example",
    "Sounds good.\n\nIf you no longer wish to hear from us, unsubscribe at www.north.example",
    "Sounds good.\n\nOn Tue, 24 Nov 2026, Casey wrote:\n> please unsubscribe me",
    "Fine.\n\n-----Original Message-----\nFrom: casey@me.example\n\nunsubscribe",
    "Fine.\n________________________________\nFrom: Casey <casey@me.example>\nunsubscribe me",
    "You can remove me from the invitation if the list is full.",
    "",
]


@pytest.mark.parametrize("text", STOP)
def test_who_asks_to_stop(text: str) -> None:
    assert read_mail(shape(text, Content_Type="text/plain; charset=utf-8")).stop


@pytest.mark.parametrize("text", GO_ON)
def test_who_does_not(text: str) -> None:
    assert not read_mail(shape(text, Content_Type="text/plain; charset=utf-8")).stop


@pytest.mark.parametrize(
    ("subject", "stop"),
    [
        ("unsubscribe", True),
        ("Unsubscribe", True),
        ("Re: unsubscribe", True),
        ("Please unsubscribe me.", True),
        ("unsubscribe button on your site", False),
        ("Re: how to unsubscribe", False),
    ],
)
def test_the_subject_that_list_unsubscribe_asks_for(subject: str, stop: bool) -> None:
    assert read_mail(shape("", Subject=subject)).stop is stop
    # Mail programs send it by themselves, and say so.
    assert read_mail(shape("", Subject=subject, Auto_Submitted="auto-generated")).stop is stop


def test_a_machine_that_is_away_asks_for_nothing() -> None:
    assert not read_mail(shape("Please stop emailing me.", Auto_Submitted="auto-replied")).stop


@pytest.mark.parametrize(
    ("html", "stop"),
    [
        ("<html><head><title>x</title></head><body><p>Hi,</p><p>please stop emailing me</p>", True),
        ("Fine.<blockquote>please unsubscribe me</blockquote>", False),
        ('Fine.<div class="gmail_quote">please unsubscribe me</div>', False),
        ("<style>p {}</style><div>unsubscribe&nbsp;me</div>", True),
        ('Fine.<br><div id="divRplyFwdMsg">From: Casey</div>unsubscribe', False),
    ],
)
def test_html_alone(html: str, stop: bool) -> None:
    assert read_mail(shape(html, Content_Type="text/html")).stop is stop


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("please " * 50_000, "plain"),
        ("<" * 200_000, "html"),
        ("<br" * 70_000, "html"),
        ("<style>" * 30_000, "html"),
        ("." * 200_000, "plain"),
        ("on " * 70_000, "plain"),
    ],
)
def test_hostile_text_costs_little(text: str, kind: str) -> None:
    begun = time.process_time()
    read_mail(shape(text, Content_Type=f"text/{kind}"))
    assert time.process_time() - begun < 20  # a regular expression gone wild takes hours
