"""What a mail says of itself, read from headers that mean well and headers that do not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseyos.domain.mail import MAX_REFERENCES, Mail, NotMail, plain_subject, read_mail

BASE = {
    "From": "Dana Whitfield <Dana@Northwind.example>",
    "To": "casey@me.example",
    "Subject": "Re: pricing",
    "Date": "Tue, 24 Nov 2026 09:12:00 -0500",
    "Message-ID": "<reply@northwind.example>",
    "In-Reply-To": "<sent@me.example>",
    "References": "<first@me.example> <sent@me.example>",
}


def raw(body: str = "Yes, please.\n", **headers: str | None) -> bytes:
    named = BASE | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in named.items() if value is not None]
    return ("\r\n".join([*lines, "", body])).encode("utf-8", "surrogateescape")


def read(body: str = "Yes, please.\n", **headers: str | None) -> Mail:
    return read_mail(raw(body, **headers))


def test_an_ordinary_reply() -> None:
    assert read() == Mail(
        message_id="<reply@northwind.example>",
        sender="dana@northwind.example",
        sender_name="Dana Whitfield",
        recipients=("casey@me.example",),
        subject="Re: pricing",
        at=datetime(2026, 11, 24, 14, 12, tzinfo=UTC),
        in_reply_to=("<sent@me.example>",),
        references=("<first@me.example>", "<sent@me.example>"),
        automatic=False,
        bounce=None,
        ours=False,
        stop=False,
        snippet="Yes, please.",
    )
    assert read().answers == ("<first@me.example>", "<sent@me.example>")
    assert read().thread_key == "<first@me.example>"


def test_a_mail_that_answers_nothing_begins_its_thread() -> None:
    mail = read(In_Reply_To=None, References=None)
    assert mail.answers == ()
    assert mail.thread_key == mail.message_id


@pytest.mark.parametrize(
    ("headers", "automatic"),
    [
        ({}, False),
        ({"Auto_Submitted": "no"}, False),
        ({"Auto_Submitted": "auto-replied"}, True),
        ({"Auto_Submitted": "Auto-Generated; x=y"}, True),
        ({"Auto_Submitted": "auto-notified"}, True),
        ({"Precedence": "bulk"}, True),
        ({"Precedence": "Junk"}, True),
        ({"Precedence": "auto_reply"}, True),
        ({"Precedence": "list"}, False),  # a person on a mailing list
        ({"X_Autoreply": "yes"}, True),
        ({"X_Autorespond": ""}, True),
        ({"Return_Path": "<>"}, True),
        ({"Return_Path": "<dana@northwind.example>"}, False),
    ],
)
def test_whether_a_machine_wrote_it(headers: dict[str, str], automatic: bool) -> None:
    assert read(**headers).automatic is automatic


REPORT = """--b
Content-Type: text/plain

