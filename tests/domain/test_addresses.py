"""One address is one address: nothing in it can add another or break a header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseyos.domain.addresses import header_text, parse_address
from caseyos.errors import UsageError
from tests.domain.hostile import HOSTILE


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("dana@northwind.example", "dana@northwind.example"),
        ("  Dana.W+crm@NorthWind.Example ", "dana.w+crm@northwind.example"),
        ("o'neil@x.example", "o'neil@x.example"),
        ("a@localhost", "a@localhost"),
        ("mail@bücher.example", "mail@xn--bcher-kva.example"),
        (f"{'a' * 64}@x.example", f"{'a' * 64}@x.example"),
    ],
)
def test_addresses(text: str, address: str) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "dana",
        "@x.example",
        "dana@",
        "a@x.example,b@x.example",
        "a@x.example;b@x.example",
        "a@x.example b@x.example",
        "Dana <dana@x.example>",
        "<dana@x.example>",
        '"dana"@x.example',
        "dana@x.example\nBcc: b@x.example",
        "dana\r\n@x.example",
        "dana@x.example\x00",
        "da\x00na@x.example",
        "da na@x.example",
        ".dana@x.example",
        "dana.@x.example",
        "da..na@x.example",
        "dana@-x.example",
        "dana@x-.example",
        "dana@.example",
        "dana@x..example",
        "dana@x.example.",
        "dana@[127.0.0.1]",
        "dana@x_y.example",
        "dänä@x.example",
        "dana@xn--" + "a" * 64 + ".example",
        "dana@\u202eelpmaxe.x",
        f"{'a' * 65}@x.example",
        f"a@{'b' * 64}.example",
        f"a@{'.'.join(['b' * 60] * 5)}",
        "a@b@c.example, d",
    ],
)
def test_what_is_not_one_address(text: str) -> None:
    with pytest.raises(UsageError, match="is not one e-mail address"):
        parse_address(text)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_is_an_address_or_refused_harmlessly(text: str) -> None:
    try:
        address = parse_address(text)
    except UsageError as refusal:
        assert refusal.message.isprintable()
    else:
        assert address.isascii()
        assert address.isprintable()
        assert not set(address) & set(' ,;:<>()[]"\\')
        assert parse_address(address) == address


@pytest.mark.parametrize("text", HOSTILE, ids=range(30))
def test_header_text_is_one_printable_line(text: str) -> None:
    assert header_text(f"Re: {text}").isprintable()


@pytest.mark.parametrize("newline", ["\r", "\n", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028"])
def test_no_newline_gets_into_a_header(newline: str) -> None:
    assert header_text(f"Price{newline}Bcc: x@y.example") == "Price Bcc: x@y.example"


def test_a_long_header_is_cut() -> None:
    assert len(header_text("x" * 10_000)) == 300
