"""An account's words: what it answers with and what it asks a person to do."""

from caseyos.connectors.dialling import Server
from caseyos.connectors.mail_account import MailAccount, xoauth2


def test_xoauth2_is_the_answer_gmail_documents() -> None:
    assert xoauth2("a@b.example", "tok") == "user=a@b.example\x01auth=Bearer tok\x01\x01"


def test_a_refusal_says_what_to_type_and_nothing_of_the_secret() -> None:
    server = Server("imap.example", 993)
    account = MailAccount("imap:work", "a@b.example", "password", lambda: "secret!", server)
    refusal = account.refused(server, "no\x1b[2J such")
    assert refusal.hint == "caseyos auth login imap work"
    assert "refused the password of a@b.example: no" in refusal.message
    assert "\x1b" not in refusal.message
    assert "secret!" not in refusal.message


def test_two_logins_in_a_row_ask_once() -> None:
    asked: list[str] = []

    def secret() -> str:
        asked.append("!")
        return "secret"

    account = MailAccount("imap:work", "u", "password", secret, Server("imap.example", 993))
    once = account.asking_once()
    assert [once.secret(), once.secret(), account.secret()] == ["secret"] * 3
    assert len(asked) == 2
