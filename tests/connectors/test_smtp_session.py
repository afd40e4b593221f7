"""Handing a mail in to a real server that fails at every verb: each failure is classed as it must."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from caseyos.connectors.dialling import Server
from caseyos.connectors.mail_account import MailAccount
from caseyos.connectors.smtp_session import open_smtp
from caseyos.domain.ports.channel import NotDone, Uncertain
from caseyos.errors import CaseyError, ConfigError, LoginRequired, TryLater
from tests.servers.dovecot import PASSWORD, token
from tests.servers.place import HOST
from tests.servers.smtp_sink import BODY, DATA, DOT, MAIL, RCPT, SmtpSink

WIRE = b"From: a@ours.example\r\nSubject: Dots\r\n\r\n.one\r\n..two\r\nend\r\n.\r\nafter\r\n"
DANA, RAVI = "dana@theirs.example", "ravi@theirs.example"
MakeSink = Callable[..., SmtpSink]


@pytest.fixture
def make_sink(tmp_path: Path) -> Iterator[MakeSink]:
    """Sinks that remember and deliver nowhere."""
    made: list[SmtpSink] = []

    def make(**options: object) -> SmtpSink:
        made.append(SmtpSink(tmp_path, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.stop()


def account(
    sink: SmtpSink,
    security: str = "none",
    *,
    secret: str = PASSWORD,
    auth: str = "password",
    ca: Path | None = None,
    timeout: float = 10.0,
) -> MailAccount:
    server = Server(HOST, sink.port, security, ca or sink.ca, timeout)
    return MailAccount("imap:work", "casey@ours.example", auth, lambda: secret, server, server)


def send(sink: SmtpSink, *recipients: str, timeout: float = 10.0) -> tuple[str, tuple[str, ...]]:
    """One mail, the whole way: the server's words, and who was refused."""
    with open_smtp(account(sink, timeout=timeout)) as session:
        refused = session.name("casey@ours.example", recipients or (DANA,), len(WIRE))
        return session.hand_in(WIRE), refused


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_a_mail_arrives_byte_for_byte_by_every_mode(make_sink: MakeSink, security: str) -> None:
    sink = make_sink(security=security)
    with open_smtp(account(sink, security)) as session:
        assert session.name("casey@ours.example", [DANA, RAVI], len(WIRE)) == ()
        assert session.hand_in(WIRE) == "250 2.0.0 OK taken"
    (taken,) = sink.taken
    assert taken.content == WIRE
    assert (taken.sender, taken.recipients) == ("casey@ours.example", (DANA, RAVI))
    assert sink.logins == ["casey@ours.example"]


@pytest.mark.parametrize("end", [b"no line end", b".", b"", b"\r\n", b".\r\n"])
def test_dots_and_ends_survive(make_sink: MakeSink, end: bytes) -> None:
    sink = make_sink()
    with open_smtp(account(sink)) as session:
        session.name("casey@ours.example", [DANA], 1)
        session.hand_in(b".first\r\n" + end)
    content = sink.taken[0].content
    assert content.removesuffix(b"\r\n") == (b".first\r\n" + end).removesuffix(b"\r\n")


def test_an_access_token_logs_in_and_a_wrong_one_needs_a_login(make_sink: MakeSink) -> None:
    good = token("casey@ours.example")
    sink = make_sink(tokens=lambda user, given: (user, given) == ("casey@ours.example", good))
    with open_smtp(account(sink, auth="xoauth2", secret=good)) as session:
        session.name("casey@ours.example", [DANA], len(WIRE))
        session.hand_in(WIRE)
    with pytest.raises(LoginRequired, match="refused the token"):
        open_smtp(account(sink, auth="xoauth2", secret="another"))
    assert sink.mechanisms == ["XOAUTH2", "XOAUTH2"]
    assert len(sink.taken) == 1


def test_a_wrong_password_needs_a_login(make_sink: MakeSink) -> None:
    with pytest.raises(
        LoginRequired, match=r"refused the password .*credentials invalid"
    ) as refused:
        open_smtp(account(make_sink(), secret="hunter2"))
    assert "hunter2" not in refused.value.message
    assert refused.value.hint == "caseyos auth login imap work"


def test_no_way_to_log_in_is_a_wrong_setting(make_sink: MakeSink) -> None:
    with pytest.raises(ConfigError, match="no way to log in by xoauth2"):
        open_smtp(account(make_sink(), auth="xoauth2"))
    with pytest.raises(ConfigError, match="no way to log in by password"):
        open_smtp(account(make_sink(security="tls", login=False), "tls"))


