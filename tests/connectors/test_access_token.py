"""Tokens from a real HTTP server: kept while good, and every refusal of its own kind."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest

from caseyos.connectors.access_token import AccessTokens, OAuthClient
from caseyos.errors import CaseyError, ConfigError, LoginRequired, TryLater
from tests.servers.http_script import HANG, RESET, Script, answer, scripted


def tokens(script: Script, known: list[str], clock: list[float], secret: str = "") -> AccessTokens:
    client = OAuthClient(
        f"{script.url}token", "client", lambda: secret, "caseyos auth login imap work", 0.5
    )
    return AccessTokens(client, lambda: "refresh+me&", known.append, lambda: clock[0])


def given(token: str, lasts: int = 3600) -> bytes:
    body = {"access_token": token, "expires_in": lasts, "token_type": "Bearer"}
    return answer("200 OK", body=json.dumps(body).encode())


def test_a_token_is_used_until_shortly_before_its_end() -> None:
    known: list[str] = []
    clock = [0.0]
    with scripted(given("one"), given("two")) as script:
        ask = tokens(script, known, clock, secret="s=1")
        assert [ask(), ask()] == ["one", "one"]
        clock[0] = 3479
        assert ask() == "one"
        clock[0] = 3481
        assert ask() == "two"
    assert known == ["one", "two"]  # the log redacts them
    first = script.requests[0]
    assert first.startswith(b"POST /token HTTP/1.1")
    assert parse_qs(first.rpartition(b"\r\n\r\n")[2].decode()) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["refresh+me&"],
        "client_id": ["client"],
        "client_secret": ["s=1"],
    }


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (answer("400 Bad Request", body=b'{"error":"invalid_grant"}'), LoginRequired),
        (answer("401 Unauthorized", body=b'{"error":"invalid_client"}'), ConfigError),
        (answer("400 Bad Request", body=b"no JSON at all"), ConfigError),
        (answer("429 Too Many Requests", body=b"{}"), TryLater),
        (answer("503 Service Unavailable", body=b""), TryLater),
        (answer("200 OK", body=b'["no object"]'), TryLater),
        (answer("302 Found", body=b"{}"), ConfigError),
        (HANG, TryLater),
        (RESET, TryLater),
    ],
)
def test_a_refusal_has_its_kind_and_tells_no_secret(said: bytes, kind: type[CaseyError]) -> None:
    known: list[str] = []
    with scripted(said) as script, pytest.raises(kind) as refused:
        tokens(script, known, [0.0])()
    assert "refresh+me" not in refused.value.message
    assert known == []
    if kind is LoginRequired:
        assert refused.value.hint == "caseyos auth login imap work"


def test_hostile_words_are_made_harmless() -> None:
    body = json.dumps({"error": "invalid_grant", "error_description": "\x1b]0;x\x07"}).encode()
    with scripted(answer("400 Bad Request", body=body)) as script:
        with pytest.raises(LoginRequired) as refused:
            tokens(script, [], [0.0])()
    assert "\x1b" not in refused.value.message