It did not work.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; <Ravi@Cobalt.example>
Action: failed
Status: 5.1.1
--b--
"""


@pytest.mark.parametrize(
    ("mail", "bounce", "failed"),
    [
        (
            raw(
                REPORT,
                From="MAILER-DAEMON@mx.example",
                Content_Type='multipart/report; report-type="delivery-status"; boundary=b',
            ),
            True,
            "ravi@cobalt.example",
        ),
        (
            raw(
                REPORT,
                Content_Type='Multipart/Report; report-type=Delivery-Status; boundary="b"',
            ),
            True,
            "ravi@cobalt.example",
        ),
        (raw(From="postmaster@mx.example"), True, None),
        (
            raw(From="Mailer-Daemon@mx.example", X_Failed_Recipients=" lena@x.example"),
            True,
            "lena@x.example",
        ),
        (raw(Content_Type="multipart/report; report-type=disposition-notification"), False, None),
        (raw(Subject="Undeliverable: your mail"), False, None),  # words prove nothing
    ],
)
def test_bounces(mail: bytes, bounce: bool, failed: str | None) -> None:
    found = read_mail(mail)
    assert (bool(found.bounce), found.failed_recipient) == (bounce, failed)


def test_our_own_mail_carries_our_header() -> None:
    assert read(X_CaseyOS_Execution="0192").ours


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("=?utf-8?q?caf=C3=A9?=", "café"),
        ("=?utf-8?b?Y2Fmw6k=?= =?iso-8859-1?q?=E9?=", "caféé"),
        ("=?no-such-charset?q?abc?=", "abc"),
        ("=?utf-8?b?a?=", "=?utf-8?b?a?="),  # base64 that cannot be
        ("=?utf-8?q?=FF=FE?=", "\ufffd\ufffd"),
        ("=?utf-16-be?b?2AA=?=", "\ufffd"),  # half a surrogate pair
        ("=?idna?q?abc?=", "abc"),
        ("=?hex?q?abc?=", "abc"),
        ("=?unicode_escape?b?XHVkODAw?=", "\ufffd"),
        ("two\r\n  lines", "two lines"),
        ("nul\x00byte", "nul\ufffdbyte"),
        ("raw \udce9 byte", "raw \ufffd byte"),
        ("x" * 5_000, "x" * 500),
        ("", ""),
        (None, ""),
    ],
)
def test_subjects(header: str | None, text: str) -> None:
    assert read(Subject=header).subject == text


@pytest.mark.parametrize(
    ("header", "address", "name"),
    [
        ('"Whitfield, Dana" <dana@x.example>', "dana@x.example", "Whitfield, Dana"),
        ("=?utf-8?q?J=C3=B8rn?= <j@x.example>", "j@x.example", "Jørn"),
        ("=?utf-8?b?a?= <j@x.example>", "j@x.example", "=?utf-8?b?a?="),
        ("dana@x.example (Dana)", "dana@x.example", "Dana"),
        ("Dana <dana@x.example", "dana@x.example", "Dana"),
        ("written by dana@x.example today", "dana@x.example", ""),
        ("<>", "", ""),
        ("", "", ""),
        ("nobody", "", ""),
        ("a@b@c <<>>", "a@b", ""),
        (None, "", ""),
    ],
)
def test_senders(header: str | None, address: str, name: str) -> None:
    mail = read(From=header)
    assert (mail.sender, mail.sender_name) == (address, name)


@pytest.mark.parametrize(
    ("header", "at"),
    [
        ("Tue, 24 Nov 2026 09:12:00 -0500", datetime(2026, 11, 24, 14, 12, tzinfo=UTC)),
        ("24 Nov 2026 09:12 GMT", datetime(2026, 11, 24, 9, 12, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 09:12:00 -0000", datetime(2026, 11, 24, 9, 12, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 09:12:00 +9999", None),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("32 Nov 2026 09:12 GMT", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_dates(header: str | None, at: datetime | None) -> None:
    assert read(Date=header).at == at


@pytest.mark.parametrize(
    ("header", "ids"),
    [
        ("<a@b>", ("<a@b>",)),
        ("<a@b>\r\n <c@d> <a@b>", ("<a@b>", "<c@d>")),
        ("Your mail of Tuesday <a@b>", ("<a@b>",)),
        ("no brackets a@b", ()),
        ("<has space@b> <ok@b>", ("<ok@b>",)),
        ("<" + "x" * 500 + "@b>", ()),
        (" ".join(f"<{n}@b>" for n in range(200)), tuple(f"<{n}@b>" for n in range(150, 200))),
    ],
)
def test_references(header: str, ids: tuple[str, ...]) -> None:
    assert read(References=header, In_Reply_To=None).references == ids
    assert len(ids) <= MAX_REFERENCES


def test_a_mail_without_an_id_gets_one_from_its_bytes() -> None:
    one, same = read(Message_ID=None), read(Message_ID=None)
    other = read("Another text.\n", Message_ID=None)
    assert one.message_id == same.message_id != other.message_id
    assert one.message_id.endswith("@no-message-id.invalid>")


@pytest.mark.parametrize(
    ("body", "headers", "snippet"),
    [
        ("> quoted\r\nMine.\r\nOn Monday Casey wrote:\r\n", {}, "Mine."),
        ("caf=C3=A9", {"Content_Transfer_Encoding": "quoted-printable"}, "café"),
        (
            "caf=C3=A9",
            {
                "Content_Transfer_Encoding": "quoted-printable",
                "Content_Type": "text/plain; charset=utf-8",
            },
            "café",
        ),
        ("abc", {"Content_Type": "text/plain; charset=no-such"}, "abc"),
        ("abc", {"Content_Type": "text/plain; charset=idna"}, "abc"),
        ("abc", {"Content_Type": "text/plain; charset=hex"}, "abc"),
        ("!!!", {"Content_Transfer_Encoding": "base64"}, ""),
        ("<b>hello</b>", {"Content_Type": "text/html"}, ""),
        ("word " * 500, {}, ("word " * 40)),
        ("", {}, ""),
    ],
)
def test_snippets(body: str, headers: dict[str, str], snippet: str) -> None:
    assert read(body, **headers).snippet == snippet


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Re: Fwd: RE[2]: AW: pricing", "pricing"),
        ("Regarding pricing", "Regarding pricing"),
        ("re:pricing", "pricing"),
        ("Re:", ""),
        ("", ""),
    ],
)
def test_plain_subject(text: str, plain: str) -> None:
    assert plain_subject(text) == plain


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty"),
        (b" \r\n\t\n", "the file is empty"),
        (b"hello there\n\nthis is no mail\n", "none of the headers"),
        (b"\x00\x01\x02\x03", "none of the headers"),
        (b"Subject: alone\n\nbody", "none of the headers"),
        (b"\x7fELF" + bytes(range(256)) * 20, "none of the headers"),
    ],
)
def test_what_is_no_mail(content: bytes, why: str) -> None:
    with pytest.raises(NotMail, match=why):
        read_mail(content)


def nested(depth: int, kind: str) -> bytes:
    if kind == "rfc822":
        return b"From: a@b.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * depth
    parts = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(depth)
    )
    return b"From: a@b.example\r\n" + parts


@pytest.mark.parametrize("kind", ["rfc822", "mixed"])
@pytest.mark.parametrize("depth", [50, 1_000])
def test_a_nest_without_end_is_read_or_refused(kind: str, depth: int) -> None:
    try:
        mail = read_mail(nested(depth, kind))
    except NotMail as refusal:
        assert "RecursionError" in str(refusal)
    else:
        assert mail.sender == "a@b.example"


def test_a_part_that_is_missing() -> None:
    mail = read("--b\r\n", Content_Type="multipart/mixed; boundary=b")
    assert mail.snippet == ""


headers = st.lists(
    st.tuples(
        st.sampled_from(
            [
                b"From",
                b"To",
                b"Cc",
                b"Subject",
                b"Date",
                b"Message-ID",
                b"References",
                b"In-Reply-To",
                b"Content-Type",
                b"Content-Transfer-Encoding",
                b"Return-Path",
                b"Auto-Submitted",
                b"X-Failed-Recipients",
            ]
        ),
        st.binary(max_size=60)
        | st.sampled_from(
            [
                b"=?utf-8?b?a?=",
                b"=?x?q?=?=",
                b"multipart/mixed; boundary=",
                b"base64",
                b"message/delivery-status",
                b"multipart/report; report-type=delivery-status",
                b"text/plain; charset*=a'b'c",
                b"text/plain; charset=\xff",
                b"uuencode",
            ]
        ),
    ),
    max_size=8,
)


@given(headers, st.binary(max_size=200))
def test_any_bytes_are_a_mail_or_said_to_be_none(
    given: list[tuple[bytes, bytes]], body: bytes
) -> None:
    content = b"".join(name + b": " + value + b"\r\n" for name, value in given) + b"\r\n" + body
    try:
        mail = read_mail(content)
    except NotMail as refusal:
        assert str(refusal)
        return
    texts = [mail.message_id, mail.sender, mail.sender_name, mail.subject, mail.snippet]
    for text in [*texts, *mail.recipients, *mail.answers]:
        text.encode()
        assert "\x00" not in text
    assert mail.sender == mail.sender.lower()