def test_a_relay_on_this_computer_needs_no_login(make_sink: MakeSink) -> None:
    sink = make_sink(login=False)
    assert send(sink)[0].startswith("250")
    assert sink.logins == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_wrong_authority_hears_no_password(
    make_sink: MakeSink, security: str, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    sink = make_sink(security=security)
    with pytest.raises(TryLater, match="is not to be trusted"):
        open_smtp(account(sink, security, ca=other))
    assert sink.logins == []


def test_without_starttls_nothing_is_said(make_sink: MakeSink) -> None:
    sink = make_sink()
    with pytest.raises(ConfigError, match="does not offer STARTTLS"):
        open_smtp(account(sink, "starttls"))
    assert sink.logins == []


@pytest.mark.parametrize("verb", ["banner", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize(
    ("reply", "temporary"),
    [("421 4.3.2 going down", True), ("451 4.3.0 later", True), ("554 5.7.1 never", False)],
)
def test_a_refusal_at_any_verb_is_a_definite_no(
    make_sink: MakeSink, verb: str, reply: str, temporary: bool
) -> None:
    sink = make_sink()
    sink.faults.replies[verb] = reply
    with pytest.raises((NotDone, CaseyError)) as refused:
        send(sink)
    error = refused.value
    later = error.temporary if isinstance(error, NotDone) else isinstance(error, TryLater)
    assert later == temporary
    assert not isinstance(error, Uncertain)
    assert sink.taken == []
    if verb == "AUTH":
        assert isinstance(error, TryLater if temporary else LoginRequired)


@pytest.mark.parametrize("verb", ["EHLO", "AUTH", MAIL, RCPT, DATA])
@pytest.mark.parametrize("how", ["drop", "hang"])
def test_a_connection_that_breaks_before_the_text_is_tried_again(
    make_sink: MakeSink, verb: str, how: str
) -> None:
    sink = make_sink()
    setattr(sink.faults, how, verb)
    with pytest.raises((NotDone, TryLater)) as refused:
        send(sink, timeout=0.5)
    assert isinstance(refused.value, TryLater) or refused.value.temporary
    assert sink.taken == []


@pytest.mark.parametrize(
    ("how", "where", "taken"), [("drop", BODY, 0), ("drop", DOT, 1), ("hang", DOT, 1)]
)
def test_a_connection_that_breaks_after_the_text_is_unknown(
    make_sink: MakeSink, how: str, where: str, taken: int
) -> None:
    sink = make_sink()
    setattr(sink.faults, how, where)
    with pytest.raises(Uncertain, match="after the mail was handed over"):
        send(sink, timeout=0.5)
    assert len(sink.taken) == taken


def test_an_answer_that_is_none_is_unknown(make_sink: MakeSink) -> None:
    sink = make_sink()
    sink.faults.replies["DOT"] = "hello?\x1b[2J"
    with pytest.raises(Uncertain) as doubt:
        send(sink)
    assert "\x1b" not in str(doubt.value)


@pytest.mark.parametrize("reply", ["421 4.3.2 going down", "500 what?"])
def test_quit_decides_nothing(make_sink: MakeSink, reply: str) -> None:
    sink = make_sink()
    sink.faults.replies["QUIT"] = reply
    assert send(sink)[0].startswith("250")
    sink.faults.replies.clear()
    sink.faults.drop = "QUIT"
    assert send(sink)[0].startswith("250")
    assert len(sink.taken) == 2


def test_some_recipients_refused_leaves_the_others(make_sink: MakeSink) -> None:
    sink = make_sink()
    sink.faults.recipients[RAVI] = "550 5.1.1 unknown"
    assert send(sink, DANA, RAVI) == ("250 2.0.0 OK taken", (RAVI,))
    assert sink.taken[0].recipients == (DANA,)


@pytest.mark.parametrize(
    ("replies", "temporary", "said"),
    [
        ({DANA: "550 5.1.1 unknown", RAVI: "550 5.1.1 unknown"}, False, "550 5.1.1 unknown"),
        ({DANA: "550 5.1.1 unknown", RAVI: "450 4.2.1 full"}, True, "450 4.2.1 full"),
    ],
)
def test_when_everybody_is_refused_nothing_is_sent(
    make_sink: MakeSink, replies: dict[str, str], temporary: bool, said: str
) -> None:
    sink = make_sink()
    sink.faults.recipients.update(replies)
    with pytest.raises(NotDone, match=said) as refused:
        send(sink, DANA, RAVI)
    assert refused.value.temporary == temporary
    assert sink.taken == []


def test_hostile_words_are_made_harmless(make_sink: MakeSink) -> None:
    sink = make_sink()
    sink.faults.replies["MAIL"] = "550 \x1b]0;owned\x07 no"
    with pytest.raises(NotDone) as refused:
        send(sink)
    assert "\x1b" not in refused.value.message


def test_a_recipient_with_a_line_end_says_nothing_more(make_sink: MakeSink) -> None:
    sink = make_sink()
    with pytest.raises(NotDone) as refused:
        send(sink, "dana@theirs.example>\r\nRCPT TO:<eve@evil.example")
    assert not refused.value.temporary
    assert sink.taken == []
