"""Entries of the do-not-contact list in one normal form."""

import pytest

from caseyos.domain.suppression import Entry, entry_of
from caseyos.errors import UsageError


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("dana@acme.example", "dana@acme.example", "email"),
        ("  Dana@ACME.Example ", "dana@acme.example", "email"),
        ("<dana@acme.example>", "dana@acme.example", "email"),
        ("mailto:dana@acme.example", "dana@acme.example", "email"),
        ("dana+news@acme.example", "dana@acme.example", "email"),
        ("dana+a+b@acme.example", "dana@acme.example", "email"),
        ("+49@acme.example", "+49@acme.example", "email"),  # nothing would be left before it
        ("dana@bücher.example", "dana@xn--bcher-kva.example", "email"),
        ("acme.example", "acme.example", "domain"),
        ("@Acme.example", "acme.example", "domain"),
        ("*.acme.example", "acme.example", "domain"),
        ("acme.example.", "acme.example", "domain"),
        ("BÜCHER.example", "xn--bcher-kva.example", "domain"),
    ],
)
def test_one_form(text: str, value: str, kind: str) -> None:
    assert entry_of(text) == Entry(value, kind)
    assert entry_of(value) == Entry(value, kind)


@pytest.mark.parametrize(
    "text",
    ["", "dana", "example", "@", "a b@x.example", "x@y@z.example", "a@x,b@y.example", "x\x00.y"],
)
def test_what_is_neither_is_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError):
        entry_of(text)
